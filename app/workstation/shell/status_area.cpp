#include "app/workstation/shell/status_area.h"

#include "app/workstation/look/icons.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace mama {

StatusArea::StatusArea(QWidget* parent) : QStatusBar(parent)
{
    setSizeGripEnabled(false);
    m_readOut = new QLabel(this);
    m_readOut->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_readOut->setMinimumWidth(1);
    m_phase = new QLabel(this);
    m_bar = new QProgressBar(this);
    m_bar->setFixedWidth(140);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel = new QToolButton(this);
    m_cancel->setIcon(themedIcon(QStringLiteral("cancel")));
    m_cancel->setToolTip(tr("Cancel (Esc)"));
    m_cancel->setAccessibleName(tr("Cancel"));
    m_cancel->setAutoRaise(true);
    m_dot = new QLabel(QStringLiteral("●"), this);
    m_engine = new QLabel(this);
    m_engine->setTextFormat(Qt::PlainText); // a model names itself
    m_display = new QLabel(this);
    m_display->setObjectName(QStringLiteral("displayNote"));
    m_notice = new QLabel(tr("Not for clinical use"), this);
    QFont bold = font();
    bold.setBold(true);
    m_notice->setFont(bold);
    m_notice->setContentsMargins(0, 0, 8, 0);
    m_readOut->setContentsMargins(8, 0, 0, 0);
    addWidget(m_readOut, 1);
    addPermanentWidget(m_phase);
    addPermanentWidget(m_bar);
    addPermanentWidget(m_cancel);
    addPermanentWidget(m_display);
    addPermanentWidget(m_dot);
    addPermanentWidget(m_engine);
    addPermanentWidget(m_notice);
    connect(m_cancel, &QToolButton::clicked, this, &StatusArea::cancelAsked);
    showProgress();
}

void StatusArea::setReadOut(const QString& text) { m_readOut->setText(text); }

void StatusArea::setDisplayNote(const QString& text)
{
    m_display->setText(text);
    m_display->setVisible(!text.isEmpty());
}

void StatusArea::setProgress(Task task, const QString& phase, qint64 done, qint64 total)
{
    m_work[static_cast<int>(task)] = {phase, done, total};
    showProgress();
}

// What concerns the pictures goes first.
void StatusArea::showProgress()
{
    const Work& work = m_work[0].total >= 0 ? m_work[0] : m_work[1];
    const bool busy = work.total >= 0;
    m_phase->setVisible(busy);
    m_bar->setVisible(busy);
    m_cancel->setVisible(busy);
    if (!busy)
        return;
    m_phase->setText(work.total > 0 ? tr("%1 %2/%3").arg(work.phase).arg(work.done).arg(work.total) : work.phase);
    m_bar->setRange(0, static_cast<int>(work.total));
    m_bar->setValue(static_cast<int>(work.done));
}

void StatusArea::setEngine(const ModelSession& session)
{
    const EngineProcess::State state = session.engine().state();
    QString text;
    Tone tone = Tone::Busy;
    if (state == EngineProcess::State::Stopped) {
        text = tr("Engine stopped");
        tone = Tone::Bad;
    } else if (session.engine().silent()) {
        text = tr("Engine does not answer");
        tone = Tone::Bad;
    } else if (state == EngineProcess::State::Starting) {
        text = tr("Engine starting");
    } else if (session.model()) {
        const ModelFacts& model = *session.model();
        text = tr("%1 (%2) · %3, %4").arg(model.name, model.shortHash(), model.device, model.precision);
        tone = Tone::Good;
    } else if (!session.modelProblem().isEmpty()) {
        text = tr("Model not loaded");
        tone = Tone::Bad;
    } else {
        text = session.modelFolder().isEmpty() ? tr("Engine ready, no model") : tr("Loading the model");
        tone = session.modelFolder().isEmpty() ? Tone::Good : tone;
    }
    m_dot->setStyleSheet(QStringLiteral("color:%1").arg(lampColour(tone).name()));
    m_engine->setText(text);
    m_engine->setToolTip(plainTip(session.modelProblem().isEmpty() ? session.provenance() : session.modelProblem()));
}

} // namespace mama
