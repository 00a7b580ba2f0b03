#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/library/collection/set_source.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableView;
class QTableWidget;

namespace mama {

class IssueModel;
struct ImportResult;
struct SetRows;

// A data set's tables into the library, in two steps: what they hold and what is odd about it, and only then, if that
// is wished, into the library.
class ImportDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ImportDialog(std::shared_ptr<Library> library, QWidget* parent = nullptr);
    ~ImportDialog() override;

    void check(const QString& folder);                   // step one
    void useTable(const QString& file);                  // asks what its columns hold, then step one
    const SetRows* rows() const { return m_rows.get(); } // null: nothing was read yet

Q_SIGNALS:
    void checked();
    void imported(const mama::Change& change);

private:
    void build();
    void browse();
    void browseTable();
    void showTable();
    void showTables();
    void startChecking();
    void showReport();
    void showStopped(const QString& reason);
    void import();
    void showChanges(const ImportResult& result);
    void setBusy(const QString& what);
    void setIdle();
    void saveReport();

    std::shared_ptr<Library> m_library;
    std::shared_ptr<const SetRows> m_rows;
    BackgroundJob m_job;
    QThreadPool m_pool;
    QLineEdit* m_folder;
    QComboBox* m_kind;
    SetSource m_source; // of a folder with a table
    QPushButton* m_table;
    QLabel *m_words, *m_terms, *m_issueTitle;
    QTableWidget* m_tables;
    QTableView* m_issues;
    IssueModel* m_issueModel;
    QProgressBar* m_bar;
    QPushButton *m_check, *m_save, *m_import, *m_close;
};

} // namespace mama
