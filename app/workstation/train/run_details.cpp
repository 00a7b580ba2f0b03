#include "app/workstation/train/run_details.h"

#include "app/workstation/checkpoints/checkpoint_panel.h"
#include "app/workstation/train/log_view.h"
#include "app/workstation/train/run_compare.h"
#include "app/workstation/train/run_data.h"

#include <QHeaderView>
#include <QLabel>
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
    m_figuresHint->setTextFormat(Qt::PlainText);
    m_figuresHint->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    page(tr("Figures"), {m_figuresHint, m_figures});
    m_log = new LogView(this);
    addTab(m_log, tr("Log"));
    m_compare = new RunCompare(this);
    addTab(m_compare, tr("Compare"));
    m_data = new RunData(program, this);
    addTab(m_data, tr("Data"));
    m_checkpoints = new CheckpointPanel(program, settings, this);
    addTab(m_checkpoints, tr("Checkpoints"));
    connect(this, &QTabWidget::currentChanged, this, [this] {
        showAll();
        if (currentWidget() == m_log)
            QMetaObject::invokeMethod(m_log, &LogView::toEnd, Qt::QueuedConnection);
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
    if (m_log->isVisible())
        m_log->show(run);
    if (m_compare->isVisible())
        m_compare->show(run, other);
    m_data->show(run);
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
    m_log->show(m_run);
    m_compare->show(m_run, m_other);
    m_data->show(m_run);
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
    setCurrentWidget(m_log);
    m_log->find();
}

} // namespace mama
