#include "app/workstation/train/run_table.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_path.h"
#include "app/workstation/train/column_dialog.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTableView>
#include <algorithm>

namespace mama {
namespace {

constexpr qsizetype differing = 6; // settings that are shown by themselves
constexpr int widest = 240;        // pixels of a column by itself

QStringList automaticColumns(const std::vector<const RunEntry*>& runs)
{
    const RunKeys keys = keysOf(runs);
    QStringList columns{QStringLiteral("status"), QStringLiteral("step"), QStringLiteral("started")};
    columns << keys.differing.mid(0, differing);
    if (std::any_of(runs.begin(), runs.end(), [](const RunEntry* run) { return run->state() && run->state()->best; }))
        columns << QStringLiteral("best");
    for (const QString& figure : keys.figures)
        if (figure == QLatin1String("loss") || figure.startsWith(QLatin1String("validation ")))
            columns << figure;
    return columns;
}

} // namespace

RunTable::RunTable(RunList& list, QSettings& settings, QWidget* parent)
    : QWidget(parent), m_list(list), m_settings(settings), m_model(list.model()), m_table(new QTableView(this))
{
    m_table->setObjectName(QStringLiteral("runTable"));
    m_table->setAccessibleName(tr("Table of runs"));
    m_table->setModel(&m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false); // the tab key leaves the table
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    m_table->horizontalHeader()->setSortIndicatorClearable(false);
    m_table->horizontalHeader()->setSectionsClickable(true);
    m_table->horizontalHeader()->setSortIndicatorShown(true);
    m_table->horizontalHeader()->setSectionsMovable(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_hint =
        new QLabel(tr("A row chooses its run, a heading sorts. Filter on the left; Ctrl+C copies the table."), this);
    m_hint->setMinimumWidth(1);
    auto* columns = new QPushButton(tr("Columns…"), this);
    columns->setObjectName(QStringLiteral("runColumns"));
    auto* top = new QHBoxLayout;
    top->addWidget(m_hint, 1);
    top->addWidget(columns);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(top);
    column->addWidget(m_table, 1);
    setTabOrder(columns, m_table);
    connect(columns, &QPushButton::clicked, this, &RunTable::chooseColumns);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionClicked, this, [this](int section) {
        QHeaderView* head = m_table->horizontalHeader();
        m_model.sort(section, head->sortIndicatorOrder());
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (!m_showing && now.isValid())
            m_list.choose(m_model.folderOf(now));
    });
    connect(&m_list, &RunList::changed, this, &RunTable::showChosen);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &RunTable::showChosen);
    connect(&m_model, &RunModel::entriesChanged, this, &RunTable::showColumns);
}

void RunTable::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showColumns();
    showChosen();
}

// Chosen ones stay; else those in which the runs differ, which new runs may change.
void RunTable::showColumns()
{
    if (!isVisible())
        return;
    const QStringList chosen = m_settings.value(settings_keys::runColumns).toStringList();
    const QStringList before = m_model.columns();
    m_model.setColumns(chosen.isEmpty() ? automaticColumns(m_model.all()) : chosen);
    if (m_model.columns() != before || m_table->columnWidth(0) < 10)
        fitColumns();
}

void RunTable::fitColumns()
{
    m_table->resizeColumnsToContents();
    for (int column = 0; column < m_model.columnCount(); ++column)
        m_table->setColumnWidth(column, std::min(m_table->columnWidth(column) + 8, column == 0 ? 2 * widest : widest));
}

void RunTable::showChosen()
{
    m_showing = true;
    const QModelIndex at = m_model.indexOf(m_list.chosen());
    if (at.isValid())
        m_table->selectionModel()->setCurrentIndex(at, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    else
        m_table->selectionModel()->clear();
    const RunOrder& order = m_model.order();
    const auto column = order.key == "name" ? 0 : m_model.columns().indexOf(QString::fromStdString(order.key)) + 1;
    const bool shown = column > 0 || order.key == "name";
    m_table->horizontalHeader()->setSortIndicator(shown ? static_cast<int>(column) : -1,
                                                  order.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_showing = false;
}

void RunTable::chooseColumns()
{
    ColumnDialog dialog(keysOf(m_model.all()), m_model.columns(), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    if (dialog.automatic())
        m_settings.remove(settings_keys::runColumns);
    else
        m_settings.setValue(settings_keys::runColumns, dialog.columns());
    showColumns();
}

QString RunTable::tabbed() const
{
    QStringList lines{tr("Run") + QLatin1Char('\t') + m_model.columns().join(QLatin1Char('\t'))};
    for (const auto& run : m_model.shown()) {
        QStringList cells{m_model.titleOf(folderText(run->folder()))};
        for (const QString& key : m_model.columns())
            cells << shownValue(*run, key);
        lines << cells.replaceInStrings(QStringLiteral("\t"), QStringLiteral(" "))
                     .replaceInStrings(QStringLiteral("\n"), QStringLiteral(" "))
                     .join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void RunTable::keyPressEvent(QKeyEvent* event)
{
    if (!event->matches(QKeySequence::Copy))
        return QWidget::keyPressEvent(event);
    QApplication::clipboard()->setText(tabbed());
    Q_EMIT told(tr("The table is copied: %n run(s).", nullptr, static_cast<int>(m_model.shown().size())), false);
}

} // namespace mama
