// How the columns are read from a library: half a million rows in about a second.
#include "core/base/error.h"
#include "core/library/collection/code_meanings.h"
#include "core/library/studies/row_reader.h"
#include "core/library/studies/said_labels.h"
#include "core/library/studies/study_columns.h"
#include "core/library/studies/value_places.h"

#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <array>
#include <future>
#include <unordered_map>

namespace mama {
namespace {

struct TextHash : std::hash<std::string_view>
{
    using is_transparent = void;
};
template <class Value>
using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

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
    StudyColumn m_column;
    ByText<std::uint16_t> m_codes;
};

constexpr std::uint32_t nowhere = ~std::uint32_t{0};

// Where each of some ids stands. Mostly they follow one another: then it is looked up, else searched for.
class IdPlaces
{
public:
    IdPlaces() = default;
    explicit IdPlaces(const std::vector<std::int64_t>& ids)
    {
        if (ids.empty())
            return;
        const auto [least, most] = std::minmax_element(ids.begin(), ids.end());
        m_first = *least;
        if (*most - *least < static_cast<std::int64_t>(4 * ids.size())) {
            m_places.assign(static_cast<std::size_t>(*most - *least) + 1, nowhere);
            for (std::size_t i = 0; i < ids.size(); ++i)
                m_places[static_cast<std::size_t>(ids[i] - m_first)] = static_cast<std::uint32_t>(i);
            return;
        }
        for (std::size_t i = 0; i < ids.size(); ++i)
            m_sorted.emplace_back(ids[i], static_cast<std::uint32_t>(i));
        std::sort(m_sorted.begin(), m_sorted.end());
    }
    std::uint32_t of(std::int64_t id) const
    {
        if (m_sorted.empty())
            return id < m_first || id - m_first >= static_cast<std::int64_t>(m_places.size())
                       ? nowhere
                       : m_places[static_cast<std::size_t>(id - m_first)];
        const auto found = std::lower_bound(m_sorted.begin(), m_sorted.end(), std::pair(id, std::uint32_t{0}));
        return found == m_sorted.end() || found->first != id ? nowhere : found->second;
    }

private:
    std::int64_t m_first = 0;
    std::vector<std::uint32_t> m_places; // by id from the first on
    std::vector<std::pair<std::int64_t, std::uint32_t>> m_sorted;
};

std::uint32_t packed(StudyLevel level, std::size_t item)
{
    return static_cast<std::uint32_t>(level) << 30 | static_cast<std::uint32_t>(item);
}

std::uint8_t bitOf(StudyLevel level) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(level)); }

// "mass shape" as a filter writes it.
std::string fieldName(std::string task)
{
    std::replace(task.begin(), task.end(), ' ', '_');
    return task;
}

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

// A field of labels while its rows come.
struct LabelField
{
    explicit LabelField(const std::string& name) : coder(name) {}
    Coder coder;
    std::shared_ptr<std::vector<std::uint32_t>> studies = std::make_shared<std::vector<std::uint32_t>>();
};

} // namespace

// One state of the library, table after table.
struct StudyColumns::Reading
{
    SQLite::Database& database;
    Rows rows{};
    IdPlaces studies{}, images{}, findings{};
    std::future<void> places{}; // of keys, patients and dates: sorted while rows are read

    void readStudies();
    void readPatients(const std::vector<std::int64_t>& ofStudies);
    void readImages();
    void readProblems();
    void readFindings();
    void readLabels();
    std::uint32_t itemFor(std::string_view level, std::int64_t target, std::string_view side) const;
    std::uint32_t studyOf(std::string_view level, std::int64_t target) const;
    std::string_view sideOf(std::string_view level, std::int64_t target, std::string_view side) const;
    void addMeanings(std::map<std::string, LabelField>& fields) const;
};

std::shared_ptr<const StudyColumns::Rows> StudyColumns::readRows(SQLite::Database& database)
{
    Reading reading{database};
    reading.readStudies();
    reading.readImages();
    reading.readProblems();
    reading.readFindings();
    reading.readLabels();
    reading.places.get();
    return std::make_shared<const Rows>(std::move(reading.rows));
}

