// Labels of readers beside those that were imported, and cohorts as files for other programs.
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/library/collection/set_import.h"
#include "core/library/handover/cohort_export.h"
#include "core/library/handover/handed_study.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/labels.h"
#include "core/library/studies/study_facts.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/tags.h"
#include "core/tables/csv_file.h"
#include "core/tables/importers/data_sets.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// Women of two breasts; BI-RADS 2, density B; every second has a marked mass on the left CC.
void writeVindr(const fs::path& root, int women)
{
    std::string breasts =
                    "study_id,image_id,laterality,view_position,height,width,breast_birads,breast_density,split\n",
                findings = "image_id,finding_categories,finding_birads,xmin,ymin,xmax,ymax\n";
    for (int i = 0; i < women; ++i)
        for (const char* view : {"L,CC", "L,MLO", "R,CC", "R,MLO"}) {
            const std::string study = "s" + std::to_string(i), image = study + std::string(1, view[0]) + (view + 2);
            breasts += study + "," + image + "," + view + ",60,40,BI-RADS 2,DENSITY B,test\n";
            if (i % 2 == 0 && std::string_view(view) == "L,CC")
                findings += image + ",\"['Mass', 'Asymmetry']\",BI-RADS 4," + std::to_string(i) + ".5,2,20.25,30\n";
        }
    writeAtomically(root / "b.csv", std::string_view(breasts));
    writeAtomically(root / "f.csv", std::string_view(findings));
}

std::int64_t count(Library& library, const std::string& query)
{
    std::int64_t found = 0;
    library.read([&](SQLite::Database& database) { found = database.execAndGet(query).getInt64(); });
    return found;
}

std::size_t left(Library& library, const std::string& filter)
{
    return filterStudies(StudyColumns(library), parseFilter(filter), false).studies.count();
}

std::string countsFor(Library& library, std::int64_t study, const std::string& side)
{
    std::string value;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(database, "SELECT value FROM label_that_counts WHERE level = 'breast' AND target = ? AND"
                                         " side = ? AND task = 'birads'");
        find.bind(1, study);
        find.bind(2, side);
        find.executeStep();
        value = find.getColumn(0).getString();
    });
    return value;
}

} // namespace

