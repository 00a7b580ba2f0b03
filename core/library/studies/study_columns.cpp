#include "core/library/studies/study_columns.h"

#include "core/base/folded_text.h"
#include "core/library/studies/row_reader.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <bit>

namespace mama {

StudySet::StudySet(std::size_t size, bool all) : m_size(size), m_words((size + 63) / 64, all ? ~std::uint64_t{0} : 0)
{
    clearRest();
}

void StudySet::clearRest()
{
    if (m_size % 64 != 0)
        m_words.back() &= (std::uint64_t{1} << (m_size % 64)) - 1;
}

std::size_t StudySet::count() const
{
    std::size_t sum = 0;
    for (const std::uint64_t word : m_words)
        sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
}

void StudySet::keep(const StudySet& other)
{
    for (std::size_t i = 0; i < m_words.size(); ++i)
        m_words[i] &= other.m_words[i];
}

void StudySet::join(const StudySet& other)
{
    for (std::size_t i = 0; i < m_words.size(); ++i)
        m_words[i] |= other.m_words[i];
}

void StudySet::invert()
{
    for (std::uint64_t& word : m_words)
        word = ~word;
    clearRest();
}

StudyColumns::StudyColumns(Library& library)
{
    library.read([this](SQLite::Database& database) {
        m_rows = readRows(database);
        readTags(database);
    });
}

StudyColumns StudyColumns::withTags(Library& library) const
{
    StudyColumns now = *this;
    now.m_tags.clear();
    library.read([&](SQLite::Database& database) { now.readTags(database); });
    return now;
}

std::optional<std::size_t> StudyColumns::find(std::int64_t id) const
{
    const auto found = std::lower_bound(m_rows->ids.begin(), m_rows->ids.end(), id);
    return found != m_rows->ids.end() && *found == id
               ? std::optional(static_cast<std::size_t>(found - m_rows->ids.begin()))
               : std::nullopt;
}

void StudyColumns::readTags(SQLite::Database& database)
{
    SQLite::Statement names(database, "SELECT name FROM tag");
    while (names.executeStep()) {
        const std::string name = names.getColumn(0).getString();
        m_tags.emplace(asciiFolded(name), TaggedStudies{name, StudySet(size())});
    }
    RowReader each(database, "SELECT name, study.id FROM tagged JOIN tag ON tag.id = tag JOIN study ON"
                             " level = 'study' AND study.id = target OR level = 'patient' AND study.patient = target"
                             " UNION SELECT name, study FROM tagged JOIN tag ON tag.id = tag JOIN image ON level ="
                             " 'image' AND image.id = target UNION SELECT name, study FROM tagged JOIN tag ON tag.id ="
                             " tag JOIN finding ON level = 'finding' AND finding.id = target");
    while (each.next())
        if (const auto study = find(each.number(1))) // of the rows, which may be older
            m_tags.at(asciiFolded(each.text(0))).studies.add(*study);
}

const StudyPlaces* StudyColumns::places(std::string_view field) const
{
    return field == "study"     ? &m_rows->byKey
           : field == "patient" ? &m_rows->byPatient
           : field == "date"    ? &m_rows->byDate
                                : nullptr;
}

const StudyColumn* StudyColumns::column(std::string_view name) const
{
    const std::string wanted = asciiFolded(name);
    const auto found = std::find_if(columns().begin(), columns().end(),
                                    [&](const StudyColumn& column) { return asciiFolded(column.name) == wanted; });
    return found == columns().end() ? nullptr : &*found;
}

const StudyItems& StudyColumns::items(StudyLevel level) const
{
    return level == StudyLevel::Finding ? m_rows->findings : m_rows->pictures;
}

const StudySet* StudyColumns::tag(std::string_view name) const
{
    const auto found = m_tags.find(asciiFolded(name));
    return found == m_tags.end() ? nullptr : &found->second.studies;
}

} // namespace mama
