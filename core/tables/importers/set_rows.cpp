#include "core/tables/importers/set_rows.h"

#include <algorithm>

namespace mama {

std::string_view taskOfColumn(std::string_view column)
{
    constexpr std::pair<std::string_view, std::string_view> tasks[] = {
        {"massshape", "mass shape"},   {"massmargin", "mass margin"},  {"massdens", "mass density"},
        {"calcfind", "calcification"}, {"calcdistri", "distribution"}, {"path_severity", "path severity"}};
    for (const auto& [name, task] : tasks)
        if (name == column)
            return task;
    return column;
}

std::uint32_t SetRows::study(const std::string& patient, const std::string& key, RowOf row)
{
    const auto [found, isNew] = m_studies.emplace(key, static_cast<std::uint32_t>(studies.size()));
    if (isNew) {
        SetStudy made;
        made.patient = patient;
        made.key = key;
        made.row = row;
        studies.push_back(std::move(made));
    }
    return found->second;
}

std::optional<std::uint32_t> SetRows::findStudy(const std::string& key) const
{
    const auto found = m_studies.find(key);
    return found == m_studies.end() ? std::nullopt : std::optional(found->second);
}

void SetRows::sortProblems() { std::sort(report.problems.begin(), report.problems.end()); }

} // namespace mama
