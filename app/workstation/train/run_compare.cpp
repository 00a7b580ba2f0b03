#include "app/workstation/train/run_compare.h"

#include "core/training/settings/settings.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <set>

namespace mama {
namespace {

QTableWidget* table(const QString& name, QWidget* parent)
{
    auto* made = new QTableWidget(0, 3, parent);
    made->setAccessibleName(name);
    made->setEditTriggers(QAbstractItemView::NoEditTriggers);
    made->setAlternatingRowColors(true);
    made->verticalHeader()->hide();
    made->setShowGrid(false);
    made->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    made->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    return made;
}

QString textOf(const nlohmann::json& config, std::string key)
{
    std::replace(key.begin(), key.end(), '.', '/');
    const nlohmann::json value =
        config.is_object() ? config.value(nlohmann::json::json_pointer("/" + key), nlohmann::json()) : nlohmann::json();
    return value.is_string() ? QString::fromStdString(value.get<std::string>())
           : value.is_null() ? QStringLiteral("—")
                             : QString::fromStdString(value.dump());
}

void fill(QTableWidget* table, const QStringList& headers, const std::vector<QStringList>& rows)
{
    table->setHorizontalHeaderLabels(headers);
    table->setRowCount(static_cast<int>(rows.size()));
    for (int row = 0; row < table->rowCount(); ++row)
        for (int column = 0; column < 3; ++column) {
            if (!table->item(row, column))
                table->setItem(row, column, new QTableWidgetItem);
            const QString text = rows[static_cast<std::size_t>(row)].value(column);
            table->item(row, column)->setText(text);
            table->item(row, column)->setToolTip(plainTip(text));
        }
}

} // namespace

QString figureText(const MetricValue& value)
{
    if (!std::isfinite(value.low) || !std::isfinite(value.high))
        return QCoreApplication::translate("mama::RunCompare", "%1 (no interval), n = %2")
            .arg(value.value, 0, 'f', 3)
            .arg(value.n);
    return QCoreApplication::translate("mama::RunCompare", "%1 (%2 to %3), n = %4")
        .arg(value.value, 0, 'f', 3)
        .arg(value.low, 0, 'f', 3)
        .arg(value.high, 0, 'f', 3)
        .arg(value.n);
}

RunCompare::RunCompare(QWidget* parent) : QWidget(parent)
{
    m_hint = new QLabel(this);
    m_hint->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_settings = table(tr("Settings that differ"), this);
    m_figures = table(tr("Latest figures"), this);
    auto* side = new QHBoxLayout;
    side->addWidget(m_settings, 2);
    side->addWidget(m_figures, 3); // its values are wider
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_hint);
    column->addLayout(side, 1);
    show(nullptr, nullptr);
}

void RunCompare::show(const RunView* first, const RunView* second)
{
    const bool both = first && second;
    m_settings->setVisible(both);
    m_figures->setVisible(both);
    if (!both) {
        m_hint->setText(tr("Tick a second run in the list to compare it with the chosen one."));
        return;
    }
    std::vector<QStringList> rows;
    for (const SettingInfo& info : trainingSettings())
        if (const QString one = textOf(first->config, info.key), two = textOf(second->config, info.key); one != two)
            rows.push_back({QString::fromStdString(info.key), one, two});
    m_hint->setText(rows.empty() ? tr("Both runs have the same settings.")
                                 : tr("%n setting(s) differ. Figures are the latest, with 95 % intervals.", nullptr,
                                      static_cast<int>(rows.size())));
    fill(m_settings, {tr("Setting"), first->name(), second->name()}, rows);
    std::set<std::string> metrics;
    for (const RunView* run : {first, second})
        if (run->evaluation)
            for (const auto& [metric, value] : run->evaluation->metrics)
                metrics.insert(metric);
    rows.clear();
    for (const std::string& metric : metrics) {
        QStringList row{QString::fromStdString(metric)};
        for (const RunView* run : {first, second}) {
            const bool has = run->evaluation && run->evaluation->metrics.contains(metric);
            row << (has ? figureText(run->evaluation->metrics.at(metric)) : QStringLiteral("—"));
        }
        rows.push_back(row);
    }
    fill(m_figures, {tr("Figure"), first->name(), second->name()}, rows);
}

} // namespace mama
