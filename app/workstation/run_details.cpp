#include "app/workstation/run_details.h"

#include "app/workstation/checkpoint_panel.h"
#include "app/workstation/run_compare.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTableWidget>
#include <QVBoxLayout>

namespace mama {

RunDetails::RunDetails(const QString& program, QSettings& settings, QWidget* parent) : QTabWidget(parent)
{
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
    m_figures->verticalHeader()->hide();
    m_figures->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_figuresHint = new QLabel(this);
    page(tr("Figures"), {m_figuresHint, m_figures});
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(tr("Lines that hold…"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(tr("Search in the log"));
    m_logText = new QPlainTextEdit(this);
    m_logText->setReadOnly(true);
    m_logText->setAccessibleName(tr("Log"));
    m_logText->setLineWrapMode(QPlainTextEdit::NoWrap);
    page(tr("Log"), {m_search, m_logText});
    m_compare = new RunCompare(this);
    addTab(m_compare, tr("Compare"));
    m_checkpoints = new CheckpointPanel(program, settings, this);
    addTab(m_checkpoints, tr("Checkpoints"));
    connect(m_search, &QLineEdit::textChanged, this, &RunDetails::showLog);
}

void RunDetails::show(const RunView* run, const RunView* other)
{
    const auto* figures = run && run->evaluation ? &*run->evaluation : nullptr;
    m_figuresHint->setText(figures ? tr("%1, step %2").arg(QString::fromStdString(figures->split)).arg(figures->step) : tr("No evaluation yet: evaluate_every says how often there is one."));
    m_figures->setVisible(figures);
    m_figures->setRowCount(figures ? static_cast<int>(figures->metrics.size()) : 0);
    int row = 0;
    for (const auto& [metric, value] : figures ? figures->metrics : std::map<std::string, MetricValue>()) {
        m_figures->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(metric)));
        m_figures->setItem(row++, 1, new QTableWidgetItem(figureText(value)));
    }
    if (const QStringList log = run ? run->log : QStringList(); log != m_log) {
        m_log = log;
        showLog();
    }
    m_compare->show(run, other);
    m_checkpoints->show(run);
}

void RunDetails::showLog()
{
    const bool atEnd = m_logText->verticalScrollBar()->value() == m_logText->verticalScrollBar()->maximum();
    const QString wanted = m_search->text();
    m_logText->setPlainText((wanted.isEmpty() ? m_log : m_log.filter(wanted, Qt::CaseInsensitive)).join(QLatin1Char('\n')));
    if (atEnd)
        m_logText->verticalScrollBar()->setValue(m_logText->verticalScrollBar()->maximum());
}

} // namespace mama
