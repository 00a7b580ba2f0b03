#include "core/tables/importers/set_rows.h"

#include <algorithm>

namespace mama {

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
