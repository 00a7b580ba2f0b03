// From studies to a folder for training: what goes in, what is marked, which labels count, and what is left after a
// cancelled or failed one.
#include "core/base/files.h"
#include "core/image/files/raster_file.h"
#include "core/library/collection/set_import.h"
#include "core/library/handover/hand_over.h"
#include "core/library/handover/lesion_masks.h"
#include "core/library/studies/study_keys.h"
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

// VinDr's tables: women of two breasts with two views each; every third has a mass on the left CC, every fourth a
// calcification there. No text of a procedure, so no whole captions.
void writeVindr(const fs::path& root, int women)
{
    std::string breasts = "study_id,series_id,image_id,laterality,view_position,height,width,breast_birads,"
                          "breast_density,split\n",
                findings = "study_id,image_id,laterality,view_position,finding_categories,finding_birads,xmin,ymin,"
                           "xmax,ymax,height,width\n";
    for (int i = 0; i < women; ++i)
        for (const char* view : {"L,CC", "L,MLO", "R,CC", "R,MLO"}) {
            const std::string study = "s" + std::to_string(i), image = study + std::string(1, view[0]) + (view + 2);
            breasts += study + ",x," + image + "," + view + ",60,40,BI-RADS " + std::to_string(1 + i % 5) +
                       ",DENSITY " + "ABCD"[i % 4] + ",training\n";
            writeAtomically(root / "images" / study / (image + ".dicom"), std::string_view("x"));
            const bool marked = std::string_view(view) == "L,CC";
            if (marked && i % 3 == 0)
                findings += study + "," + image + ",L,CC,['Mass'],BI-RADS 4,10.2,20.4,20.4,30.6,60,40\n";
            if (marked && i % 4 == 0)
                findings += study + "," + image +
                            ",L,CC,\"['Suspicious Calcification', 'Asymmetry']\",BI-RADS 5,0,0,5,5,60,40\n";
            if (marked && i == 1)
                findings += study + "," + image + ",L,CC,['Nipple Retraction'],BI-RADS 3,1,1,5,5,60,40\n";
        }
    writeAtomically(root / "breast-level_annotations.csv", std::string_view(breasts));
    writeAtomically(root / "finding_annotations.csv", std::string_view(findings));
}

} // namespace

