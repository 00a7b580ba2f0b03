#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/library/files/relink.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace mama {

// Files that are not where the library thinks them, looked for below a folder: what was found and how it was known
// again is shown before anything is changed.
class RelinkDialog : public QDialog
{
    Q_OBJECT
public:
    explicit RelinkDialog(std::shared_ptr<Library> library, QWidget* parent = nullptr);
    ~RelinkDialog() override;

    void search(const QString& folder);
    const RelinkPlan& plan() const { return m_plan; } // once it was accepted: what is to be done

Q_SIGNALS:
    void searched();

private:
    void build();
    void browse();
    void showPlan();
    void setBusy(bool busy, const QString& words);

    std::shared_ptr<Library> m_library;
    QLineEdit* m_folder;
    QLabel* m_words;
    QTableWidget* m_files;
    QProgressBar* m_bar;
    QPushButton *m_browse, *m_search, *m_relink, *m_close;
    BackgroundJob m_job;
    RelinkPlan m_plan;
};

} // namespace mama
