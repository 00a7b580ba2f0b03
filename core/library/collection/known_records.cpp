#include "core/library/collection/known_records.h"

#include "core/library/collection/region_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <charconv>
#include <cstring>

namespace mama {
namespace {

std::string textAt(const SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }

std::string sideText(char side) { return side == ' ' ? std::string() : std::string(1, side); }

std::string shortNumber(double number)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number);
    return std::string(text, end.ptr);
}

std::string numbersText(const std::vector<float>& numbers)
{
    std::string out;
    for (const float number : numbers)
        out += (out.empty() ? "" : " ") + shortNumber(number);
    return out;
}

} // namespace

struct KnownRecords::Queries
{
    explicit Queries(SQLite::Database& database)
        : study(database,
                "SELECT study.patient, ifnull(date, ''), kind, age, description, split, patient.key FROM study"
                " JOIN patient ON patient.id = study.patient WHERE study.id = ?"),
          image(database, "SELECT image.study, side, view, modifiers, type, vendor, model, ifnull(rows, 0),"
                          " ifnull(cols, 0), state, file.id FROM image JOIN file ON file.id = file WHERE image.id = ?"),
          findings(database,
                   "SELECT id, ifnull((SELECT image FROM annotation WHERE finding = finding.id ORDER BY id"
                   " LIMIT 1), 0), content, side, kinds, row_of, number FROM finding WHERE study = ? ORDER BY id"),
          labels(database, "SELECT id, task, value FROM label WHERE level = 'finding' AND target = ? AND source ="
                           " 'imported' AND replaced_by IS NULL ORDER BY id"),
          imageBoxes(
              database,
              "SELECT id, ifnull(given, geometry), kind FROM annotation WHERE image = ? AND finding IS NULL AND batch IS"
              " NOT NULL ORDER BY id"),
          findingBoxes(
              database,
              "SELECT id, ifnull(given, geometry), kind FROM annotation WHERE finding = ? AND batch IS NOT NULL AND"
              " NOT EXISTS (SELECT 1 FROM mask_file WHERE mask_file.finding = annotation.finding) ORDER BY id")
    {}
    SQLite::Statement study, image, findings, labels, imageBoxes, findingBoxes;
};

KnownRecords::KnownRecords(SQLite::Database& database, std::int64_t batch, ImportResult& result)
    : m_queries(std::make_unique<Queries>(database)), m_earlier(database, batch), m_result(result)
{}

KnownRecords::~KnownRecords() = default;

std::unordered_map<std::string, KnownRecords::Label> KnownRecords::labelsOf(std::int64_t finding)
{
    std::unordered_map<std::string, Label> out;
    SQLite::Statement& each = m_queries->labels;
    each.bind(1, finding);
    while (each.executeStep())
        out[textAt(each, 1)] = {each.getColumn(0).getInt64(), textAt(each, 2)};
    each.reset();
    return out;
}

std::vector<KnownFinding> KnownRecords::findingsOf(std::int64_t study)
{
    std::vector<KnownFinding> out;
    SQLite::Statement& each = m_queries->findings;
    each.bind(1, study);
    while (each.executeStep())
        out.push_back({each.getColumn(0).getInt64(), each.getColumn(1).getInt64(), each.getColumn(2).getInt64(),
                       textAt(each, 3), textAt(each, 4), textAt(each, 5), each.getColumn(6).getInt()});
    each.reset();
    return out;
}

std::int64_t KnownRecords::studyOf(std::int64_t image)
{
    SQLite::Statement& row = m_queries->image;
    row.bind(1, image);
    const std::int64_t study = row.executeStep() ? row.getColumn(0).getInt64() : 0;
    row.reset();
    return study;
}

// What a table leaves open says nothing against what is known: a header may have filled it in.
void KnownRecords::text(const EarlierValues::Place& place, const std::string& before, const std::string& now)
{
    if (now.empty() || now == before)
        return;
    m_earlier.set(place, now);
    changed(place.field, before, now);
}

void KnownRecords::number(const EarlierValues::Place& place, std::int64_t before, std::int64_t now)
{
    if (now == before)
        return;
    m_earlier.set(place, now);
    changed(place.field, std::to_string(before), std::to_string(now));
}

void KnownRecords::changed(const std::string& what, const std::string& before, const std::string& now)
{
    m_what += (m_what.empty() ? "" : "; ") + what + ": " + (before.empty() ? "-" : before) + " -> " +
              (now.empty() ? "-" : now);
}

void KnownRecords::compare(std::int64_t id, const SetStudy& now, std::int64_t patient)
{
    SQLite::Statement& row = m_queries->study;
    row.bind(1, id);
    row.executeStep();
    const std::int64_t patientBefore = row.getColumn(0).getInt64();
    const std::string date = textAt(row, 1), kind = textAt(row, 2), description = textAt(row, 4),
                      split = textAt(row, 5), patientKey = textAt(row, 6);
    const bool hadAge = !row.getColumn(3).isNull();
    const double ageBefore = row.getColumn(3).getDouble();
    row.reset();
    if (patient != patientBefore) {
        m_earlier.set({"study", id, "patient"}, patient);
        changed("patient", patientKey, now.patient);
    }
    text({"study", id, "date"}, date, now.date);
    text({"study", id, "kind"}, kind, now.kind);
    text({"study", id, "description"}, description, now.description);
    text({"study", id, "split"}, split, now.split);
    double age = 0;
    const bool hasAge = std::from_chars(now.age.data(), now.age.data() + now.age.size(), age).ec == std::errc();
    if (hasAge && (!hadAge || age != ageBefore)) {
        m_earlier.set({"study", id, "age"}, age);
        changed("age", hadAge ? shortNumber(ageBefore) : "", shortNumber(age));
    }
    const std::pair<const char*, std::pair<bool, std::string>> kept[] = {
        {"date", {now.date.empty(), date}},
        {"description", {now.description.empty(), description}},
        {"split", {now.split.empty(), split}},
        {"age", {!hasAge, hadAge ? shortNumber(ageBefore) : ""}}};
    for (const auto& [field, value] : kept)
        if (value.first && !value.second.empty())
            gone("study " + now.key, std::string(field) + " " + value.second + ": kept");
}