void StudyColumns::Reading::readStudies()
{
    std::array fields{Coder("dataset"), Coder("kind"), Coder("split"), Coder("year"), Coder("age")};
    ByText<std::uint32_t> dates;
    std::vector<std::int64_t> patients;
    RowReader each(database, "SELECT study.id, study.key, name, kind, split, substr(ifnull(date, ''), 1, 4),"
                             " ifnull(CAST(CAST(age AS INTEGER) AS TEXT), ''), ifnull(date, ''), patient FROM study"
                             " JOIN dataset ON dataset.id = dataset ORDER BY study.id");
    while (each.next()) {
        rows.ids.push_back(each.number(0));
        rows.keys.emplace_back(each.text(1));
        for (std::size_t i = 0; i < fields.size(); ++i)
            fields[i].add(each.text(static_cast<int>(i) + 2));
        auto date = dates.find(each.text(7));
        if (date == dates.end()) {
            date = dates.emplace(each.text(7), static_cast<std::uint32_t>(rows.dates.size())).first;
            rows.dates.push_back(date->first);
        }
        rows.dateOf.push_back(date->second);
        patients.push_back(each.number(8));
    }
    readPatients(patients);
    studies = IdPlaces(rows.ids);
    places = std::async(std::launch::async, [this] {
        rows.byKey = {placesOf(rows.keys), {}};
        rows.byPatient = {placesOf(rows.patients), rows.patientOf};
        rows.byDate = {placesOf(rows.dates), rows.dateOf};
    });
    for (Coder& field : fields)
        rows.columns.push_back(std::move(field.column()));
    rows.images.assign(rows.ids.size(), 0);
}

void StudyColumns::Reading::readPatients(const std::vector<std::int64_t>& ofStudies)
{
    std::vector<std::int64_t> ids;
    RowReader each(database, "SELECT id, key FROM patient ORDER BY id");
    while (each.next()) {
        ids.push_back(each.number(0));
        rows.patients.emplace_back(each.text(1));
    }
    const IdPlaces patients(ids);
    for (const std::int64_t patient : ofStudies)
        rows.patientOf.push_back(patients.of(patient));
}

void StudyColumns::Reading::readImages()
{
    std::array fields{Coder("side"),   Coder("view"),  Coder("type"), Coder("modifiers"),
                      Coder("vendor"), Coder("model"), Coder("file")};
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::int64_t> ids;
    RowReader each(database, "SELECT study, side, view, type, modifiers, vendor, model, state, image.id FROM"
                             " image JOIN file ON file.id = file");
    while (each.next()) {
        const std::uint32_t study = studies.of(each.number(0));
        if (study == nowhere)
            continue;
        of->push_back(study);
        ++rows.images[study];
        for (std::size_t i = 0; i < fields.size(); ++i)
            fields[i].add(each.text(static_cast<int>(i) + 1));
        ids.push_back(each.number(8));
    }
    std::vector<std::vector<std::uint16_t>*> codes;
    for (Coder& field : fields)
        codes.push_back(&field.column().codes);
    sortByStudy(*of, rows.ids.size(), codes, ids);
    images = IdPlaces(ids);
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
    for (const std::int64_t number : rows.images)
        count.add(std::to_string(number));
    rows.columns.push_back(std::move(count.column()));
}

