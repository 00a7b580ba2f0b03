#include "core/library/studies/said_labels.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {
namespace {

// "breast|12|L|birads"
std::string thing(std::string_view level, std::int64_t target, std::string_view side, std::string_view task)
{
    std::string key(level);
    return key.append(1, '|').append(std::to_string(target)).append(1, '|').append(side).append(1, '|').append(task);
}

} // namespace

SaidLabels::SaidLabels(SQLite::Database& database)
{
    SQLite::Statement each(database, "SELECT level, target, side, task, value, CASE source WHEN 'adjudicated' THEN 3"
                                     " ELSE 2 END FROM label WHERE replaced_by IS NULL AND source IN ('reader',"
                                     " 'adjudicated') ORDER BY id");
    while (each.executeStep()) {
        Said said{each.getColumn(0).getString(), each.getColumn(2).getString(), each.getColumn(3).getString(),
                  each.getColumn(4).getString(), each.getColumn(1).getInt64(),  each.getColumn(5).getInt()};
        Said& best = m_by[thing(said.level, said.target, said.side, said.task)];
        if (said.rank >= best.rank)
            best = std::move(said);
    }
    if (m_by.empty())
        return;
    SQLite::Statement studies(database, "SELECT id, patient FROM study");
    while (studies.executeStep())
        m_patientOf[studies.getColumn(0).getInt64()] = studies.getColumn(1).getInt64();
}

const SaidLabels::Said* SaidLabels::of(std::string_view level, std::int64_t target, std::string_view side,
                                       std::string_view task) const
{
    if (m_by.empty())
        return nullptr;
    const auto found = m_by.find(thing(level, target, side, task));
    return found == m_by.end() ? nullptr : &found->second;
}

const SaidLabels::Said* SaidLabels::over(int rank, std::string_view level, std::int64_t study, std::string_view side,
                                         std::string_view task) const
{
    const Said* best = nullptr;
    const auto look = [&](const Said* said) {
        if (said && said->rank > rank) {
            best = said;
            rank = said->rank;
        }
    };
    if (m_by.empty())
        return best;
    if (level != "study" && level != "breast" && !side.empty())
        look(of("breast", study, side, task));
    if (level != "study")
        look(of("study", study, {}, task));
    if (const auto patient = m_patientOf.find(study); patient != m_patientOf.end())
        look(of("patient", patient->second, {}, task));
    return best;
}

} // namespace mama