void KnownRecords::compare(std::int64_t id, const SetImage& now, std::int64_t study)
{
    SQLite::Statement& row = m_queries->image;
    row.bind(1, id);
    row.executeStep();
    const std::int64_t studyBefore = row.getColumn(0).getInt64(), file = row.getColumn(10).getInt64();
    const std::array before{textAt(row, 1), textAt(row, 2), textAt(row, 3),
                            textAt(row, 4), textAt(row, 5), textAt(row, 6)};
    const int rows = row.getColumn(7).getInt(), columns = row.getColumn(8).getInt();
    const std::string state = textAt(row, 9);
    row.reset();
    number({"image", id, "study"}, studyBefore, study);
    text({"image", id, "side"}, before[0], sideText(now.side));
    text({"image", id, "view"}, before[1], now.view);
    text({"image", id, "modifiers"}, before[2], now.modifiers);
    text({"image", id, "type"}, before[3], now.type);
    text({"image", id, "vendor"}, before[4], now.vendor);
    text({"image", id, "model"}, before[5], now.model);
    if (state == "read") // its header said the rest
        return;
    if (now.rows > 0)
        number({"image", id, "rows"}, rows, now.rows);
    if (now.columns > 0)
        number({"image", id, "cols"}, columns, now.columns);
    if ((state == "none") == now.released) {
        m_earlier.set({"image", id, "flags"}, std::int64_t{now.released ? 0 : 1});
        m_earlier.set({"file", file, "state"}, std::string(now.released ? "listed" : "none"));
        changed("file", now.released ? "none" : "listed", now.released ? "listed" : "none");
    }
}

void KnownRecords::compare(const KnownFinding& before, const SetFinding& now, bool kindsSaid)
{
    const std::string side = sideText(now.side);
    if (side != before.side) {
        m_earlier.set({"finding", before.id, "side"}, side);
        changed("side", before.side, side);
    }
    number({"finding", before.id, "number"}, before.number, now.number);
    if (kindsSaid && now.kinds != before.kinds) {
        m_earlier.set({"finding", before.id, "kinds"}, now.kinds);
        changed("kinds", before.kinds, now.kinds);
    }
}

std::size_t KnownRecords::compareRegions(const Record& owner, std::span<const SetRegion> now)
{
    SQLite::Statement& each = std::strcmp(owner.level, "image") == 0 ? m_queries->imageBoxes : m_queries->findingBoxes;
    each.bind(1, owner.id);
    std::size_t known = 0, left = 0;
    while (each.executeStep()) {
        if (known == now.size()) {
            ++left;
            continue;
        }
        const SetRegion& region = now[known++];
        const std::vector<float> geometry = numbersAt(each, 1);
        const std::string kind = textAt(each, 2);
        const std::int64_t id = each.getColumn(0).getInt64();
        if (geometry == region.geometry && kind == region.kind)
            continue;
        m_earlier.set({"annotation", id, "geometry"}, region.geometry);
        m_earlier.set({"annotation", id, "given"}, std::monostate{});
        m_earlier.set({"annotation", id, "frame_note"}, region.note);
        if (kind != region.kind)
            m_earlier.set({"annotation", id, "kind"}, std::string(region.kind));
        changed("region " + std::to_string(known), kind + " " + numbersText(geometry),
                region.kind + std::string(" ") + numbersText(region.geometry));
    }
    each.reset();
    if (left > 0)
        gone(std::string(owner.level) + " " + owner.name, std::to_string(left) + " regions: kept");
    return known;
}

void KnownRecords::moveFile(std::int64_t image, std::int64_t folder)
{
    SQLite::Statement& row = m_queries->image;
    row.bind(1, image);
    row.executeStep();
    const std::int64_t file = row.getColumn(10).getInt64();
    row.reset();
    m_earlier.set({"file", file, "folder"}, folder);
}

void KnownRecords::withdraw(std::int64_t label, const std::string& task, const std::string& value)
{
    m_earlier.set({"label", label, "replaced_by"}, label); // by nothing: it counts no more
    changed(task, value, "");
}

bool KnownRecords::told(const Record& record)
{
    if (m_what.empty())
        return false;
    if (record.id != 0)
        m_earlier.set({record.level, record.id, "row_of"}, record.row);
    ++m_result.changed;
    m_result.problems.push_back({"changed", std::string(record.level) + " " + record.name, m_what});
    m_what.clear();
    return true;
}

void KnownRecords::setContent(std::int64_t finding, std::uint64_t content)
{
    m_earlier.set({"finding", finding, "content"}, static_cast<std::int64_t>(content));
}

void KnownRecords::gone(const std::string& record, const std::string& detail)
{
    ++m_result.gone;
    m_result.problems.push_back({"no_longer_in_tables", record, detail});
}

} // namespace mama
