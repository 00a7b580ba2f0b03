#pragma once
#include "core/library/studies/labels.h"
#include "core/library/studies/study_facts.h"

#include <QDialog>
#include <QString>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace mama {

// What something is said of.
struct LabelThing
{
    QString title; // "Left breast", "Finding 2 · L · mass"
    std::string level, side;
    std::vector<std::int64_t> targets{}; // empty: those of the studies (targetsOf)
};

// Of one study each of its findings and images by itself; of several all of them together.
std::vector<LabelThing> labelThings(const StudyFacts& study);
std::vector<LabelThing> labelThings();

struct LabelQuestion
{
    int studies = 1;
    std::vector<LabelThing> things;
    std::vector<LabelTask> tasks; // with what is said of the studies now
    int thing = 0;                // chosen first
    std::string task, value;      // likewise; empty: the first, and none
};

// What a reader says of studies or of a part of them: of what, which field, and a value by any part of it, or a new
// one. A value that is off its field's scale is not taken, and why.
class StudyLabelDialog : public QDialog
{
    Q_OBJECT
public:
    explicit StudyLabelDialog(LabelQuestion question, QWidget* parent = nullptr);
    const LabelThing& thing() const;
    std::string task() const, value() const;
    bool settles() const; // what readers say differently

private:
    void build();
    void narrow();
    void check();

    LabelQuestion m_question;
    QComboBox *m_thing, *m_task;
    QLineEdit* m_part;
    QListWidget* m_list;
    QLabel* m_fault;
    QCheckBox* m_settle;
    QPushButton* m_take = nullptr;
};

} // namespace mama