// What does not agree about images, and pictures that are there more than once: see FileProblem.
void StudyColumns::Reading::readProblems()
{
    Coder field("problem");
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::uint32_t> items;
    RowReader each(
        database,
        "SELECT study, image.id, json_extract(value, '$.kind') FROM image, json_each(doubts) WHERE doubts <> '' UNION ALL"
        " SELECT study, image.id, iif(sha256 IN (SELECT sha256 FROM file WHERE sha256 IS NOT NULL GROUP BY sha256 HAVING"
        " count(*) > 1), 'same file', 'same pixels') FROM file JOIN image ON image.file = file.id WHERE dct IS NOT"
        " NULL AND pixels IN (SELECT pixels FROM file WHERE pixels IS NOT NULL AND dct IS NOT NULL GROUP BY pixels"
        " HAVING count(*) > 1)");
    while (each.next()) {
        const std::uint32_t study = studies.of(each.number(0)), image = images.of(each.number(1));
        if (study == nowhere || image == nowhere)
            continue;
        of->push_back(study);
        items.push_back(packed(StudyLevel::Image, image));
        field.add(each.text(2));
    }
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
void StudyColumns::Reading::readFindings()
{
    Coder kinds("finding_kind");
    const auto of = std::make_shared<std::vector<std::uint32_t>>();
    std::vector<std::int64_t> ids;
    std::vector<std::uint32_t> items;
    RowReader each(database, "SELECT id, study, side, kinds FROM finding ORDER BY study, id");
    while (each.next()) {
        const std::uint32_t study = studies.of(each.number(1));
        if (study == nowhere)
            continue;
        const std::string_view side = each.text(2);
        rows.findings.study.push_back(study);
        rows.findings.side += side.empty() ? ' ' : side.front();
        std::string_view text = each.text(3);
        do {
            const std::size_t comma = text.find(',');
            kinds.add(text.substr(0, comma));
            of->push_back(study);
            items.push_back(packed(StudyLevel::Finding, ids.size()));
            text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
        } while (!text.empty());
        ids.push_back(each.number(0));
    }
    findings = IdPlaces(ids);
    StudyColumn& column = kinds.column();
    if (column.values.size() == 1)
        return; // no table says a kind
    column.of = of;
    column.items = std::move(items);
    column.levels = bitOf(StudyLevel::Finding);
    rows.columns.push_back(std::move(column));
}

// What a label is said of; a breast's without a side is of both, so of the study.
std::uint32_t StudyColumns::Reading::itemFor(std::string_view level, std::int64_t target, std::string_view side) const
{
    if (level == "finding")
        return packed(StudyLevel::Finding, findings.of(target));
    if (level == "image")
        return packed(StudyLevel::Image, images.of(target));
    const std::uint32_t study = studies.of(target);
    return level == "breast" && !side.empty() ? packed(StudyLevel::Breast, std::size_t{study} * 2 + (side == "L"))
                                              : packed(StudyLevel::Study, study);
}

// nowhere: it is gone.
std::uint32_t StudyColumns::Reading::studyOf(std::string_view level, std::int64_t target) const
{
    const bool ofFinding = level == "finding";
    if (!ofFinding && level != "image")
        return studies.of(target);
    const std::uint32_t item = (ofFinding ? findings : images).of(target);
    return item == nowhere ? nowhere : (ofFinding ? rows.findings : rows.pictures).study[item];
}

// Of a finding or an image its own.
std::string_view StudyColumns::Reading::sideOf(std::string_view level, std::int64_t target, std::string_view side) const
{
    const bool ofFinding = level == "finding";
    if (!ofFinding && level != "image")
        return side;
    const std::string_view own = std::string_view((ofFinding ? rows.findings : rows.pictures).side)
                                     .substr((ofFinding ? findings : images).of(target), 1);
    return own == " " ? std::string_view() : own;
}

// Of several labels of one thing the one that counts; a model's suggestion never does. What readers said stands beside
// what was imported, of which there is a hundred times as much: it is looked up first.
void StudyColumns::Reading::readLabels()
{
    std::map<std::string, LabelField> fields;
    ByText<LabelField*> byTask;
    const SaidLabels said(database);
    const auto add = [&](const SaidLabels::Said& label) {
        const std::uint32_t study = studyOf(label.level, label.target);
        if (study == nowhere)
            return;
        auto field = byTask.find(label.task);
        if (field == byTask.end()) {
            const std::string name = fieldName(label.task);
            field = byTask.emplace(label.task, &fields.try_emplace(name, name).first->second).first;
        }
        const SaidLabels::Said* over = said.empty()
                                           ? nullptr
                                           : said.over(label.rank, label.level, rows.ids[study],
                                                       sideOf(label.level, label.target, label.side), label.task);
        field->second->studies->push_back(study);
        field->second->coder.add(over ? over->value : label.value);
        field->second->coder.column().items.push_back(itemFor(label.level, label.target, label.side));
    };
    RowReader each(database, "SELECT level, target, side, task, value FROM label WHERE level <> 'patient' AND"
                             " replaced_by IS NULL AND source = 'imported'");
    SaidLabels::Said label;
    label.rank = 1;
    while (each.next()) {
        label.level = each.text(0);
        label.target = each.number(1);
        label.side = each.text(2);
        label.task = each.text(3);
        if (!said.of(label.level, label.target, label.side, label.task)) {
            label.value = each.text(4);
            add(label);
        }
    }
    for (const auto& [key, spoken] : said.all())
        if (spoken.level != "patient")
            add(spoken);
    addMeanings(fields);
    for (auto& [name, field] : fields) {
        StudyColumn& column = field.coder.column();
        sortByStudy(*field.studies, rows.ids.size(), {&column.codes}, column.items);
        column.of = field.studies;
        column.ofLabels = true;
        column.levels = 0;
        for (const std::uint32_t item : column.items)
            column.levels = static_cast<std::uint8_t>(column.levels | 1U << (item >> 30));
        rows.columns.push_back(std::move(column));
    }
}

void StudyColumns::Reading::addMeanings(std::map<std::string, LabelField>& fields) const
{
    for (const auto& [key, means] : codeMeanings(database)) {
        const auto field = fields.find(fieldName(key.first));
        if (field == fields.end())
            continue;
        StudyColumn& column = field->second.coder.column();
        const auto code = std::find(column.values.begin() + 1, column.values.end(), key.second);
        column.means.resize(column.values.size());
        if (code != column.values.end())
            column.means[static_cast<std::size_t>(code - column.values.begin())] = means;
    }
}

} // namespace mama
