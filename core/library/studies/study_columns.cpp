#include "core/library/studies/study_columns.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/library/collection/code_meanings.h"
#include "core/library/studies/said_labels.h"
#include "core/library/studies/value_places.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <unordered_map>

namespace mama {
namespace {

// The code of each value that was seen.
class Coder
{
public:
    explicit Coder(std::string name) { m_column.name = std::move(name); }

    void add(std::string_view value)
    {
        if (value.empty()) {
            m_column.codes.push_back(0);
            return;
        }
        if (!m_column.codes.empty() && value == m_column.values[m_column.codes.back()]) { // mostly the one before
            m_column.codes.push_back(m_column.codes.back());
            return;
        }
        auto found = m_codes.find(value);
        if (found == m_codes.end()) {
            if (m_column.values.size() > 65535)
                throw Error(ErrorCode::Data, {TextId("library.read_columns", "read studies")}, m_column.name,
                            {TextId("library.too_many_values", "it has more than 65,535 different values")});
            found = m_codes.emplace(value, static_cast<std::uint16_t>(m_column.values.size())).first;
            m_column.values.emplace_back(value);
        }
        m_column.codes.push_back(found->second);
    }
    StudyColumn& column() { return m_column; }

private:
    struct Hash : std::hash<std::string_view>
    {
        using is_transparent = void;
    };
    StudyColumn m_column;
    std::unordered_map<std::string, std::uint16_t, Hash, std::equal_to<>> m_codes;
};

std::uint32_t packed(StudyLevel level, std::size_t item)
{
    return static_cast<std::uint32_t>(level) << 30 | static_cast<std::uint32_t>(item);
}

std::uint8_t bitOf(StudyLevel level) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(level)); }

using ItemOf = std::vector<std::pair<std::int64_t, std::uint32_t>>;

std::uint32_t itemOf(const ItemOf& items, std::int64_t id)
{
    const auto found = std::lower_bound(items.begin(), items.end(), std::pair(id, std::uint32_t{0}));
    return found == items.end() ? 0 : found->second;
}

// Items by id, from the ids in the order of the items.
ItemOf byId(const std::vector<std::int64_t>& ids)
{
    ItemOf items(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
        items[i] = {ids[i], static_cast<std::uint32_t>(i)};
    std::sort(items.begin(), items.end());
    return items;
}

std::string_view textAt(SQLite::Statement& row, int column)
{
    const SQLite::Column value = row.getColumn(column);
    const char* text = value.getText("");
    return {text, static_cast<std::size_t>(value.getBytes())};
}

// "mass shape" as a filter writes it.
std::string fieldName(std::string task)
{
    std::replace(task.begin(), task.end(), ' ', '_');
    return task;
}

std::size_t placeOf(const std::vector<std::int64_t>& ids, std::int64_t id)
{
    return static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), id) - ids.begin());
}

} // namespace

namespace {

// Rows in the order of their studies, so that a study's values are counted in one go. more: what else is said of rows.
template <class More>
void sortByStudy(std::vector<std::uint32_t>& of, std::size_t studies,
                 const std::vector<std::vector<std::uint16_t>*>& columns, std::vector<More>& more)
{
    if (std::is_sorted(of.begin(), of.end()))
        return;
    std::vector<std::size_t> place(studies + 1);
    for (const std::uint32_t study : of)
        ++place[study + 1];
    for (std::size_t i = 1; i <= studies; ++i)
        place[i] += place[i - 1];
    std::vector<std::size_t> to(of.size());
    for (std::size_t row = 0; row < of.size(); ++row)
        to[row] = place[of[row]]++;
    const auto moved = [&](auto& values) {
        auto sorted = values;
        for (std::size_t row = 0; row < to.size(); ++row)
            sorted[to[row]] = values[row];
        values = std::move(sorted);
    };
    moved(of);
    moved(more);
    for (std::vector<std::uint16_t>* codes : columns)
        moved(*codes);
}

} // namespace

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
    Rows rows;
    readStudies(rows, library);
    readImages(rows, library);
    readProblems(rows, library);
    readFindings(rows, library);
    readLabels(rows, library);
    rows.imageOf = {};
    rows.findingOf = {};
    m_rows = std::make_shared<const Rows>(std::move(rows));
    readTags(library);
}

