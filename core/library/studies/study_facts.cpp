#include "core/library/studies/study_facts.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/collection/code_meanings.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/region_rows.h"
#include "core/library/studies/said_labels.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace mama {
namespace {

std::string textAt(const SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }

// Rows of a query with one number.
template <class Take>
void each(SQLite::Database& database, const char* query, std::int64_t number, const Take& take)
{
    SQLite::Statement row(database, query);
    row.bind(1, number);
    while (row.executeStep())
        take(row);
}

void readStudy(SQLite::Database& database, StudyFacts& facts)
{
    bool found = false;
    each(database,
         "SELECT study.key, patient.key, dataset.name, licence, restricted, ifnull(uid, ''), ifnull(date, ''), kind,"
         " ifnull(age, ''), description, split, row_of FROM study JOIN patient ON patient.id = patient JOIN dataset ON"
         " dataset.id = study.dataset WHERE study.id = ?",
         facts.id, [&](SQLite::Statement& row) {
             found = true;
             facts.restricted = row.getColumn(4).getInt() != 0;
             int column = 0;
             for (std::string* text : {&facts.key, &facts.patient, &facts.dataset, &facts.licence})
                 *text = textAt(row, column++);
             ++column;
             for (std::string* text :
                  {&facts.uid, &facts.date, &facts.kind, &facts.age, &facts.description, &facts.split, &facts.row})
                 *text = textAt(row, column++);
         });
    if (!found)
        throw Error(ErrorCode::Data, {TextId("library.study", "study")}, std::to_string(facts.id),
                    {TextId("library.study_gone", "it is not in the library any more")});
    if (facts.age.ends_with(".0"))
        facts.age.resize(facts.age.size() - 2);
}

FactLabel labelAt(const SQLite::Statement& row)
{
    FactLabel label{textAt(row, 0), textAt(row, 1), textAt(row, 2), textAt(row, 3),
                    textAt(row, 4), textAt(row, 5), textAt(row, 6)};
    label.counts = row.getColumn(7).getInt() != 0;
    label.target = row.getColumn(8).getInt64();
    label.level = textAt(row, 9);
    return label;
}

// Of labels, with the number of what each is of and its level at the ninth and tenth place. What counts is as the view
// label_that_counts has it, which would be made of all labels for each one.
constexpr const char* labelQuery =
    "SELECT task, value, side, source, author, at, row_of, replaced_by IS NULL AND source <> 'model' AND NOT EXISTS"
    " (SELECT 1 FROM label AS other WHERE other.level = label.level AND other.target = label.target AND other.side ="
    " label.side AND other.task = label.task AND other.replaced_by IS NULL AND other.source <> 'model' AND"
    " (CASE other.source WHEN 'adjudicated' THEN 3 WHEN 'reader' THEN 2 ELSE 1 END, other.id) >"
    " (CASE label.source WHEN 'adjudicated' THEN 3 WHEN 'reader' THEN 2 ELSE 1 END, label.id)), target, level FROM label WHERE ";

// One that somebody outweighs who spoke of the whole breast, study or patient.
void outweigh(FactLabel& label, const char* level, const std::string& side, const SaidLabels& said, std::int64_t study)
{
    const int rank = label.source == "adjudicated" ? 3 : label.source == "reader" ? 2 : 1;
    label.counts = label.counts && !said.over(rank, level, study, side, label.task);
}

void readLabels(SQLite::Database& database, StudyFacts& facts)
{
    SQLite::Statement set(database, "SELECT dataset FROM study WHERE id = ?");
    set.bind(1, facts.id);
    const CodeMeanings meanings = codeMeanings(database, set.executeStep() ? set.getColumn(0).getInt64() : -1);
    const auto read = [&](const char* where, const auto& take) {
        each(database, (std::string(labelQuery) + where + " ORDER BY task, side, id").c_str(), facts.id,
             [&](SQLite::Statement& row) {
                 FactLabel label = labelAt(row);
                 if (const auto found = meanings.find({label.task, label.value}); found != meanings.end())
                     label.means = found->second;
                 take(std::move(label));
             });
    };
    read("level = 'patient' AND target = (SELECT patient FROM study WHERE id = ?)",
         [&](FactLabel label) { facts.labels.push_back(std::move(label)); });
    read("level IN ('study', 'breast') AND target = ?",
         [&](FactLabel label) { facts.labels.push_back(std::move(label)); });
    read("level = 'finding' AND target IN (SELECT id FROM finding WHERE study = ?)", [&](FactLabel label) {
        const auto found = std::find_if(facts.findings.begin(), facts.findings.end(),
                                        [&](const FactFinding& finding) { return finding.id == label.target; });
        if (found != facts.findings.end())
            found->labels.push_back(std::move(label));
    });
    read("level = 'image' AND target IN (SELECT id FROM image WHERE study = ?)", [&](FactLabel label) {
        for (FactImage& image : facts.images)
            if (image.image.id == label.target)
                image.labels.push_back(label);
    });
    const SaidLabels said(database);
    for (FactLabel& label : facts.labels)
        outweigh(label, label.side.empty() ? "study" : "breast", label.side, said, facts.id);
    for (FactFinding& finding : facts.findings)
        for (FactLabel& label : finding.labels)
            outweigh(label, "finding", finding.side, said, facts.id);
    for (FactImage& image : facts.images)
        for (FactLabel& label : image.labels)
            outweigh(label, "image", name(image.image.side), said, facts.id);
}

void readImages(SQLite::Database& database, StudyFacts& facts)
{
    std::map<std::int64_t, FactImage*> byId;
    for (FactImage& image : facts.images)
        byId[image.image.id] = &image;
    each(database,
         "SELECT id, vendor, model, row_of, ifnull(rows, 0), ifnull(cols, 0), ifnull(bits, 0), ifnull(mm_row, 0),"
         " ifnull(mm_col, 0) FROM image WHERE study = ?",
         facts.id, [&](SQLite::Statement& row) {
             const auto found = byId.find(row.getColumn(0).getInt64());
             if (found == byId.end())
                 return;
             FactImage& image = *found->second;
             image.vendor = textAt(row, 1);
             image.model = textAt(row, 2);
             image.row = textAt(row, 3);
             image.rows = row.getColumn(4).getInt();
             image.columns = row.getColumn(5).getInt();
             image.bits = row.getColumn(6).getInt();
             image.mmRow = row.getColumn(7).getDouble();
             image.mmColumn = row.getColumn(8).getDouble();
         });
    each(
        database,
        "SELECT image, annotation.id, ifnull(finding, 0), kind, CASE decision WHEN '' THEN frame_note ELSE decision END, author, at, geometry FROM annotation JOIN"
        " image ON image.id = image WHERE study = ? ORDER BY annotation.id",
        facts.id, [&](SQLite::Statement& row) {
            const auto found = byId.find(row.getColumn(0).getInt64());
            if (found == byId.end())
                return;
            FactAnnotation annotation{row.getColumn(1).getInt64(),
                                      row.getColumn(2).getInt64(),
                                      textAt(row, 3),
                                      textAt(row, 4),
                                      textAt(row, 5),
                                      textAt(row, 6),
                                      {}};
            annotation.geometry = numbersAt(row, 7);
            found->second->annotations.push_back(std::move(annotation));
        });
}

void readFindings(SQLite::Database& database, StudyFacts& facts)
{
    each(database, "SELECT id, number, side, kinds, row_of FROM finding WHERE study = ? ORDER BY number, id", facts.id,
         [&](SQLite::Statement& row) {
             facts.findings.push_back({row.getColumn(0).getInt64(),
                                       row.getColumn(1).getInt(),
                                       textAt(row, 2),
                                       textAt(row, 3),
                                       textAt(row, 4),
                                       {}});
         });
}

void readWork(SQLite::Database& database, StudyFacts& facts)
{
    each(database,
         "SELECT DISTINCT name FROM tagged JOIN tag ON tag.id = tag WHERE level = 'study' AND target = ?1 OR level ="
         " 'patient' AND target = (SELECT patient FROM study WHERE id = ?1) ORDER BY name COLLATE NOCASE",
         facts.id, [&](SQLite::Statement& row) { facts.tags.push_back(textAt(row, 0)); });
    each(
        database,
        "SELECT name, ifnull((SELECT part FROM split_patient JOIN study ON study.id = ?1 JOIN patient ON patient.id ="
        " study.patient WHERE split_patient.split = (SELECT max(id) FROM split WHERE cohort = cohort.id) AND split_patient.person ="
        " ifnull(patient.person, patient.id)), '') FROM cohort WHERE id IN (SELECT cohort FROM cohort_member WHERE"
        " target = ?1) AND level = 'study' ORDER BY name",
        facts.id, [&](SQLite::Statement& row) {
            facts.cohorts.push_back({textAt(row, 0), textAt(row, 1)});
        });
    each(
        database,
        "SELECT id, key, ifnull(date, '') FROM study WHERE patient = (SELECT patient FROM study WHERE id = ?1) AND id <>"
        " ?1 ORDER BY date, id",
        facts.id, [&](SQLite::Statement& row) {
            facts.others.push_back({row.getColumn(0).getInt64(), textAt(row, 1), textAt(row, 2)});
        });
}

nlohmann::json toJson(const std::vector<FactLabel>& labels)
{
    nlohmann::json list = nlohmann::json::array();
    for (const FactLabel& each : labels)
        list.push_back({{"task", each.task},
                        {"value", each.value},
                        {"level", each.level},
                        {"side", each.side},
                        {"source", each.source},
                        {"author", each.author},
                        {"at", each.at},
                        {"row", each.row},
                        {"counts", each.counts},
                        {"means", each.means}});
    return list;
}

nlohmann::json toJson(const FactImage& image)
{
    nlohmann::json annotations = nlohmann::json::array();
    for (const FactAnnotation& each : image.annotations)
        annotations.push_back({{"kind", each.kind},
                               {"geometry", each.geometry},
                               {"finding", each.finding == 0 ? nlohmann::json() : nlohmann::json(each.finding)},
                               {"note", each.note},
                               {"author", each.author},
                               {"at", each.at}});
    const auto known = [](auto number) { return number > 0 ? nlohmann::json(number) : nlohmann::json(); };
    return {{"id", image.image.id},
            {"slot", name(image.image.slot)},
            {"side", name(image.image.side)},
            {"view", image.image.view},
            {"modifiers", image.image.modifiers},
            {"type", image.image.type},
            {"frame", image.image.frame ? nlohmann::json(*image.image.frame) : nlohmann::json()},
            {"path", pathText(image.path)},
            {"missing", image.missing},
            {"state", image.image.state},
            {"fault", image.image.fault},
            {"sop", image.image.sop},
            {"taken", image.image.taken},
            {"vendor", image.vendor},
            {"model", image.model},
            {"rows", known(image.rows)},
            {"columns", known(image.columns)},
            {"bits", known(image.bits)},
            {"mm", image.mmRow > 0 ? nlohmann::json({image.mmRow, image.mmColumn}) : nlohmann::json()},
            {"row", image.row},
            {"labels", toJson(image.labels)},
            {"annotations", annotations}};
}

} // namespace

