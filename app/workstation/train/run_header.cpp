#include "app/workstation/train/run_header.h"

#include "app/workstation/train/health_rules.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QApplication>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QToolTip>
#include <QVBoxLayout>

namespace mama {

RunHeader::RunHeader(QWidget* parent) : QWidget(parent)
{
    m_name = new QLabel(this);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_name->setFont(large);
    m_name->setTextFormat(Qt::PlainText); // what people call a run is no markup, nor what a file says
    m_status = new QLabel(this);
    m_status->setObjectName(QStringLiteral("runStatus"));
    m_status->setWordWrap(true);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_health = new QLabel(this);
    m_health->setObjectName(QStringLiteral("runHealth"));
    m_health->setWordWrap(true);
    m_health->setTextFormat(Qt::RichText);
    m_health->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(m_health, &QLabel::linkActivated, this, [this](const QString& rule) {
        QToolTip::showText(m_health->mapToGlobal(QPoint(0, m_health->height())), ruleText(rule), m_health);
    });
    m_progress = new QProgressBar(this);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(8);
    m_progress->setAccessibleName(tr("Steps done"));
    m_progressText = new QLabel(this);
    m_progressText->setTextFormat(Qt::PlainText);

    const auto button = [this](const QString& text, const char* name) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    m_pause = button(tr("Pause"), "runPause");
    m_checkpoint = button(tr("Checkpoint now"), "runCheckpoint");
    m_stop = button(tr("Stop"), "runStop");
    m_resume = button(tr("Resume"), "runResume");
    connect(m_pause, &QPushButton::clicked, this,
            [this] { Q_EMIT asked(m_paused ? ControlRequest::Ask::Resume : ControlRequest::Ask::Pause); });
    connect(m_checkpoint, &QPushButton::clicked, this, [this] { Q_EMIT asked(ControlRequest::Ask::Checkpoint); });
    connect(m_stop, &QPushButton::clicked, this, [this] { Q_EMIT asked(ControlRequest::Ask::Stop); });
    connect(m_resume, &QPushButton::clicked, this, &RunHeader::resumeAsked);

    auto* top = new QHBoxLayout;
    top->addWidget(m_name, 1);
    for (QPushButton* each : {m_pause, m_checkpoint, m_stop, m_resume})
        top->addWidget(each);
    auto* gauges = new QHBoxLayout;
    for (int i = 0; i < 6; ++i) {
        auto* gauge = new QLabel(this);
        gauge->setFrameShape(QFrame::StyledPanel);
        gauge->setMargin(6);
        gauge->setTextFormat(Qt::RichText);
        gauges->addWidget(gauge, 1);
        m_gauges.push_back(gauge);
    }
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(top);
    column->addWidget(m_status);
    column->addWidget(m_health);
    column->addWidget(m_progress);
    column->addWidget(m_progressText);
    column->addLayout(gauges);
    show(nullptr);
}

void RunHeader::show(const RunView* run)
{
    m_name->setText(run ? run->name() : tr("No run"));
    m_name->setToolTip(run ? plainTip(run->folder) : QString());
    m_status->setText(run ? run->statusText() : tr("Choose a run in the list."));
    const QString style =
        run && run->state
            ? QStringLiteral("color:%1;font-weight:bold").arg(textColour(run->tone(), QApplication::palette()).name())
            : QString();
    if (style != m_status->styleSheet()) // a style sheet is slow to set
        m_status->setStyleSheet(style);
    const bool known = run && run->state;
    m_progress->setVisible(known);
    m_progressText->setVisible(known);
    if (known) {
        const RunState& state = *run->state;
        m_progress->setRange(0, 1000);
        m_progress->setValue(state.steps > 0 ? static_cast<int>(1000 * state.step / state.steps) : 0);
        QString text = tr("step %1 of %2 · epoch %3 · %4 samples · %5 spent")
                           .arg(state.step)
                           .arg(state.steps)
                           .arg(state.epoch, 0, 'f', 2)
                           .arg(state.samples)
                           .arg(durationText(state.elapsedSeconds));
        if (const QString left = run->etaText(); !left.isEmpty())
            text += tr(" · to go: %1").arg(left);
        if (state.best)
            text += tr(" · best %1 %2 at step %3")
                        .arg(QString::fromStdString(state.best->metric))
                        .arg(state.best->value, 0, 'f', 3)
                        .arg(state.best->step);
        if (state.unreadable.count > 0)
            text += tr(" · %n unreadable image(s)", nullptr, static_cast<int>(state.unreadable.count));
        m_progressText->setText(text);
    }
    const StepRecord* last = run && run->last ? &*run->last : nullptr;
    const auto gauge = [this](std::size_t at, const QString& title, const QString& value, bool shown) {
        if (shown)
            m_gauges[at]->setText(QStringLiteral("<small>%1</small><br><b>%2</b>").arg(title, value));
        m_gauges[at]->setVisible(shown && !m_compact);
    };
    gauge(0, tr("Loss"), last ? QString::number(last->loss, 'g', 5) : QString(), last);
    gauge(1, tr("Throughput"), last ? tr("%1 images/s").arg(last->imagesPerSecond, 0, 'f', 1) : QString(), last);
    gauge(2, tr("Waiting for data"), last ? tr("%1 %").arg(100 * last->loadingShare, 0, 'f', 1) : QString(), last);
    gauge(3, tr("Memory"), last ? tr("%1 MB").arg(last->memoryMb, 0, 'f', 0) : QString(), last);
    gauge(4, tr("Processor"), last ? tr("%1 cores").arg(last->cpu, 0, 'f', 2) : QString(), last);
    gauge(5, tr("GPU"), last && last->gpu ? tr("%1 %").arg(100 * *last->gpu, 0, 'f', 0) : QString(), last && last->gpu);
    showHealth(run);
    showButtons(run);
}

// Plain words on what is odd, each with its rule: below the mouse, or by a click or Enter on it.
void RunHeader::showHealth(const RunView* run)
{
    QStringList lines, rules;
    for (const UserText& one : run ? run->warnings() : std::vector<UserText>())
        lines << shownText(one).toHtmlEscaped();
    for (const HealthFinding& one : run ? run->health() : std::vector<HealthFinding>()) {
        const QString rule = QString::fromUtf8(one.rule.data(), static_cast<qsizetype>(one.rule.size()));
        QString text = shownText(one.text);
        text[0] = text[0].toUpper();
        lines << QStringLiteral("%1 <a href=\"%2\" style=\"color:%3\">%4</a>")
                     .arg(text.toHtmlEscaped(), rule, palette().color(QPalette::Link).name(), tr("rule"));
        rules << ruleText(rule);
    }
    m_health->setVisible(!lines.isEmpty());
    if (const QString text = lines.join(QStringLiteral(" · ")); text != m_health->text())
        m_health->setText(text);
    m_health->setToolTip(rules.isEmpty() ? QString()
                                         : QStringLiteral("<qt>%1</qt>").arg(rules.join(QStringLiteral("<br>"))));
    QPalette colours; // the one colour alone: the others follow the theme
    colours.setColor(QPalette::WindowText, textColour(Tone::Busy, palette()));
    m_health->setPalette(colours);
}

void RunHeader::setCompact(bool compact)
{
    m_compact = compact;
    for (QLabel* gauge : m_gauges)
        gauge->setVisible(!compact && !gauge->text().isEmpty());
}

void RunHeader::showButtons(const RunView* run)
{
    m_paused = run && run->state && run->state->status == RunStatus::Paused;
    m_pause->setText(m_paused ? tr("Continue") : tr("Pause"));
    const auto set = [run](QPushButton* button, RunView::Act act, const QString& what) {
        const QString refusal = run ? run->refusal(act) : tr("No run is chosen.");
        button->setEnabled(refusal.isEmpty());
        button->setToolTip(refusal.isEmpty() ? what : refusal);
    };
    set(m_stop, RunView::Act::Stop, tr("Writes a checkpoint and ends the process"));
    set(m_pause, RunView::Act::Pause,
        m_paused ? tr("Goes on with the next step") : tr("Waits after the step under way; the process stays"));
    set(m_checkpoint, RunView::Act::Checkpoint, tr("Writes a checkpoint after the step under way"));
    set(m_resume, RunView::Act::Resume, tr("Goes on from the last checkpoint in a new process"));
}

} // namespace mama
