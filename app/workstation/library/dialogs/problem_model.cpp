#include "app/workstation/library/dialogs/problem_model.h"

#include "core/base/path_text.h"

#include <array>
#include <map>

namespace mama {

QString ProblemModel::shownKind(const std::string& kind)
{
    const std::map<std::string, QString> words{{"missing", tr("file missing")},
                                               {"refused", tr("not readable")},
                                               {"side", tr("sides differ")},
                                               {"view", tr("views differ")},
                                               {"wall", tr("side and pixels disagree")},
                                               {"mirrored", tr("stored mirrored")},
                                               {"text", tr("text in the picture")},
                                               {"same file", tr("same file twice")},
                                               {"same pixels", tr("same picture twice")}};
    const auto found = words.find(kind);
    return found == words.end() ? QString::fromStdString(kind) : found->second;
}

void ProblemModel::show(std::vector<FileProblem> problems)
{
    m_problems = std::move(problems);
    choose({});
}

void ProblemModel::choose(const QString& kind)
{
    beginResetModel();
    m_rows.clear();
    for (std::size_t i = 0; i < m_problems.size(); ++i)
        if (kind.isEmpty() || QString::fromStdString(m_problems[i].kind) == kind)
            m_rows.push_back(i);
    endResetModel();
}

std::vector<std::pair<QString, int>> ProblemModel::kinds() const
{
    std::map<std::string, int> counts;
    for (const FileProblem& each : m_problems)
        ++counts[each.kind];
    std::vector<std::pair<QString, int>> out;
    for (const auto& [kind, count] : counts)
        out.emplace_back(QString::fromStdString(kind), count);
    return out;
}

int ProblemModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString ProblemModel::text(int row, int column) const
{
    const FileProblem& problem = at(row);
    switch (column) {
    case 0: return shownKind(problem.kind);
    case 1: return QString::fromStdString(problem.studyKey);
    case 2: return QString::fromStdString(problem.text);
    default: return QString::fromStdString(pathText(problem.path));
    }
}

QString ProblemModel::line(int row) const
{
    QStringList out;
    for (int column = 0; column < columnCount({}); ++column)
        out << text(row, column);
    return out.join(QLatin1Char('\t'));
}

QVariant ProblemModel::data(const QModelIndex& index, int role) const
{
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    return text(index.row(), index.column());
}

QVariant ProblemModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const std::array titles{tr("What"), tr("Study"), tr("Why"), tr("File")};
    return titles[static_cast<std::size_t>(section)];
}

} // namespace mama