StudyColumns StudyColumns::withTags(Library& library) const
{
    StudyColumns now = *this;
    now.m_tags.clear();
    now.readTags(library);
    return now;
}

std::optional<std::size_t> StudyColumns::find(std::int64_t id) const
{
    const std::size_t place = placeOf(m_rows->ids, id);
    return place < size() && m_rows->ids[place] == id ? std::optional(place) : std::nullopt;
}

void StudyColumns::readStudies(Rows& rows, Library& library)
{
    std::array fields{Coder("dataset"), Coder("kind"), Coder("split"), Coder("year"), Coder("age")};
    std::unordered_map<std::string, std::size_t> dates;
    std::vector<std::int64_t> patients;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT study.id, study.key, name, kind, split, substr(ifnull(date, ''), 1, 4),"
                               " ifnull(CAST(CAST(age AS INTEGER) AS TEXT), ''), ifnull(date, ''), patient FROM study"
                               " JOIN dataset ON dataset.id = dataset ORDER BY study.id");
        while (each.executeStep()) {
            rows.ids.push_back(each.getColumn(0).getInt64());
            rows.keys.push_back(each.getColumn(1).getString());
            for (std::size_t i = 0; i < fields.size(); ++i)
                fields[i].add(textAt(each, static_cast<int>(i) + 2));
            const auto date = dates.try_emplace(std::string(textAt(each, 7)), rows.dates.size()).first;
            if (date->second == rows.dates.size())
                rows.dates.push_back(date->first);
            rows.dateOf.push_back(static_cast<std::uint32_t>(date->second));
            patients.push_back(each.getColumn(8).getInt64());
        }
        std::vector<std::int64_t> ids;
        SQLite::Statement names(database, "SELECT id, key FROM patient ORDER BY id");
        while (names.executeStep()) {
            ids.push_back(names.getColumn(0).getInt64());
            rows.patients.push_back(names.getColumn(1).getString());
        }
        for (const std::int64_t patient : patients)
            rows.patientOf.push_back(static_cast<std::uint32_t>(placeOf(ids, patient)));
    });
    rows.byKey = {placesOf(rows.keys), {}};
    rows.byPatient = {placesOf(rows.patients), rows.patientOf};
    rows.byDate = {placesOf(rows.dates), rows.dateOf};
    for (Coder& field : fields)
        rows.columns.push_back(std::move(field.column()));
    rows.images.assign(rows.ids.size(), 0);
}

void StudyColumns::readImages(Rows& rows, Library& library)
{
    std::array fields{Coder("side"),   Coder("view"),  Coder("type"), Coder("modifiers"),
                      Coder("vendor"), Coder("model"), Coder("file")};
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database,
                               "SELECT study, side, view, type, modifiers, vendor, model, state, image.id FROM"
                               " image JOIN file ON file.id = file");
        while (each.executeStep()) {
            const std::size_t study = placeOf(rows.ids, each.getColumn(0).getInt64());
            of->push_back(static_cast<std::uint32_t>(study));
            ++rows.images[study];
            for (std::size_t i = 0; i < fields.size(); ++i)
                fields[i].add(textAt(each, static_cast<int>(i) + 1));
            ids.push_back(each.getColumn(8).getInt64());
        }
    });
    std::vector<std::vector<std::uint16_t>*> codes;
    for (Coder& field : fields)
        codes.push_back(&field.column().codes);
    sortByStudy(*of, rows.ids.size(), codes, ids);
    rows.imageOf = byId(ids);
    const StudyColumn& side = fields[0].column();
    for (const std::uint16_t code : side.codes)
        rows.pictures.side += code == 0 ? ' ' : side.values[code].front();
    rows.pictures.study = *of;
    for (Coder& field : fields) {
        field.column().of = of;
        field.column().levels = bitOf(StudyLevel::Image);
        rows.columns.push_back(std::move(field.column()));
    }
    Coder count("images");
    for (const std::int64_t images : rows.images)
        count.add(std::to_string(images));
    rows.columns.push_back(std::move(count.column()));
}

