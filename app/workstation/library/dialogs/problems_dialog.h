#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/library/dialogs/problem_model.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace mama {

// What was found in a library's files that somebody should look at: missing, not readable, sides that disagree, text in
// the picture, copies. A row leads to its image; rows can be copied, the list saved.
class ProblemsDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ProblemsDialog(std::shared_ptr<Library> library, QWidget* parent = nullptr);
    ~ProblemsDialog() override;

Q_SIGNALS:
    void imageAsked(std::int64_t study, std::int64_t image);
    void relinkAsked();

private:
    void build();
    void load();
    void showKinds();
    void goTo();
    void copy();
    void save();

    std::shared_ptr<Library> m_library;
    ProblemModel* m_model;
    QComboBox* m_kind;
    QTableView* m_table;
    QLabel* m_words;
    QPushButton *m_go, *m_copy, *m_save, *m_relink;
    BackgroundJob m_job;
};

} // namespace mama