class TestHandOver : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatGoesInIsToldBefore()
    {
        const Folder folder;
        writeVindr(folder / "set", 12);
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readVindrSet(folder / "set"));
        {
            SQLite::Database database((folder / "lib" / "library.db").string(), SQLite::OPEN_READWRITE);
            database.exec("UPDATE file SET state = 'missing' WHERE name LIKE 's3R%';"
                          "UPDATE image SET type = 'cview' WHERE study = 5 AND side = 'L'");
        }
        const auto studies = allStudies(library);
        const auto plan = planHandOver(library, studies);
        QCOMPARE(plan->studies, std::int64_t(12));
        QCOMPARE(plan->patients, std::int64_t(12));
        QCOMPARE(plan->images, std::int64_t(48));
        QCOMPARE(plan->usable, std::int64_t(44));
        QCOMPARE(plan->leftOut.size(), std::size_t(2));
        for (const ImagesLeftOut& each : plan->leftOut)
            QCOMPARE(each.images, std::int64_t(2));
        QCOMPARE(plan->captions(), std::int64_t(0));
        QCOMPARE(plan->withoutCaption.size(), std::size_t(1));
        QVERIFY(has(plan->withoutCaption.front().why.english(), "procedure"));
        QCOMPARE(plan->labels.at("birads"), std::int64_t(44));
        QCOMPARE(plan->labels.at("density"), std::int64_t(44));
        QCOMPARE(plan->terms.size(), std::size_t(1));
        QVERIFY(plan->terms.front().restricted);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!planHandOver(library, studies, {stop.get_token(), {}}));
    }

    void marksBecomeMasksAndLabelsColumns()
    {
        const Folder folder;
        writeVindr(folder / "set", 12);
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readVindrSet(folder / "set"));
        HandOverRequest request;
        request.name = "all";
        request.chosen.studies = allStudies(library);
        request.folder = folder / "out";
        request.label = "birads";
        const auto made = handOver(library, request);
        QCOMPARE(made->exported.images, std::int64_t(48));
        QCOMPARE(made->exported.lesions, std::int64_t(4 + 3));
        QCOMPARE(made->exported.otherMarks, std::int64_t(1));
        QCOMPARE(made->exported.captions, std::int64_t(0));
        const ImportedSet set = embedImporter().read({folder / "out", folder / "out/images", folder / "out/tables"});
        QVERIFY(set.hasMasks);
        std::size_t masks = 0;
        for (const ImageRecord& record : set.records) {
            masks += record.lesions.size();
            const int woman = std::stoi(record.image.patient.substr(record.image.patient.find("/s") + 2));
            const bool marked = record.image.side == "L" && record.image.view == "CC";
            QCOMPARE(record.lesions.size(), std::size_t(marked ? (woman % 3 == 0) + (woman % 4 == 0) : 0));
            // A breast's assessment, or that of its worst finding.
            const int birads = record.image.side == "L" && woman % 4 == 0   ? 5
                               : record.image.side == "L" && woman % 3 == 0 ? std::max(4, 1 + woman % 5)
                                                                            : 1 + woman % 5;
            if (!(record.image.side == "L" && woman == 1))
                QCOMPARE(classOf(record.labels, biradsLabel), std::optional(birads));
            QCOMPARE(classOf(record.labels, densityLabel), std::optional(woman % 4));
            for (const LesionMask& lesion : record.lesions) {
                const std::string bytes = readText(lesion.file);
                const StoredImage mask = readRaster(std::as_bytes(std::span(bytes)), lesion.file);
                QCOMPARE(mask.rows, 60);
                QCOMPARE(mask.columns, 40);
                const bool mass = lesion.channel == LesionChannel::Mass;
                for (int row = 0; row < 60; ++row)
                    for (int column = 0; column < 40; ++column) {
                        const bool in = mass ? column + 0.5 >= 10.2 && column + 0.5 <= 20.4 && row + 0.5 >= 20.4 &&
                                                   row + 0.5 <= 30.6
                                             : column < 5 && row < 5;
                        QCOMPARE(int(mask.bytes[std::size_t(row) * 40 + std::size_t(column)]), in ? 255 : 0);
                    }
            }
        }
        QCOMPARE(masks, std::size_t(7));
        const nlohmann::json settings = readJson(folder / "out/train.json"),
                             cohort = readJson(folder / "out/cohort.json");
        QCOMPARE(settings["task"].get<std::string>(), std::string("probe"));
        QCOMPARE(settings["data"]["label"].get<std::string>(), std::string("birads"));
        QCOMPARE(fs::path(settings["data"]["split_file"].get<std::string>()), folder / "out/split.csv");
        QCOMPARE(cohort["lesions"].get<int>(), 7);
        QCOMPARE(cohort["labels"]["density"].get<int>(), 48);
        QCOMPARE(cohort["datasets"][0]["restricted"].get<bool>(), true);
        // The same studies, the same seed: the same hashes and tables, wherever they are written.
        request.name = "again";
        request.folder = folder / "again";
        const auto again = handOver(library, request);
        QCOMPARE(again->exported.cohortHash, made->exported.cohortHash);
        QCOMPARE(again->exported.splitHash, made->exported.splitHash);
        for (const char* file :
             {"tables/EMBED_OpenData_metadata.csv", "tables/EMBED_OpenData_clinical.csv", "split.csv"})
            QCOMPARE(readText(folder / "again" / file), readText(folder / "out" / file));
    }

    void whatFailsOrIsCancelledLeavesNothing()
    {
        const Folder folder;
        writeVindr(folder / "set", 110);
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readVindrSet(folder / "set"));
        HandOverRequest request;
        request.name = "all";
        request.chosen.studies = allStudies(library);
        request.folder = folder / "out";
        std::stop_source stop;
        int looks = 0;
        const Job job{stop.get_token(), [&](std::uint64_t done, std::uint64_t, std::string_view phase) {
                          if (phase == "export" && done > 0 && ++looks == 1)
                              stop.request_stop();
                      }};
        QVERIFY(!handOver(library, request, job));
        QCOMPARE(looks, 1);
        QVERIFY(!fs::exists(folder / "out"));
        QVERIFY(cohorts(library).empty());
        request.split.strata = "no such field";
        QVERIFY(has(fault([&] { handOver(library, request); }), "no such field"));
        QVERIFY(!fs::exists(folder / "out"));
        QVERIFY(cohorts(library).empty());
        request.split.strata = "density";
        writeAtomically(folder / "out/note.txt", std::string_view("mine"));
        QVERIFY(has(fault([&] { handOver(library, request); }), "something already"));
        QCOMPARE(readText(folder / "out/note.txt"), std::string("mine"));
        QVERIFY(cohorts(library).empty());
        fs::remove_all(folder / "out");
        QVERIFY(handOver(library, request).has_value());
        QCOMPARE(cohorts(library).size(), std::size_t(1));
        // Each is a command of its own.
        library.undo();
        QVERIFY(!splitOf(library, "all"));
        library.undo();
        QVERIFY(cohorts(library).empty());
    }

    // Closed forms: areas of marks, and a mirrored one brought back by the breast.
    void marksOfEveryForm()
    {
        const auto area = [](const HandedMark& mark, int rows = 100, int columns = 100) {
            const auto mask = maskOf(mark, rows, columns);
            return mask ? std::count(mask->values.begin(), mask->values.end(), 255) : -1;
        };
        QCOMPARE(area({"box", "", {10, 20, 30, 50}, ""}), std::ptrdiff_t(20 * 30));
        QCOMPARE(area({"box", "", {-10, -20, 30, 50}, ""}), std::ptrdiff_t(30 * 50));
        QCOMPARE(area({"box", "", {90, 90, 300, 300}, ""}), std::ptrdiff_t(100));
        QCOMPARE(area({"box", "", {200, 200, 300, 300}, ""}), std::ptrdiff_t(-1));
        QCOMPARE(area({"point", "", {3.7F, 99.2F}, ""}), std::ptrdiff_t(1));
        QVERIFY(std::abs(double(area({"circle", "", {50, 50, 30}, ""})) - 3.14159265 * 900) < 20);
        const auto triangle = area({"contour", "", {10, 10, 60, 10, 60, 60}, ""}); // centres on its edge may count
        QVERIFY(triangle >= 50 * 49 / 2 && triangle <= 50 * 51 / 2);
        for (const HandedMark& wrong :
             {HandedMark{"box", "", {1, 2, 3}, ""}, HandedMark{"contour", "", {1, 2, 3, 4}, ""},
              HandedMark{"box", "", {NAN, 2, 3, 4}, ""}, HandedMark{"box", "", {1, 2, 1e30F, 4}, ""},
              HandedMark{"star", "", {1, 2, 3, 4}, ""}})
            QCOMPARE(area(wrong), std::ptrdiff_t(-1));
        Raster<std::uint8_t> breast(10, 10); // the right half, of 80 x 80 pixels
        for (int row = 0; row < 10; ++row)
            for (int column = 5; column < 10; ++column)
                breast.at(row, column) = 1;
        const std::vector<float> left{8, 8, 24, 24}, right{56, 8, 72, 24};
        QCOMPARE(decidedByBreast({"box", "open", left, ""}, breast, 80).geometry, right);
        QCOMPARE(decidedByBreast({"box", "open", right, ""}, breast, 80).geometry, right);
    }
};

QTEST_APPLESS_MAIN(TestHandOver)
#include "test_hand_over.moc"