// What does not agree about images, and pictures that are there more than once: see FileProblem.
void StudyColumns::readProblems(Rows& rows, Library& library)
{
    Coder field("problem");
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::uint32_t> items;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database,
            "SELECT study, image.id, json_extract(value, '$.kind') FROM image, json_each(doubts) WHERE doubts <> '' UNION ALL"
            " SELECT study, image.id, iif(sha256 IN (SELECT sha256 FROM file WHERE sha256 IS NOT NULL GROUP BY sha256 HAVING"
            " count(*) > 1), 'same file', 'same pixels') FROM file JOIN image ON image.file = file.id WHERE dct IS NOT"
            " NULL AND pixels IN (SELECT pixels FROM file WHERE pixels IS NOT NULL AND dct IS NOT NULL GROUP BY pixels"
            " HAVING count(*) > 1)");
        while (each.executeStep()) {
            of->push_back(static_cast<std::uint32_t>(placeOf(rows.ids, each.getColumn(0).getInt64())));
            items.push_back(packed(StudyLevel::Image, itemOf(rows.imageOf, each.getColumn(1).getInt64())));
            field.add(textAt(each, 2));
        }
    });
    StudyColumn& column = field.column();
    sortByStudy(*of, rows.ids.size(), {&column.codes}, items);
    column.of = of;
    column.items = std::move(items);
    column.levels = bitOf(StudyLevel::Image);
    static const std::map<std::string, std::string> means{
        {"side", "statements about the side differ"},
        {"view", "statements about the view differ"},
        {"wall", "side and pixels disagree"},
        {"mirrored", "stored mirrored, by outline"},
        {"text", "text burned into the picture"},
        {"same file", "the same file is there twice"},
        {"same pixels", "the same picture is in another file"},
    };
    for (const std::string& value : column.values) {
        const auto found = means.find(value);
        column.means.push_back(found == means.end() ? std::string() : found->second);
    }
    rows.columns.push_back(std::move(column));
}

// "mass,calcification" of a finding are two rows.
void StudyColumns::readFindings(Rows& rows, Library& library)
{
    Coder kinds("finding_kind");
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::int64_t> ids;
    std::vector<std::uint32_t> items;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id, study, side, kinds FROM finding ORDER BY study, id");
        while (each.executeStep()) {
            const std::size_t study = placeOf(rows.ids, each.getColumn(1).getInt64());
            const std::string_view side = textAt(each, 2);
            std::string_view text = textAt(each, 3);
            do {
                const std::size_t comma = text.find(',');
                kinds.add(text.substr(0, comma));
                of->push_back(static_cast<std::uint32_t>(study));
                items.push_back(packed(StudyLevel::Finding, ids.size()));
                text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
            } while (!text.empty());
            ids.push_back(each.getColumn(0).getInt64());
            rows.findings.study.push_back(static_cast<std::uint32_t>(study));
            rows.findings.side += side.empty() ? ' ' : side.front();
        }
    });
    rows.findingOf = byId(ids);
    StudyColumn& column = kinds.column();
    if (column.values.size() == 1)
        return; // no table says a kind
    column.of = of;
    column.items = std::move(items);
    column.levels = bitOf(StudyLevel::Finding);
    rows.columns.push_back(std::move(column));
}

