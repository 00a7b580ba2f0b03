#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/library/collection/library.h"
#include "core/tables/importers/mapped_set.h"

#include <QDialog>
#include <QTimer>

class QComboBox;
class QLabel;
class QPushButton;
class QTableWidget;

namespace mama {

// Which column of a user's table says what: its first rows under a choice of fields, and what a dry run of the whole
// table finds odd, as one chooses. Mappings are saved in the library by name.
class MappingDialog : public QDialog
{
    Q_OBJECT
public:
    struct Files
    {
        std::filesystem::path root, table;
    };
    MappingDialog(std::shared_ptr<Library> library, Files files, QWidget* parent = nullptr);
    ~MappingDialog() override;

    TableMapping mapping() const;
    void choose(int column, const QString& field); // as a person does; "label": under the column's own name

Q_SIGNALS:
    void counted(); // a dry run is done

private:
    struct Preview
    {
        std::vector<std::string> heading;
        std::vector<std::vector<std::string>> rows;
        TableMapping mapping;
        std::map<std::string, TableMapping> saved;
    };
    static Preview load(Library* library, const std::filesystem::path& table);
    void build();
    void fill(const Preview& preview);
    void apply(const TableMapping& mapping);
    void changed(int column);
    void count();
    void say(const QString& words, bool wrong);
    void save();

    std::shared_ptr<Library> m_library;
    Files m_files;
    Preview m_preview;
    std::vector<QComboBox*> m_choices; // of each column
    QThreadPool m_pool;
    BackgroundJob m_job;
    QTimer m_later;
    QTableWidget* m_table;
    QLabel* m_words;
    QComboBox* m_saved;
    QPushButton *m_save, *m_use, *m_cancel;
};

} // namespace mama
