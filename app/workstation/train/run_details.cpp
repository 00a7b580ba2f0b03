#include "app/workstation/train/run_details.h"

#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/train/run_compare.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTabBar>
#include <QTableWidget>
#include <QVBoxLayout>

namespace mama {

RunDetails::RunDetails(const QString& program, QSettings& settings, QWidget* parent) : QTabWidget(parent)
{
    setDocumentMode(true); // no frame of another grey around the pages
    tabBar()->setDrawBase(false);
    const auto page = [this](const QString& title, std::initializer_list<QWidget*> parts) {
        auto* made = new QWidget(this);
        auto* column = new QVBoxLayout(made);
        for (QWidget* part : parts)
            column->addWidget(part);
        addTab(made, title);
    };
    m_figures = new QTableWidget(0, 2, this);
    m_figures->setAccessibleName(tr("Figures"));
    m_figures->setHorizontalHeaderLabels({tr("Figure"), tr("Value (95 % interval)")});
    m_figures->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_figures->setAlternatingRowColors(true);
    m_figures->verticalHeader()->hide();
    m_figures->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_figuresHint = new QLabel(this);
    m_figuresHint->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    page(tr("Figures"), {m_figuresHint, m_figures});
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(tr("Lines that hold…"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(tr("Search in the log"));
    m_logText = new QPlainTextEdit(this);
    m_logText->setReadOnly(true);
    m_logText->setAccessibleName(tr("Log"));
    m_logText->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_logText->setMaximumBlockCount(2000);
    page(tr("Log"), {m_search, m_logText});
    m_compare = new RunCompare(this);
    addTab(m_compare, tr("Compare"));
    m_checkpoints = new CheckpointPanel(program, settings, this);
    addTab(m_checkpoints, tr("Checkpoints"));
    connect(m_search, &QLineEdit::textChanged, this, &RunDetails::showLog);
    connect(this, &QTabWidget::currentChanged, this, [this] {
        showAll();
        if (currentWidget() == m_logText->parentWidget()) // its newest lines, when it has been laid out
            QMetaObject::invokeMethod(
                m_logText,
                [log = m_logText] { log->verticalScrollBar()->setValue(log->verticalScrollBar()->maximum()); },
                Qt::QueuedConnection);
    });
}

// Called with every look at the run: what did not change, or is not on screen, is left alone.
void RunDetails::show(const RunView* run, const RunView* other)
{
    m_run = run;
    m_other = other;
    m_checkpoints->show(run);
    if (m_figuresHint->isVisible())
        showFigures();
    if (m_logText->isVisible())
        showLog();
    if (m_compare->isVisible())
        m_compare->show(run, other);
}

void RunDetails::showEvent(QShowEvent* event)
{
    QTabWidget::showEvent(event);
    showAll();
}

void RunDetails::showAll()
{
    m_checkpoints->show(m_run);
    showFigures();
    showLog();
    m_compare->show(m_run, m_other);
}

void RunDetails::showFigures()
{
    const auto* figures = m_run && m_run->evaluation ? &*m_run->evaluation : nullptr;
    const std::tuple shown{m_run ? m_run->folder : QString(), m_run && m_run->state, figures ? figures->time : 0.0};
    if (shown == m_figuresShown)
        return;
    m_figuresShown = shown;
    m_figuresHint->setText(figures ? tr("%1, step %2").arg(QString::fromStdString(figures->split)).arg(figures->step)
                           : m_run && m_run->state ? m_run->evaluationText()
                                                   : QString());
    m_figures->setVisible(figures);
    m_figures->setRowCount(figures ? static_cast<int>(figures->metrics.size()) : 0);
    int row = 0;
    for (const auto& [metric, value] : figures ? figures->metrics : std::map<std::string, MetricValue>()) {
        m_figures->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(metric)));
        m_figures->setItem(row++, 1, new QTableWidgetItem(figureText(value)));
    }
}

void RunDetails::findInLog()
{
    setCurrentWidget(m_search->parentWidget());
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

// New lines are appended; another run or another search writes all of them.
void RunDetails::showLog()
{
    const QString wanted = m_search->text();
    const std::size_t lines = m_run ? m_run->logLines : 0;
    const QString folder = m_run ? m_run->folder : QString();
    const QStringList log = m_run ? m_run->log : QStringList();
    const bool same = folder == m_logFolder && wanted == m_logSearch && lines >= m_logLines;
    if (same && lines == m_logLines)
        return;
    const auto added = same ? std::min<qsizetype>(log.size(), static_cast<qsizetype>(lines - m_logLines)) : log.size();
    const QStringList text = wanted.isEmpty() ? log.last(added) : log.last(added).filter(wanted, Qt::CaseInsensitive);
    const bool atEnd = m_logText->verticalScrollBar()->value() == m_logText->verticalScrollBar()->maximum();
    if (!same)
        m_logText->setPlainText(text.join(QLatin1Char('\n')));
    else if (!text.isEmpty())
        m_logText->appendPlainText(text.join(QLatin1Char('\n')));
    m_logFolder = folder;
    m_logSearch = wanted;
    m_logLines = lines;
    if (atEnd)
        m_logText->verticalScrollBar()->setValue(m_logText->verticalScrollBar()->maximum());
}

} // namespace mama