// Of several labels of one thing the one that counts; a model's suggestion never does. What readers said stands beside
// what was imported, of which there is a hundred times as much: it is looked up first.
void StudyColumns::readLabels(Rows& rows, Library& library)
{
    std::map<std::string, Coder> fields;
    std::map<std::string, std::shared_ptr<std::vector<std::uint32_t>>> studies;
    // What a label is said of; a breast's without a side is of both, so of the study.
    const auto itemFor = [&](std::string_view level, std::int64_t target, std::string_view side, std::size_t study) {
        if (level == "finding")
            return packed(StudyLevel::Finding, itemOf(rows.findingOf, target));
        if (level == "image")
            return packed(StudyLevel::Image, itemOf(rows.imageOf, target));
        return level == "breast" && !side.empty() ? packed(StudyLevel::Breast, study * 2 + (side == "L"))
                                                  : packed(StudyLevel::Study, study);
    };
    library.read([&](SQLite::Database& database) {
        const SaidLabels said(database);
        const auto add = [&](const std::string& task, SQLite::Statement& thing, std::int64_t id, std::string_view value,
                             int rank) {
            const std::string name = fieldName(task);
            const std::size_t study = placeOf(rows.ids, id);
            const std::uint32_t item =
                itemFor(textAt(thing, 0), thing.getColumn(1).getInt64(), textAt(thing, 2), study);
            if (const auto* over = said.over(rank, textAt(thing, 0), id, textAt(thing, 4), task))
                value = over->value;
            const auto [field, isNew] = fields.try_emplace(name, name);
            if (isNew)
                studies[name] = std::make_shared<std::vector<std::uint32_t>>();
            studies[name]->push_back(static_cast<std::uint32_t>(study));
            field->second.add(value);
            field->second.column().items.push_back(item);
        };
        const std::string study =
            "CASE level WHEN 'finding' THEN finding.study WHEN 'image' THEN image.study ELSE target END";
        const std::string from = " FROM label LEFT JOIN finding ON level = 'finding' AND finding.id = target LEFT JOIN"
                                 " image ON level = 'image' AND image.id = target WHERE level <> 'patient' AND"
                                 " replaced_by IS NULL AND source = 'imported'";
        const std::string side =
            "CASE level WHEN 'finding' THEN finding.side WHEN 'image' THEN image.side ELSE label.side END";
        SQLite::Statement each(database,
                               "SELECT level, target, label.side, task, " + side + ", value, " + study + from);
        while (each.executeStep())
            if (!said.of(textAt(each, 0), each.getColumn(1).getInt64(), textAt(each, 2), textAt(each, 3)))
                add(each.getColumn(3).getString(), each, each.getColumn(6).getInt64(), textAt(each, 5), 1);
        SQLite::Statement where(
            database, "SELECT ?1, ?2, ?3, CASE ?1 WHEN 'finding' THEN (SELECT study FROM finding WHERE id = ?2)"
                      " WHEN 'image' THEN (SELECT study FROM image WHERE id = ?2) ELSE ?2 END,"
                      " CASE ?1 WHEN 'finding' THEN (SELECT side FROM finding WHERE id = ?2)"
                      " WHEN 'image' THEN (SELECT side FROM image WHERE id = ?2) ELSE ?3 END");
        for (const auto& [key, label] : said.all()) {
            if (label.level == "patient")
                continue;
            where.reset();
            where.bind(1, label.level);
            where.bind(2, label.target);
            where.bind(3, label.side);
            where.executeStep();
            add(label.task, where, where.getColumn(3).getInt64(), label.value, label.rank);
        }
    });
    CodeMeanings meanings;
    library.read([&](SQLite::Database& database) { meanings = codeMeanings(database); });
    for (const auto& [key, means] : meanings) {
        const auto field = fields.find(fieldName(key.first));
        if (field == fields.end())
            continue;
        StudyColumn& column = field->second.column();
        const auto code = std::find(column.values.begin() + 1, column.values.end(), key.second);
        column.means.resize(column.values.size());
        if (code != column.values.end())
            column.means[static_cast<std::size_t>(code - column.values.begin())] = means;
    }
    for (auto& [name, field] : fields) {
        StudyColumn& column = field.column();
        sortByStudy(*studies[name], rows.ids.size(), {&column.codes}, column.items);
        column.of = studies[name];
        column.levels = 0;
        for (const std::uint32_t item : column.items)
            column.levels = static_cast<std::uint8_t>(column.levels | 1U << (item >> 30));
        rows.columns.push_back(std::move(column));
    }
}

void StudyColumns::readTags(Library& library)
{
    library.read([&](SQLite::Database& database) {
        SQLite::Statement names(database, "SELECT name FROM tag");
        while (names.executeStep()) {
            const std::string name = names.getColumn(0).getString();
            m_tags.emplace(asciiFolded(name), TaggedStudies{name, StudySet(size())});
        }
        SQLite::Statement each(
            database, "SELECT name, study.id FROM tagged JOIN tag ON tag.id = tag JOIN study ON"
                      " level = 'study' AND study.id = target OR level = 'patient' AND study.patient = target"
                      " UNION SELECT name, study FROM tagged JOIN tag ON tag.id = tag JOIN image ON level = 'image' AND"
                      " image.id = target UNION SELECT name, study FROM tagged JOIN tag ON tag.id = tag JOIN finding ON"
                      " level = 'finding' AND finding.id = target");
        while (each.executeStep())
            m_tags.at(asciiFolded(each.getColumn(0).getString()))
                .studies.add(placeOf(m_rows->ids, each.getColumn(1).getInt64()));
    });
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