class TestLabels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatCountsIsSettledBeforeReadBeforeImported()
    {
        const Folder folder;
        writeVindr(folder / "set", 6);
        Library::create(folder / "lib");
        Library ann(folder / "lib", Access::Write, "Ann"), bob(folder / "lib", Access::Write, "Bob");
        importSet(ann, readVindrSet(folder / "set"));
        const auto studies = allStudies(ann);
        const auto first = std::span(studies).first(1), two = std::span(studies).first(2);
        QCOMPARE(left(ann, "birads = 2"), std::size_t(6));
        const std::int64_t imported = count(ann, "SELECT count(*) FROM label");
        const Change made = label(ann, {"breast", two, "L", "birads", "5"});
        QCOMPARE(made.words, std::string("Label birads 5 on 2 left breasts"));
        QCOMPARE(made.rows, std::int64_t(2));
        QCOMPARE(left(ann, "birads = 5"), std::size_t(2));
        QCOMPARE(left(ann, "birads = 2"), std::size_t(6)); // their right breasts
        QCOMPARE(countsFor(ann, studies[0], "L"), std::string("5"));
        QCOMPARE(countsFor(ann, studies[0], "R"), std::string("2"));
        QCOMPARE(label(ann, {"breast", two, "L", "birads", "5"}).command, std::int64_t(0)); // she says so already
        // She thinks again: the earlier one is kept as replaced; another reader's stands beside it, the newest counts.
        label(ann, {"breast", first, "L", "birads", "3"});
        QCOMPARE(count(ann, "SELECT count(*) FROM label WHERE replaced_by IS NOT NULL"), std::int64_t(1));
        label(bob, {"breast", first, "L", "birads", "1"});
        QCOMPARE(count(ann, "SELECT count(*) FROM label WHERE replaced_by IS NOT NULL"), std::int64_t(1));
        QCOMPARE(countsFor(ann, studies[0], "L"), std::string("1"));
        QCOMPARE(left(ann, "birads = 1"), std::size_t(1));
        LabelRequest settled{"breast", first, "L", "birads", "6"};
        settled.adjudicated = true;
        QCOMPARE(label(bob, settled).words, std::string("Settle birads 6 on 1 left breast"));
        label(ann, {"breast", first, "L", "birads", "0"}); // later, and counts for less
        QCOMPARE(countsFor(ann, studies[0], "L"), std::string("6"));
        QCOMPARE(left(ann, "birads = 6"), std::size_t(1));
        QCOMPARE(left(ann, "birads = 0"), std::size_t(0));
        // A model's suggestion never counts by itself.
        {
            SQLite::Database database((folder / "lib" / "library.db").string(), SQLite::OPEN_READWRITE);
            database.exec("INSERT INTO label(level, target, side, task, value, source, author, at, row_of) VALUES"
                          " ('study', 1, '', 'risk', 'high', 'model', 'm', 'now', '')");
        }
        QVERIFY(!StudyColumns(ann).column("risk"));
        // A second import changes nothing of it; one undo step each, named where something stands on it.
        QCOMPARE(importSet(ann, readVindrSet(folder / "set"))->change.command, std::int64_t(0));
        QVERIFY(has(fault([&] { ann.undo(made.command); }), "Label birads 3"));
        QVERIFY(has(fault([&] { ann.undo(1); }), "labels"));
        for (int i = 0; i < 5; ++i)
            ann.undo();
        QCOMPARE(count(ann, "SELECT count(*) FROM label WHERE source <> 'model'"), imported);
        QCOMPARE(left(ann, "birads = 2"), std::size_t(6));
        QCOMPARE(countsFor(ann, studies[0], "L"), std::string("2"));
    }

    // Filter, facts and training give one answer: what a reader says of a breast counts for its findings, too, until
    // somebody settles one of them.
    void whatIsSaidOfABreastCountsForItsFindings()
    {
        const Folder folder;
        writeVindr(folder / "set", 6);
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Ann");
        importSet(library, readVindrSet(folder / "set"));
        const auto studies = allStudies(library);
        const auto first = std::span(studies).first(1);
        const auto handed = [&] {
            std::set<std::string> values;
            library.read([&](SQLite::Database& database) {
                for (const HandedFinding& each : StudyReader(database).read(studies[0]).findings)
                    if (each.fields.side == "L")
                        values.insert(each.labels.at("birads"));
            });
            return values;
        };
        const auto counting = [&] {
            std::set<std::string> values;
            const StudyFacts facts = studyFacts(library, studies[0]);
            for (const FactFinding& finding : facts.findings)
                for (const FactLabel& each : finding.labels)
                    if (each.counts && each.task == "birads")
                        values.insert(each.value);
            return values;
        };
        QCOMPARE(left(library, "birads >= 4"), std::size_t(3));
        QCOMPARE(handed(), (std::set<std::string>{"2", "4"}));
        QCOMPARE(counting(), (std::set<std::string>{"4"}));
        label(library, {"breast", first, "L", "birads", "1"});
        QCOMPARE(handed(), (std::set<std::string>{"1"}));
        QCOMPARE(counting(), std::set<std::string>{});
        QCOMPARE(left(library, "birads >= 4"), std::size_t(2));
        QCOMPARE(left(library, "any(finding: birads = 1)"), std::size_t(1));
        QCOMPARE(left(library, "birads = 2"), std::size_t(6)); // the other breasts
        LabelRequest settled{"finding", {}, "", "birads", "5"};
        const auto findings = targetsOf(library, "finding", first, "L");
        settled.targets = findings;
        settled.adjudicated = true;
        label(library, settled);
        QCOMPARE(handed(), (std::set<std::string>{"1", "5"}));
        QCOMPARE(counting(), (std::set<std::string>{"5"}));
        QCOMPARE(left(library, "any(finding: birads = 5)"), std::size_t(1));
        // Of the study: below what was settled, over what the tables say of either breast.
        label(library, {"study", first, "", "birads", "3"});
        QCOMPARE(left(library, "birads = 2"), std::size_t(5));
        QCOMPARE(left(library, "any(finding: birads = 5)"), std::size_t(1));
    }

    void aValueOffItsScaleIsRefused()
    {
        const Folder folder;
        writeVindr(folder / "set", 2);
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Ann");
        importSet(library, readVindrSet(folder / "set"));
        const auto studies = allStudies(library);
        for (const char* value : {"banana", "4", "E", "AB"})
            QVERIFY(has(fault([&] { label(library, {"study", studies, "", "density", value}); }), "A, B, C or D"));
        for (const char* value : {"17", "7", "four", "4a"})
            QVERIFY(has(fault([&] {
                            label(library, {"study", studies, "", "birads", value});
                        }),
                        "0, 1, 2, 3, 4, 5 or 6"));
        label(library, {"study", studies, "", "density", "c"});
        QCOMPARE(left(library, "density = C"), std::size_t(2));
        label(library, {"study", studies, "", "quality", "banana"}); // a task of the reader's own
        QCOMPARE(left(library, "quality = banana"), std::size_t(2));
        // No filter could tell them from the library's own fields.
        std::vector<std::string> own{"study", "patient", "date", "tag", "score", "Age", "finding kind"};
        const StudyColumns columns(library);
        for (const StudyColumn& column : columns.columns())
            if (!column.ofLabels)
                own.push_back(column.name);
        for (const std::string& task : own)
            QVERIFY2(has(fault([&] {
                             label(library, {"study", studies, "", task, "5"});
                         }),
                         "as a field of the library is"),
                     task.c_str());
        QVERIFY(has(fault([&] { label(library, {"study", studies, "", "quality", "\xff"}); }), "UTF-8"));
        QVERIFY(has(fault([&] { tag(library, {"x\xff", "study", studies}); }), "UTF-8"));
        QVERIFY(has(fault([&] { freezeStudies(library, "x\xff", {studies, {}}); }), "UTF-8"));
    }

    void everyLevelHasItsTargets()
    {
        const Folder folder;
        writeVindr(folder / "set", 4);
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Ann");
        importSet(library, readVindrSet(folder / "set"));
        const auto studies = allStudies(library);
        const auto two = std::span(studies).first(2);
        QCOMPARE(targetsOf(library, "image", two, "").size(), std::size_t(8));
        QCOMPARE(targetsOf(library, "image", two, "R").size(), std::size_t(4));
        QCOMPARE(targetsOf(library, "finding", two, "L").size(), std::size_t(1));
        QCOMPARE(targetsOf(library, "patient", two, "").size(), std::size_t(2));
        const auto images = targetsOf(library, "image", two, "R"), patients = targetsOf(library, "patient", two, "");
        label(library, {"image", images, "", "quality", "poor"});
        label(library, {"study", two, "", "quality", "fine"});
        label(library, {"patient", patients, "", "cohort_year", "3"});
        QCOMPARE(left(library, "quality = poor"), std::size_t(2));
        QCOMPARE(left(library, "quality = fine"), std::size_t(2));
        // Of one thing the nearest level counts.
        library.read([&](SQLite::Database& database) {
            const HandedStudy study = StudyReader(database).read(studies[0]);
            for (const HandedImage& image : study.images) {
                QCOMPARE(image.labels.at("quality"), std::string(image.fields.side == "R" ? "poor" : "fine"));
                QCOMPARE(image.labels.at("cohort_year"), std::string("3"));
            }
        });
        const std::vector<std::int64_t> nobody{999};
        QVERIFY(has(fault([&] { label(library, {"study", nobody, "", "a", "b"}); }), "study 999"));
        QVERIFY(has(fault([&] { label(library, {"breast", two, "", "a", "b"}); }), "side"));
        QVERIFY(has(fault([&] { label(library, {"study", two, "R", "a", "b"}); }), "side"));
        QVERIFY(has(fault([&] { label(library, {"series", two, "", "a", "b"}); }), "no such level"));
        QVERIFY(has(fault([&] { label(library, {"study", two, "", " ", "b"}); }), "task"));
        QVERIFY(has(fault([&] { label(library, {"study", two, "", "a", "x\ny"}); }), "value"));
    }

    // What is written, read back by its own rules, is what the library holds.
    void anExportReadBackIsEqual()
    {
        const Folder folder;
        writeVindr(folder / "set", 9);
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Ann");
        importSet(library, readVindrSet(folder / "set"));
        const auto studies = allStudies(library);
        label(library, {"breast", std::span(studies).first(2), "R", "birads", "3"});
        label(library, {"study", std::span(studies).first(1), "", "remark", "a \"b\", c\xC3\xA4"});
        freezeCohort(library, "all", "density = B");
        splitCohort(library, {"all"});
        std::vector<HandedStudy> held;
        library.read([&](SQLite::Database& database) {
            for (const std::int64_t study : studies)
                held.push_back(StudyReader(database).read(study));
        });
        using Form = CohortFile::Form;
        const auto made = exportCohort(library, "all", {Form::Coco, folder / "a.json", true});
        QCOMPARE(made->images, std::int64_t(36));
        QCOMPARE(made->annotations, std::int64_t(5));
        const nlohmann::json coco = readJson(folder / "a.json");
        QCOMPARE(coco["info"]["query"].get<std::string>(), std::string("density = B"));
        QCOMPARE(coco["info"]["hash"].get<std::string>(), cohortNamed(library, "all").hash);
        QVERIFY(has(coco["licenses"][0]["terms"].get<std::string>(), "PhysioNet"));
        std::size_t image = 0, mark = 0;
        for (const HandedStudy& study : held)
            for (const HandedImage& each : study.images) {
                const nlohmann::json& read = coco["images"][image];
                QCOMPARE(read["id"].get<std::size_t>(), ++image); // from 1
                QCOMPARE(read["file_name"].get<std::string>(), (each.root / each.below).string());
                QCOMPARE(read["study"].get<std::string>(), study.name);
                QCOMPARE(read["width"].get<int>(), 40);
                for (const auto& [task, value] : each.labels)
                    QCOMPARE(read["labels"][task].get<std::string>(), value);
                for (const HandedMark& one : each.marks) {
                    const nlohmann::json& back = coco["annotations"][mark];
                    QCOMPARE(back["id"].get<std::size_t>(), ++mark);
                    QCOMPARE(back["image_id"].get<std::size_t>(), image);
                    QVERIFY(back["attributes"]["geometry"].get<std::vector<float>>() == one.geometry);
                    QCOMPARE(back["attributes"]["birads"].get<std::string>(), std::string("4"));
                    QCOMPARE(back["bbox"][2].get<double>(), double(one.geometry[2]) - one.geometry[0]);
                    QCOMPARE(coco["categories"][back["category_id"].get<std::size_t>() - 1]["name"].get<std::string>(),
                             one.finding);
                }
            }
        QCOMPARE(coco["images"].size(), image);
        QCOMPARE(coco["annotations"].size(), mark);
        // The table and the lines say the same.
        exportCohort(library, "all", {Form::Csv, folder / "a.csv", true});
        const auto heading = readCsvHeading(folder / "a.csv");
        std::size_t row = 0;
        readCsv(folder / "a.csv", [&](const CsvRecord& record) {
            const nlohmann::json& read = coco["images"][row++];
            const auto cell = [&](const char* name) { return record.fields[*findColumn(heading, name)]; };
            QCOMPARE(cell("image"), read["file_name"].get<std::string>());
            QCOMPARE(cell("part"), read["part"].get<std::string>());
            QCOMPARE(cell("birads"), read["labels"]["birads"].get<std::string>());
            QCOMPARE(cell("remark"), read["labels"].value("remark", std::string()));
        });
        QCOMPARE(row, image);
        QCOMPARE(readJson(folder / "a.csv.about.json")["query"].get<std::string>(), std::string("density = B"));
        exportCohort(library, "all", {Form::JsonLines, folder / "a.jsonl", true});
        std::istringstream lines(readText(folder / "a.jsonl"));
        std::string line;
        std::getline(lines, line);
        QVERIFY(nlohmann::json::parse(line).contains("about"));
        for (const HandedStudy& study : held) {
            QVERIFY(bool(std::getline(lines, line)));
            const nlohmann::json read = nlohmann::json::parse(line);
            QCOMPARE(read["study"].get<std::string>(), study.name);
            QCOMPARE(read["images"].size(), study.images.size());
            QCOMPARE(read["findings"].size(), study.findings.size());
        }
        QVERIFY(!std::getline(lines, line));
        // The same again, byte for byte; and without names unless they are asked for.
        for (const Form form : {Form::Csv, Form::Coco, Form::JsonLines}) {
            exportCohort(library, "all", {form, folder / "x", false});
            const std::string once = readText(folder / "x");
            for (const HandedStudy& study : held)
                for (const std::string& name : {study.patient, study.name, study.name.substr(study.name.find('/'))})
                    QVERIFY2(!has(once, name + "\"") && !has(once, name + ","), name.c_str());
            QVERIFY(!has(once, (folder / "").string()));
            exportCohort(library, "all", {form, folder / "x", false});
            QCOMPARE(readText(folder / "x"), once);
        }
        // A cancelled one leaves what was there.
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!exportCohort(library, "all", {Form::Coco, folder / "a.json", true}, {stop.get_token(), {}}));
        QVERIFY(readJson(folder / "a.json") == coco);
        QVERIFY(!exportCohort(library, "all", {Form::Coco, folder / "new.json", true}, {stop.get_token(), {}}));
        QVERIFY(!fs::exists(folder / "new.json"));
        QVERIFY(has(fault([&] { exportCohort(library, "none", {}); }), "no cohort"));
    }
};

QTEST_APPLESS_MAIN(TestLabels)
#include "test_labels.moc"
