#include "app/workstation/library/dialogs/issue_model.h"

#include "core/tables/importers/set_report.h"

#include <array>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

QString words(const std::string& reason, const std::string& detail)
{
    QString text = QString::fromStdString(reason).replace(QLatin1Char('_'), QLatin1Char(' '));
    return detail.empty() ? text : text + QStringLiteral(": ") + QString::fromStdString(detail);
}

} // namespace

void IssueModel::show(const SetReport& report)
{
    beginResetModel();
    m_issues.clear();
    for (const auto& [table, why] : report.stopped)
        m_issues.push_back(
            {QString::fromStdString(table), {}, {}, tr("table refused"), {}, QString::fromStdString(why)});
    for (const TableReport& table : report.tables) {
        const QString name = QString::fromStdString(table.file);
        const auto add = [&](const std::vector<RowIssue>& issues, const QString& kind) {
            for (const RowIssue& each : issues)
                m_issues.push_back({name, QString::number(each.row), QString::number(each.line), kind,
                                    QString::fromStdString(each.column), words(each.reason, each.detail)});
        };
        add(table.rejected, tr("refused"));
        for (const DuplicateRow& each : table.duplicates)
            m_issues.push_back({name,
                                QString::number(each.row),
                                QString::number(each.line),
                                tr("twice"),
                                {},
                                tr("the same as row %1").arg(each.sameAsRow)});
        add(table.warnings, tr("warning"));
    }
    for (const SetProblem& each : report.problems)
        m_issues.push_back({{},
                            {},
                            {},
                            tr("problem"),
                            {},
                            QString::fromStdString(each.key) + QStringLiteral(": ") + words(each.reason, each.detail)});
    for (const std::string& each : report.ignored)
        m_issues.push_back(
            {QString::fromStdString(each), {}, {}, tr("not used"), {}, tr("none of this data set's tables")});
    endResetModel();
}

void IssueModel::clear() { show({}); }

int IssueModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_issues.size());
}

QVariant IssueModel::data(const QModelIndex& index, int role) const
{
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const Issue& issue = m_issues[static_cast<std::size_t>(index.row())];
    const QString* texts[] = {&issue.table, &issue.row, &issue.line, &issue.kind, &issue.column, &issue.words};
    return *texts[index.column()];
}

QVariant IssueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const std::array titles{tr("Table"), tr("Row"), tr("Line"), tr("What"), tr("Column"), tr("Why")};
    return titles[static_cast<std::size_t>(section)];
}

} // namespace mama
