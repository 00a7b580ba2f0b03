// Cohorts and their splits: frozen, hashed, by patient, the same for the same seed.
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/library/collection/set_import.h"
#include "core/library/handover/training_export.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/study_keys.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/embed.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <cmath>
#include <map>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// Women with one to three exams, in the order or backwards; densities by woman.
void fill(Library& library, const fs::path& root, int women, bool backwards)
{
    std::string clinical = "empi_anon,acc_anon,asses,tissueden,side,numfind\n";
    for (int i = 0; i < women; ++i) {
        const int woman = backwards ? women - 1 - i : i;
        for (int exam = 0; exam <= woman % 3; ++exam)
            clinical += std::to_string(1000 + woman) + "," + std::to_string(50000 + 10 * woman + exam) + ",N," +
                        std::to_string(1 + woman % 4) + ",L,1\n";
    }
    writeAtomically(root / "clinical.csv", std::string_view(clinical));
    importSet(library, readEmbedSet(root));
}

// The part of each woman, by her key.
std::map<std::string, std::string> partsOf(const fs::path& folder)
{
    SQLite::Database database((folder / "library.db").string());
    SQLite::Statement each(database,
                           "SELECT key, part FROM split_patient JOIN patient ON patient.id = split_patient.person WHERE"
                           " split = (SELECT max(id) FROM split)");
    std::map<std::string, std::string> out;
    while (each.executeStep())
        out[each.getColumn(0).getString()] = each.getColumn(1).getString();
    return out;
}

} // namespace

