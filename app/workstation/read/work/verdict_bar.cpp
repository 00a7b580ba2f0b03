#include "app/workstation/read/work/verdict_bar.h"

#include "core/study/study.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>

namespace mama {
namespace {

template <class Names>
QComboBox* choice(const Names& names, const QString& accessible, QWidget* parent)
{
    auto* box = new QComboBox(parent);
    box->addItem(QStringLiteral("–"), QString());
    for (const std::string_view name : names)
        box->addItem(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())),
                     QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    box->setAccessibleName(accessible);
    return box;
}

std::string chosen(const QComboBox* box)
{
    return box->isEnabled() ? box->currentData().toString().toStdString() : std::string();
}

} // namespace

VerdictBar::VerdictBar(QWidget* parent) : QWidget(parent)
{
    m_right = choice(biradsCategories, tr("BI-RADS of the right breast"), this);
    m_left = choice(biradsCategories, tr("BI-RADS of the left breast"), this);
    m_density = choice(densityClasses, tr("Density"), this);
    m_confidence = new QSpinBox(this);
    m_confidence->setRange(-1, 100);
    m_confidence->setSpecialValueText(QStringLiteral("–"));
    m_confidence->setValue(-1);
    m_confidence->setSuffix(tr(" %"));
    m_confidence->setAccessibleName(tr("Confidence"));
    m_words = new QLabel(this);
    m_words->setTextFormat(Qt::PlainText);
    m_lock = new QPushButton(tr("Lock verdict"), this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 4, 8, 4);
    auto* title = new QLabel(tr("<b>Read first</b>"), this);
    row->addWidget(title);
    for (const auto& [text, widget] : {std::pair<QString, QWidget*>{tr("BI-RADS &right"), m_right},
                                       {tr("&left"), m_left},
                                       {tr("&density"), m_density},
                                       {tr("&confidence"), m_confidence}}) {
        auto* label = new QLabel(text, this);
        label->setBuddy(widget);
        row->addWidget(label);
        row->addWidget(widget);
    }
    m_marks = new QLabel(this);
    row->addWidget(m_marks);
    row->addWidget(m_lock);
    row->addWidget(m_words, 1);
    setFocusProxy(m_right);
    for (QWidget* each : std::initializer_list<QWidget*>{m_right, m_left, m_density, m_confidence})
        each->installEventFilter(this);
    for (QComboBox* box : {m_right, m_left, m_density})
        connect(box, &QComboBox::currentIndexChanged, this, &VerdictBar::refresh);
    connect(m_lock, &QPushButton::clicked, this, &VerdictBar::lock);
    setStudy(nullptr);
}

void VerdictBar::setStudy(const Study* study)
{
    const auto has = [&](Side side) {
        return study && std::ranges::any_of(study->images, [&](const StudyImage& image) {
                   return image.side == side || image.side == Side::Both || image.side == Side::Unknown;
               });
    };
    m_right->setEnabled(has(Side::Right));
    m_left->setEnabled(has(Side::Left));
    const std::string uid = study ? study->uid : std::string();
    if (uid != m_study) {
        keepDraft();
        m_study = uid;
        m_locked.reset();
        m_words->clear();
        const auto draft = m_drafts.find(uid);
        show(draft == m_drafts.end() ? Verdict() : draft->second);
    }
    refresh();
}

void VerdictBar::show(const Verdict& verdict)
{
    for (const auto& [box, value] :
         {std::pair{m_right, verdict.right}, {m_left, verdict.left}, {m_density, verdict.density}})
        box->setCurrentIndex(std::max(0, box->findData(QString::fromStdString(value))));
    m_confidence->setValue(verdict.confidence.value_or(-1));
}

void VerdictBar::setOpen()
{
    m_locked.reset();
    m_words->setText(tr("Nothing of a model is shown before the verdict is locked."));
    m_lock->setText(tr("Lock verdict"));
    refresh();
}

// What is chosen for the study on screen, unless it is what was locked.
void VerdictBar::keepDraft()
{
    if (!m_study.empty() && isChosen())
        m_drafts[m_study] = verdict();
    else
        m_drafts.erase(m_study);
}

bool VerdictBar::hasDraft() const
{
    return isChosen() || std::ranges::any_of(m_drafts, [&](const auto& each) { return each.first != m_study; });
}

// The wheel moves pictures; a verdict is not changed by the way.
bool VerdictBar::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::Wheel)
        return QWidget::eventFilter(watched, event);
    event->ignore();
    return true;
}

void VerdictBar::setMarks(int count, const QString& key)
{
    m_marks->setText(tr("%n mark(s) (%1)", nullptr, count).arg(key));
    m_marks->setToolTip(tr("%1, then click on the picture: marks a place; a click on a mark takes it away").arg(key));
    m_marks->setVisible(!key.isEmpty());
}

// A later verdict is a second record; the one that is locked stays.
void VerdictBar::setLocked(const Verdict& verdict, const QString& words)
{
    const bool another = m_locked != verdict; // else what is typed for a further one stays
    m_locked = verdict;
    if (another && !m_drafts.contains(m_study))
        show(verdict);
    m_words->setText(words);
    m_lock->setText(tr("Lock another verdict"));
    refresh();
}

bool VerdictBar::ready() const
{
    return !m_study.empty() && (m_right->isEnabled() || m_left->isEnabled()) &&
           (!m_right->isEnabled() || m_right->currentIndex() > 0) &&
           (!m_left->isEnabled() || m_left->currentIndex() > 0);
}

bool VerdictBar::isLocked() const { return m_locked && verdict() == *m_locked; }

// Something, and not what is locked already.
bool VerdictBar::isChosen() const
{
    Verdict nothing;
    nothing.study = m_study;
    return verdict() != nothing && !isLocked();
}

void VerdictBar::refresh() { m_lock->setEnabled(ready() && !isLocked()); }

void VerdictBar::setLockKey(const QString& key)
{
    m_lock->setToolTip(key.isEmpty() ? QString()
                                     : tr("Lock the verdict (%1): it cannot be changed afterwards").arg(key));
}

void VerdictBar::lock()
{
    if (ready() && !isLocked()) // pressed twice, it is one verdict
        Q_EMIT lockAsked(verdict());
}

Verdict VerdictBar::verdict() const
{
    Verdict made;
    made.study = m_study;
    made.right = chosen(m_right);
    made.left = chosen(m_left);
    made.density = chosen(m_density);
    if (m_confidence->value() >= 0)
        made.confidence = m_confidence->value();
    return made;
}

} // namespace mama
