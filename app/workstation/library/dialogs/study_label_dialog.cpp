#include "app/workstation/library/dialogs/study_label_dialog.h"

#include "app/workstation/library/dialogs/list_keys.h"
#include "core/library/collection/label_scale.h"
#include "core/tables/cell.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace mama {
namespace {

constexpr int valueRole = Qt::UserRole;

struct LabelTexts
{
    Q_DECLARE_TR_FUNCTIONS(mama::LabelTexts)
};

QString joined(QStringList parts)
{
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

std::string text(const QString& typed) { return std::string(trimmed(typed.toStdString())); }

} // namespace

std::vector<LabelThing> labelThings(const StudyFacts& study)
{
    std::vector<LabelThing> out{{LabelTexts::tr("The study"), "study", ""},
                                {LabelTexts::tr("Right breast"), "breast", "R"},
                                {LabelTexts::tr("Left breast"), "breast", "L"}};
    for (const FactFinding& each : study.findings)
        out.push_back({joined({LabelTexts::tr("Finding %1").arg(each.number), QString::fromStdString(each.side),
                               QString::fromStdString(each.kinds)
                                   .replace(QLatin1Char(','), QLatin1String(", "))
                                   .replace(QLatin1Char('_'), QLatin1Char(' '))}),
                       "finding",
                       "",
                       {each.id}});
    for (const FactImage& each : study.images) {
        QStringList names{QString::fromLatin1(name(each.image.side)), QString::fromStdString(each.image.view),
                          QString::fromStdString(each.image.modifiers)};
        names.removeAll(QString());
        out.push_back({LabelTexts::tr("Image %1")
                           .arg(names.isEmpty() ? QString::fromStdString(each.path.filename().string())
                                                : names.join(QLatin1Char(' '))),
                       "image",
                       "",
                       {each.image.id}});
    }
    return out;
}

std::vector<LabelThing> labelThings()
{
    return {{LabelTexts::tr("The studies"), "study", ""},
            {LabelTexts::tr("Their right breasts"), "breast", "R"},
            {LabelTexts::tr("Their left breasts"), "breast", "L"},
            {LabelTexts::tr("Every finding of them"), "finding", ""},
            {LabelTexts::tr("Every image of them"), "image", ""}};
}

StudyLabelDialog::StudyLabelDialog(LabelQuestion question, QWidget* parent)
    : QDialog(parent), m_question(std::move(question)), m_thing(new QComboBox(this)), m_task(new QComboBox(this)),
      m_part(new QLineEdit(this)), m_list(new QListWidget(this)), m_fault(new QLabel(this)),
      m_settle(new QCheckBox(tr("&Settle it: outweighs what readers say"), this))
{
    setWindowTitle(m_question.studies == 1 ? tr("Label a study") : tr("Label %n studies", nullptr, m_question.studies));
    build();
    for (const LabelThing& each : m_question.things)
        m_thing->addItem(each.title);
    m_thing->setCurrentIndex(m_question.thing);
    for (const LabelTask& each : m_question.tasks)
        m_task->addItem(QString::fromStdString(each.name).replace(QLatin1Char('_'), QLatin1Char(' ')),
                        QString::fromStdString(each.name));
    if (!m_question.task.empty()) {
        const QString task = QString::fromStdString(m_question.task);
        const int at = m_task->findData(QString(task).replace(QLatin1Char(' '), QLatin1Char('_')));
        at < 0 ? m_task->setEditText(task) : m_task->setCurrentIndex(at);
    }
    connect(m_task, &QComboBox::editTextChanged, this, &StudyLabelDialog::narrow);
    narrow();
    m_part->setFocus();
}

void StudyLabelDialog::build()
{
    m_thing->setObjectName(QStringLiteral("label.thing"));
    m_task->setObjectName(QStringLiteral("label.task"));
    m_part->setObjectName(QStringLiteral("label.value"));
    m_list->setObjectName(QStringLiteral("label.values"));
    m_settle->setObjectName(QStringLiteral("label.settle"));
    m_thing->setAccessibleName(tr("Of what"));
    m_task->setEditable(true);
    m_task->setInsertPolicy(QComboBox::NoInsert);
    m_task->setAccessibleName(tr("Field"));
    m_part->setPlaceholderText(tr("Any part of a value, or a new one"));
    m_part->setAccessibleName(tr("Value"));
    letLineChoose(*m_part, *m_list);
    m_list->setAccessibleName(tr("Values"));
    m_fault->setWordWrap(true);
    QPalette bad = m_fault->palette();
    bad.setColor(QPalette::WindowText, textColour(Tone::Bad, bad));
    m_fault->setPalette(bad);
    m_settle->setToolTip(tr("Else the newest word of a reader counts, above what was imported"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_take = buttons->button(QDialogButtonBox::Ok);
    m_take->setText(tr("Label"));
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_part, &QLineEdit::textChanged, this, &StudyLabelDialog::narrow);
    connect(m_list, &QListWidget::currentRowChanged, this, &StudyLabelDialog::check);
    connect(m_list, &QListWidget::itemActivated, this, [this] {
        if (m_take->isEnabled())
            accept();
    });
    auto* note = new QLabel(tr("What was said before stays on record; undo takes this back in one step."), this);
    note->setWordWrap(true);
    auto* form = new QFormLayout;
    form->addRow(tr("&Of"), m_thing);
    form->addRow(tr("&Field"), m_task);
    form->addRow(tr("&Value"), m_part);
    auto* column = new QVBoxLayout(this);
    column->addLayout(form);
    column->addWidget(m_list, 1);
    column->addWidget(m_fault);
    column->addWidget(m_settle);
    column->addWidget(note);
    column->addWidget(buttons);
    resize(420, 460);
}

// The values of the field that have the part; chosen is the one that is typed, or that was said.
void StudyLabelDialog::narrow()
{
    const QSignalBlocker quiet(m_list);
    const QString part = m_part->text().trimmed();
    m_list->clear();
    const auto task = std::find_if(m_question.tasks.begin(), m_question.tasks.end(),
                                   [&](const LabelTask& each) { return each.name == this->task(); });
    const QLocale locale;
    bool same = false;
    int chosen = part.isEmpty() ? -1 : 0; // Enter alone says nothing
    for (const LabelValue& each : task == m_question.tasks.end() ? std::vector<LabelValue>() : task->values) {
        const QString value = QString::fromStdString(each.value), means = QString::fromStdString(each.means);
        if (!value.contains(part, Qt::CaseInsensitive) && !means.contains(part, Qt::CaseInsensitive))
            continue;
        const bool isPart = value.compare(part, Qt::CaseInsensitive) == 0;
        same = same || isPart;
        QString words = means.isEmpty() ? value : QStringLiteral("%1 (%2)").arg(value, means);
        if (each.studies > 0)
            words += QStringLiteral(" — ") +
                     (m_question.studies == 1
                          ? tr("as it is now")
                          : tr("%1 of %2 studies now")
                                .arg(locale.toString(qulonglong(each.studies)), locale.toString(m_question.studies)));
        auto* item = new QListWidgetItem(words, m_list);
        item->setData(valueRole, value);
        if (isPart || (part.isEmpty() && each.value == m_question.value))
            chosen = m_list->count() - 1;
    }
    if (!part.isEmpty() && !same && scaleOf(task == m_question.tasks.end() ? std::string() : task->name).empty()) {
        auto* item = new QListWidgetItem(tr("New value: %1").arg(part), m_list);
        item->setData(valueRole, part);
    }
    m_list->setCurrentRow(chosen);
    check();
}

// What is typed and on no list is off the scale.
void StudyLabelDialog::check()
{
    const std::string given = value();
    const ScaledValue made = onScale(task(), given);
    m_fault->setText(given.empty() || made.fault.empty() ? QString() : shownText(made.fault));
    m_take->setEnabled(!given.empty() && !task().empty() && made.fault.empty());
}

const LabelThing& StudyLabelDialog::thing() const
{
    return m_question.things[static_cast<std::size_t>(std::max(m_thing->currentIndex(), 0))];
}

// As the list has it, or as it was typed.
std::string StudyLabelDialog::task() const
{
    const int at = m_task->findText(m_task->currentText().trimmed(), Qt::MatchFixedString);
    return text(at < 0 ? m_task->currentText() : m_task->itemData(at).toString());
}

std::string StudyLabelDialog::value() const
{
    const QListWidgetItem* item = m_list->currentItem();
    return text(item ? item->data(valueRole).toString() : m_part->text());
}

bool StudyLabelDialog::settles() const { return m_settle->isChecked(); }

} // namespace mama
