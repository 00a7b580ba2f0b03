// All that a library knows of one study, with where each comes from.
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/study_facts.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/tags.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/embed.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <nlohmann/json.hpp>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// One woman, two exams; the first has two findings, a box on its left CC and a second right CC that is a spot view.
void writeSet(const fs::path& root)
{
    fs::create_directories(root / "images");
    writeAtomically(root / "clinical.csv",
                    std::string_view("empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape,"
                                     "age_at_study\n"
                                     "7,501,2015-02-01,MG Screening,S,3,1,L,R,61\n"
                                     "7,501,2015-02-01,MG Screening,B,3,2,R,,61\n"
                                     "7,502,2013-02-01,MG Screening,N,3,1,B,,59\n"));
    writeAtomically(root / "metadata.csv",
                    std::string_view("anon_dicom_path,empi_anon,acc_anon,FinalImageType,ImageLateralityFinal,"
                                     "ViewPosition,spot_mag,ROI_coords,num_roi\n"
                                     "images/a.dcm,7,501,2D,L,CC,,\"((10, 20, 30, 40),)\",1\n"
                                     "images/b.dcm,7,501,2D,R,CC,1,,0\n"
                                     "images/c.dcm,7,501,2D,R,CC,,,0\n"));
    writeAtomically(root / "images" / "a.dcm", std::string_view("somewhere"));
}

const FactLabel* labelOf(const std::vector<FactLabel>& labels, const std::string& task)
{
    for (const FactLabel& each : labels)
        if (each.task == task && each.counts)
            return &each;
    return nullptr;
}

} // namespace

class TestStudyFacts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everythingWithItsRow()
    {
        const Folder folder;
        writeSet(folder / "set");
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Curator");
        importSet(library, readEmbedSet(folder / "set"));
        const auto ids = studiesNamed(library, std::vector<std::string>{"501", "502"});
        tag(library, {"review", "study", ids});
        freezeCohort(library, "mine", "dataset = EMBED");
        splitCohort(library, {"mine"});
        StudyFacts facts = studyFacts(library, ids[0]);
        QCOMPARE(facts.key, std::string("501"));
        QCOMPARE(facts.patient, std::string("7"));
        QCOMPARE(facts.dataset, std::string("EMBED"));
        QVERIFY(facts.restricted && !facts.licence.empty());
        QCOMPARE(facts.date, std::string("2015-02-01"));
        QCOMPARE(facts.age, std::string("61"));
        QCOMPARE(facts.row, std::string("clinical.csv:1"));
        QCOMPARE(facts.tags, std::vector<std::string>{"review"});
        QCOMPARE(facts.findings.size(), std::size_t(2));
        QCOMPARE(facts.findings[0].side, std::string("L"));
        QCOMPARE(facts.findings[0].kinds, std::string("mass"));
        QCOMPARE(facts.findings[1].row, std::string("clinical.csv:2"));
        const FactLabel* birads = labelOf(facts.findings[0].labels, "birads");
        QVERIFY(birads);
        QCOMPARE(birads->value, std::string("4"));
        QCOMPARE(birads->source, std::string("imported"));
        QCOMPARE(birads->row, std::string("clinical.csv:1"));
        QCOMPARE(facts.images.size(), std::size_t(3));
        const FactImage *right = facts.inPlace(0), *left = facts.inPlace(1);
        QVERIFY(right && left && !facts.inPlace(2));
        QCOMPARE(right->image.below.filename().string(), std::string("c.dcm")); // not the spot view
        QVERIFY(right->missing && !left->missing);
        QCOMPARE(left->path, folder / "set" / "images" / "a.dcm");
        QCOMPARE(left->annotations.size(), std::size_t(1));
        QCOMPARE(left->annotations[0].kind, std::string("box"));
        QCOMPARE(left->annotations[0].geometry.size(), std::size_t(4));
        QCOMPARE(facts.cohorts.size(), std::size_t(1));
        QCOMPARE(facts.cohorts[0].name, std::string("mine"));
        QVERIFY(facts.cohorts[0].part == "train" || facts.cohorts[0].part == "validation" ||
                facts.cohorts[0].part == "test");
        QCOMPARE(facts.others.size(), std::size_t(1));
        QCOMPARE(facts.others[0].key, std::string("502"));
        const nlohmann::json document = toJson(facts);
        QCOMPARE(document["images"].size(), std::size_t(3));
        QCOMPARE(document["findings"][0]["labels"].size(), facts.findings[0].labels.size());
        QCOMPARE(document["other_studies"][0]["date"].get<std::string>(), std::string("2013-02-01"));
    }

    // Of several labels of one thing the adjudicated one counts, then a reader's, then the imported one; never a
    // model's.
    void whichLabelCounts()
    {
        const Folder folder;
        writeSet(folder / "set");
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readEmbedSet(folder / "set"));
        const std::int64_t study = studiesNamed(library, std::vector<std::string>{"501"})[0];
        const auto add = [&](const char* source, const char* value) {
            library.note([&](SQLite::Database& database) {
                database.exec("INSERT INTO label(level, target, side, task, value, source, author, at, row_of) VALUES"
                              " ('study', " +
                              std::to_string(study) + ", '', 'quality', '" + value + "', '" + source +
                              "', 'A', '2026-01-01T00:00:00Z', '')");
            });
        };
        const auto counted = [&] {
            const StudyFacts facts = studyFacts(library, study);
            const FactLabel* label = labelOf(facts.labels, "quality");
            return label ? label->value : std::string();
        };
        add("model", "model");
        QCOMPARE(counted(), std::string());
        add("imported", "imported");
        QCOMPARE(counted(), std::string("imported"));
        add("reader", "first");
        add("reader", "second");
        QCOMPARE(counted(), std::string("second"));
        add("adjudicated", "adjudicated");
        add("reader", "late");
        QCOMPARE(counted(), std::string("adjudicated"));
        int all = 0, counting = 0;
        for (const FactLabel& each : studyFacts(library, study).labels)
            if (each.task == "quality") {
                ++all;
                counting += each.counts;
            }
        QCOMPARE(all, 6);
        QCOMPARE(counting, 1);
        QVERIFY(has(fault([&] { studyFacts(library, 987654); }), "not in the library"));
    }
};

QTEST_APPLESS_MAIN(TestStudyFacts)
#include "test_study_facts.moc"