const FactImage* StudyFacts::inPlace(int place) const
{
    return places[static_cast<std::size_t>(place)] < 0
               ? nullptr
               : &images[static_cast<std::size_t>(places[static_cast<std::size_t>(place)])];
}

StudyFacts studyFacts(Library& library, std::int64_t study)
{
    StudyFacts facts;
    facts.id = study;
    auto images = imagesOf(library, std::array{study});
    facts.places = placesOf(images.front());
    for (LibraryImage& image : images.front()) {
        FactImage& fact = facts.images.emplace_back();
        fact.image = std::move(image);
    }
    library.read([&](SQLite::Database& database) {
        readStudy(database, facts);
        readImages(database, facts);
        readFindings(database, facts);
        readLabels(database, facts);
        readWork(database, facts);
    });
    for (FactImage& image : facts.images) {
        image.path = placeOfFile(image.image.root, image.image.below);
        image.missing = image.path.empty();
        if (image.missing)
            image.path = image.image.root / image.image.below;
    }
    return facts;
}

nlohmann::json toJson(const StudyFacts& facts)
{
    nlohmann::json findings = nlohmann::json::array(), images = nlohmann::json::array(),
                   cohorts = nlohmann::json::array(), others = nlohmann::json::array();
    for (const FactFinding& each : facts.findings)
        findings.push_back({{"id", each.id},
                            {"number", each.number},
                            {"side", each.side},
                            {"kinds", each.kinds},
                            {"row", each.row},
                            {"labels", toJson(each.labels)}});
    for (const FactImage& each : facts.images)
        images.push_back(toJson(each));
    for (const StudyCohort& each : facts.cohorts)
        cohorts.push_back({{"cohort", each.name}, {"part", each.part}});
    for (const OtherStudy& each : facts.others)
        others.push_back({{"id", each.id}, {"study", each.key}, {"date", each.date}});
    return {{"id", facts.id},
            {"study", facts.key},
            {"patient", facts.patient},
            {"dataset", facts.dataset},
            {"licence", facts.licence},
            {"restricted", facts.restricted},
            {"uid", facts.uid},
            {"date", facts.date},
            {"kind", facts.kind},
            {"age", facts.age},
            {"description", facts.description},
            {"split", facts.split},
            {"row", facts.row},
            {"tags", facts.tags},
            {"labels", toJson(facts.labels)},
            {"findings", findings},
            {"images", images},
            {"cohorts", cohorts},
            {"other_studies", others}};
}

} // namespace mama
