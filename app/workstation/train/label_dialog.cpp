#include "app/workstation/train/label_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <algorithm>

namespace mama {

LabelDialog::LabelDialog(const Run& run, QWidget* parent) : QDialog(parent), m_before(run.notes)
{
    const RunNotes& notes = run.notes;
    const QString name = QFileInfo(run.folder).fileName();
    setWindowTitle(tr("Name, tags and note of %1").arg(name));
    const auto line = [this](const std::string& text, const QString& hint) {
        auto* made = new QLineEdit(QString::fromStdString(text), this);
        made->setPlaceholderText(hint);
        made->setMinimumWidth(380);
        return made;
    };
    m_name = line(notes.name, name);
    m_name->setObjectName(QStringLiteral("labelName"));
    m_group = line(notes.group, tr("none"));
    m_group->setObjectName(QStringLiteral("labelGroup"));
    m_tags = line(joined(notes.tags), tr("none; separated by commas"));
    m_tags->setObjectName(QStringLiteral("labelTags"));
    m_note = new QPlainTextEdit(QString::fromStdString(notes.note), this);
    m_note->setObjectName(QStringLiteral("labelNote"));
    m_note->setTabChangesFocus(true);
    m_note->setMinimumHeight(90);
    m_ticked = new QCheckBox(
        tr("Changes of group and tags also for the %n ticked or selected run(s)", nullptr, run.others), this);
    m_ticked->setVisible(run.others > 0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Name"), m_name);
    form->addRow(tr("&Group"), m_group);
    form->addRow(tr("&Tags"), m_tags);
    form->addRow(tr("N&ote"), m_note);
    auto* column = new QVBoxLayout(this);
    if (!run.problem.isEmpty()) {
        auto* problem = new QLabel(run.problem, this);
        problem->setObjectName(QStringLiteral("labelProblem"));
        problem->setTextFormat(Qt::PlainText);
        problem->setWordWrap(true);
        column->addWidget(problem);
    }
    column->addLayout(form);
    column->addWidget(m_ticked);
    column->addWidget(buttons);
}

bool LabelDialog::forTicked() const { return m_ticked->isChecked(); }

// Tags that another window has set meanwhile stay.
void LabelDialog::applyTags(RunNotes& notes) const
{
    const std::vector<std::string> wanted = tagsOf(m_tags->text().toStdString());
    const auto has = [](const std::vector<std::string>& tags, const std::string& tag) {
        return std::find(tags.begin(), tags.end(), tag) != tags.end();
    };
    for (const std::string& tag : m_before.tags)
        if (!has(wanted, tag))
            std::erase(notes.tags, tag);
    for (const std::string& tag : wanted)
        if (!has(notes.tags, tag) && !has(m_before.tags, tag))
            notes.tags.push_back(tag);
    if (const std::string group = cleanTag(m_group->text().toStdString()); group != m_before.group)
        notes.group = group;
}

void LabelDialog::write(const std::filesystem::path& run) const
{
    UserText problem; // was told; write() keeps what is there
    RunNotes notes = RunNotes::readWhatThereIs(run, problem);
    applyTags(notes);
    notes.name = cleanTag(m_name->text().toStdString());
    notes.note = m_note->toPlainText().toStdString();
    notes.write(run);
}

void LabelDialog::writeTags(const std::filesystem::path& run) const
{
    UserText problem; // was told; write() keeps what is there
    RunNotes notes = RunNotes::readWhatThereIs(run, problem);
    applyTags(notes);
    notes.write(run);
}

} // namespace mama