class TestCohorts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCohortIsFrozenAndItsHashIsOfItsStudies()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        fill(library, folder / "set", 8, false);
        freezeCohort(library, "dense", "density in (C, D)");
        const Cohort cohort = cohortNamed(library, "dense");
        std::set<std::string> lines;
        for (int woman = 0; woman < 8; ++woman)
            for (int exam = 0; exam <= woman % 3 && woman % 4 >= 2; ++exam)
                lines.insert("EMBED/" + std::to_string(50000 + 10 * woman + exam) + "\n");
        std::string all;
        for (const std::string& line : lines)
            all += line;
        QCOMPARE(cohort.hash, sha256(all));
        QCOMPARE(cohort.studies, std::int64_t(lines.size()));
        QCOMPARE(cohort.patients, std::int64_t(4));
        fill(library, folder / "set", 12, false); // more come: the frozen one stays
        QCOMPARE(cohortNamed(library, "dense").hash, cohort.hash);
        QVERIFY(has(fault([&] { freezeCohort(library, "dense", ""); }), "not changed"));
        QVERIFY(has(fault([&] { freezeCohort(library, "none", "density = X"); }), "no study"));
        QVERIFY(has(fault([&] { cohortNamed(library, "other"); }), "no cohort"));
        // Work hangs on the import.
        QVERIFY(has(fault([&] { library.undo(1); }), "members of cohorts"));
        library.undo();
        deleteCohort(library, "dense");
        QVERIFY(cohorts(library).empty());
        library.undo();
        QCOMPARE(cohortNamed(library, "dense").hash, cohort.hash);
    }

    // A list gives the same cohort as a filter that leaves the same studies; what is in no list is none.
    void aCohortIsFrozenFromAList()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        fill(library, folder / "set", 8, false);
        freezeCohort(library, "dense", "density in (C, D)");
        writeAtomically(folder / "ids.txt",
                        std::string_view("50020\r\n\nEMBED/50021\n50022\n50030\n50060\n 50070 \n50071\n50020\n"));
        const auto ids = studiesNamed(library, keysInFile(folder / "ids.txt"));
        const Change made = freezeStudies(library, "list", {ids});
        QCOMPARE(made.rows, std::int64_t(7));
        QCOMPARE(cohortNamed(library, "list").hash, cohortNamed(library, "dense").hash);
        QCOMPARE(cohortNamed(library, "list").expression, std::string("7 chosen studies"));
        freezeStudies(library, "said", {{ids.front()}, "by hand"});
        QCOMPARE(cohortNamed(library, "said").expression, std::string("by hand"));
        QVERIFY(has(fault([&] { freezeStudies(library, "x", {{ids.front(), 99999}}); }), "99999"));
        QVERIFY(has(fault([&] { freezeStudies(library, "x", {}); }), "no study"));
        QVERIFY(has(fault([&] { freezeStudies(library, "list", {ids}); }), "not changed"));
        writeAtomically(folder / "none.txt", std::string_view("\n  \n"));
        QVERIFY(has(fault([&] { keysInFile(folder / "none.txt"); }), "none.txt"));
        for (const char* wrong : {"5002", "EMBED/1", "RSNA/50020", "/50020"})
            QVERIFY(has(fault([&] { studiesNamed(library, std::vector<std::string>{wrong}); }), wrong));
        QCOMPARE(cohorts(library).size(), std::size_t(3));
        library.undo();
        QCOMPARE(cohorts(library).size(), std::size_t(2));
    }

    void aSplitIsByPatientSeededAndEven()
    {
        const Folder folder;
        std::map<std::string, std::string> first;
        std::string hash;
        for (const bool backwards : {false, true}) { // other ids, the same split
            const fs::path path = folder / (backwards ? "b" : "a");
            Library::create(path);
            Library library(path);
            fill(library, folder / "set", 403, backwards);
            freezeCohort(library, "all", "");
            splitCohort(library, {"all", 7, {0.7, 0.1, 0.2}, "density"});
            const auto split = splitOf(library, "all");
            const auto parts = partsOf(path);
            QCOMPARE(parts.size(), std::size_t(403));
            if (backwards) {
                QCOMPARE(parts, first);
                QCOMPARE(split->hash, hash);
            }
            first = parts;
            hash = split->hash;
            std::int64_t studies = 0;
            for (const std::int64_t part : split->studies)
                studies += part;
            QCOMPARE(studies, cohortNamed(library, "all").studies);
            std::map<int, std::map<std::string, double>> strata;
            for (const auto& [woman, part] : parts)
                ++strata[std::stoi(woman) % 4][part];
            for (auto& [density, counts] : strata) {
                const double women = counts["train"] + counts["validation"] + counts["test"];
                QVERIFY(std::abs(counts["train"] - 0.7 * women) <= 1);
                QVERIFY(std::abs(counts["validation"] - 0.1 * women) <= 1);
                QVERIFY(std::abs(counts["test"] - 0.2 * women) <= 1);
            }
            splitCohort(library, {"all", 8, {0.7, 0.1, 0.2}, "density"});
            QVERIFY(splitOf(library, "all")->hash != hash);
            // The same settings again: the split that there is is named, also where another is the newest.
            const Change again = splitCohort(library, {"all", 8, {0.7, 0.1, 0.2}, "density"});
            QCOMPARE(again.command, std::int64_t(0));
            QVERIFY2(has(again.words, "Cohort all is split so already (seed 8, 0.7/0.1/0.2, by density, made 20"),
                     again.words.c_str());
            const SplitRequest older{"all", 7, {0.7, 0.1, 0.2}, "density"};
            QVERIFY(has(splitCohort(library, older).words, "its newest split is another"));
            QCOMPARE(splitOf(library, older)->hash, hash);
            QCOMPARE(splitOf(library, older)->others, std::int64_t(1));
            splitCohort(library, {"all", 8, {0.7, 0.1, 0.2}, ""});
            QCOMPARE(splitOf(library, "all")->others, std::int64_t(2)); // another field is another split
            for (const SplitRequest& wrong :
                 {SplitRequest{"all", 1, {0.7, 0.2, 0.2}, ""}, SplitRequest{"all", 1, {0, 0.5, 0.5}, ""},
                  SplitRequest{"all", 1, {0.7, 0.1, 0.2}, "colour"}, SplitRequest{"none"}})
                QVERIFY(!fault([&] { splitCohort(library, wrong); }).empty());
        }
    }

    void theSameWomanInTwoSetsIsWarnedOf()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        const auto import = [&](const std::string& name, const std::string& file) {
            writeAtomically(folder / "set/c.csv",
                            std::string_view("empi_anon,acc_anon,asses,tissueden,side\n7,70,N,1,L\n"));
            writeAtomically(
                folder / "set/m.csv",
                std::string_view("anon_dicom_path,empi_anon,acc_anon,ImageLateralityFinal,ViewPosition\nimages/" +
                                 name + "/" + file + ",7,70,L,CC\n"));
            SetRows rows = readEmbedSet(folder / "set");
            rows.name = name;
            importSet(library, rows);
        };
        import("one", "a.dcm");
        import("two", "b.dcm");
        freezeCohort(library, "all", "");
        splitCohort(library, {"all"});
        QVERIFY(splitOf(library, "all")->warnings.empty()); // the same key alone says nothing
        import("three", "a.dcm");
        freezeCohort(library, "more", "");
        splitCohort(library, {"more"});
        const auto warned = splitOf(library, "more")->warnings;
        QCOMPARE(warned.size(), std::size_t(1));
        QVERIFY(has(warned.front().english(), "1 (one, three)"));
        // Known to have the same picture they are kept in one part, so that nothing else is said of them.
        library.note([](SQLite::Database& database) {
            database.exec("UPDATE file SET pixels = 'same', dct = 1 WHERE name = 'a.dcm'");
        });
        splitCohort(library, {"more", 7, {0.5, 0, 0.5}, ""});
        const auto told = splitOf(library, "more")->warnings;
        QCOMPARE(told.size(), std::size_t(1));
        QVERIFY2(has(told.front().english(), "kept in one part"), told.front().english().c_str());
    }

    // What training reads of the export is what it reads of the data set itself.
    void theHandOverSaysWhatTheDataSetSays()
    {
        const Folder folder;
        const fs::path root = folder / "set";
        std::string clinical =
            "empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape,massdens,calcfind,"
            "calcdistri,age_at_study,RACE_DESC,ETHNIC_GROUP_DESC\n";
        std::string metadata =
            "anon_dicom_path,empi_anon,acc_anon,StudyDescription,FinalImageType,ImageLateralityFinal,ViewPosition\n";
        for (int i = 0; i < 12; ++i) {
            const std::string woman = std::to_string(100 + i), exam = std::to_string(200 + i);
            for (const char* side : {"L", "R"}) {
                clinical += woman + "," + exam + ",2015-01-02,\"MG Screening, Bilateral\"," + "NBAPS"[i % 5] + "," +
                            std::to_string(1 + i % 4) + ",1," + side + "," + (i % 2 ? "R" : "") + ",+,,," +
                            std::to_string(40 + i) + ".5,Caucasian or White,Hispanic or Latino\n";
                const std::string file = "images/" + woman + "/" + exam + side + ".dcm";
                metadata += file + "," + woman + "," + exam + ",\"MG Screening, Bilateral\",2D," + side + ",CC\n";
                writeAtomically(root / file, std::string_view("x"));
            }
        }
        writeAtomically(root / "tables/c.csv", std::string_view(clinical));
        writeAtomically(root / "tables/m.csv", std::string_view(metadata));
        writeAtomically(
            root / "tables/l.csv",
            std::string_view(
                "Header in export,Discription,Code,Meaning\nmassshape,x,R   ,Round  \nasses,x,N,Negative\n"));
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readEmbedSet(root));
        freezeCohort(library, "all", "");
        QVERIFY(has(fault([&] { exportTraining(library, "all", folder / "out"); }), "no split"));
        splitCohort(library, {"all"});
        const auto made = exportTraining(library, "all", folder / "out");
        QCOMPARE(made->images, std::int64_t(24));
        QCOMPARE(made->missing, std::int64_t(0));
        QVERIFY(has(fault([&] { exportTraining(library, "all", folder / "out"); }), "something already"));
        const Importer& importer = embedImporter();
        const DataSetFolders from{root, root / "images", root / "tables"},
            to{folder / "out", folder / "out/images", folder / "out/tables"};
        const ImportedSet first = importer.read(from), second = importer.read(to);
        QVERIFY(first.codes == second.codes);
        QCOMPARE(second.records.size(), first.records.size());
        for (std::size_t i = 0; i < first.records.size(); ++i) {
            const ImageRecord &a = first.records[i], &b = second.records[i];
            QCOMPARE(importer.imageFile(to, b), fs::canonical(importer.imageFile(from, a)));
            QCOMPARE("EMBED/" + a.image.patient, b.image.patient);
            const auto said = [](const ImageRecord& record) {
                const FindingFields& f = record.finding;
                return record.image.procedure + "|" + record.image.side + record.image.view + record.image.imageType +
                       "|" + f.assessment + f.density + "|" + f.age + "|" + f.race + "|" + f.ethnicity + "|" +
                       f.massShape + f.massDensity;
            };
            QCOMPARE(said(b), said(a));
        }
        std::string parts;
        readCsv(folder / "out/split.csv",
                [&](const CsvRecord& record) { parts += record.fields[0] + "\t" + record.fields[1] + "\n"; });
        QCOMPARE(sha256(parts), made->splitHash);
        // Of several splits the newest is taken, or the one that is asked for; the result says which.
        splitCohort(library, {"all", 7});
        const auto newest = exportTraining(library, "all", folder / "newest");
        QCOMPARE(newest->split.seed, std::int64_t(7));
        QCOMPARE(newest->split.others, std::int64_t(1));
        QVERIFY(!newest->split.made.empty());
        QCOMPARE(exportTraining(library, {"all", 42}, folder / "first")->splitHash, made->splitHash);
        QVERIFY(has(fault([&] { exportTraining(library, {"all", 5}, folder / "none"); }), "seed 5"));
    }
};

QTEST_APPLESS_MAIN(TestCohorts)
#include "test_cohorts.moc"
