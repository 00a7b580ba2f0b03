// What the library keeps of the data sets whose labels and regions differ from EMBED's: regions of every kind in stored
// pixels, labels of studies, words that a user changes, and what pixels decide about masks and mirrored boxes.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/files/raster_file.h"
#include "core/image/measure/mask_contours.h"
#include "core/library/collection/region_pass.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/set_import.h"
#include "core/library/collection/set_source.h"
#include "core/library/collection/vocabulary_words.h"
#include "core/library/handover/lesion_masks.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <cstring>
#include <random>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::vector<std::string>> ask(Library& library, const std::string& query)
{
    std::vector<std::vector<std::string>> rows;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, query);
        while (each.executeStep()) {
            rows.emplace_back();
            for (int i = 0; i < each.getColumnCount(); ++i)
                rows.back().push_back(each.getColumn(i).getString());
        }
    });
    return rows;
}

std::vector<float> geometryOf(Library& library, const std::string& where)
{
    std::vector<float> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT geometry FROM annotation WHERE " + where);
        if (!each.executeStep())
            return;
        out.resize(std::size_t(each.getColumn(0).getBytes()) / sizeof(float));
        std::memcpy(out.data(), each.getColumn(0).getBlob(), out.size() * sizeof(float));
    });
    return out;
}

struct Made
{
    QTemporaryDir kept;
    fs::path folder = kept.path().toStdString(), set = folder / "set";
    std::unique_ptr<Library> library;

    Made()
    {
        fs::create_directories(set);
        Library::create(folder / "lib");
        library = std::make_unique<Library>(folder / "lib");
    }
    void write(const std::string& name, const std::string& text) const
    {
        fs::create_directories((set / name).parent_path());
        writeAtomically(set / name, std::string_view(text));
    }
    ImportResult import() { return *importSet(*library, readSet({set, ""}, library.get())); }
};

// A breast at the left edge: bright, all of it.
Raster<std::uint8_t> breastAtLeft(int rows, int columns)
{
    Raster<std::uint8_t> image(rows, columns);
    for (int row = rows / 8; row < rows * 7 / 8; ++row)
        for (int column = 0; column < columns * 4 / 10; ++column)
            image.at(row, column) = std::uint8_t(120 + (row * 7 + column * 13) % 60);
    return image;
}

} // namespace

class TestSetRecords : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Every mask comes back from its outlines, pixel by pixel.
    void outlinesHoldTheirPixels()
    {
        std::mt19937 random(test::freshSeed());
        for (int round = 0; round < 50; ++round) {
            Raster<std::uint8_t> mask(12 + round % 7, 17);
            for (auto& value : mask.values)
                value = random() % 3 == 0 ? 255 : 0;
            Raster<std::uint8_t> filled(mask.rows, mask.columns);
            for (const auto& contour : contoursOf(mask))
                if (const auto part = maskOf({"contour", "", contour, ""}, mask.rows, mask.columns))
                    for (std::size_t i = 0; i < filled.values.size(); ++i)
                        filled.values[i] |= part->values[i];
            // What is not reached from outside through pixels that share an edge is a hole.
            std::vector<char> outside(mask.values.size());
            for (bool more = true; more;) {
                more = false;
                for (int row = 0; row < mask.rows; ++row)
                    for (int column = 0; column < mask.columns; ++column) {
                        const auto at = std::size_t(row * mask.columns + column);
                        const bool edge = row == 0 || column == 0 || row == mask.rows - 1 || column == mask.columns - 1;
                        if (mask.values[at] == 0 && outside[at] == 0 &&
                            (edge || outside[at - 1] || outside[at + 1] || outside[at - std::size_t(mask.columns)] ||
                             outside[at + std::size_t(mask.columns)])) {
                            outside[at] = 1;
                            more = true;
                        }
                    }
            }
            for (std::size_t i = 0; i < outside.size(); ++i)
                QCOMPARE(int(filled.values[i]), outside[i] ? 0 : 255);
        }
    }

    void circlesCountFromTheBottom()
    {
        Made made;
        made.write("Info.txt", "MDB003 D CIRC B 535 425 197\r\nmdb004 D NORM\r\nmdb003 D CALC M 10 1000 5\r\n");
        const ImportResult result = made.import();
        QCOMPARE(result.annotations, std::int64_t(2));
        QCOMPARE(geometryOf(*made.library, "kind = 'circle' ORDER BY id LIMIT 1"), (std::vector<float>{535, 599, 197}));
        QCOMPARE(ask(*made.library, "SELECT group_concat(side || view) FROM image ORDER BY id").at(0).at(0),
                 std::string("RMLO,LMLO"));
        QCOMPARE(made.import().change.command, std::int64_t(0));
        made.write("Info.txt", "MDB003 D CIRC B 535 424 197\nmdb004 D NORM\nmdb003 D CALC M 10 1000 5\n");
        QCOMPARE(made.import().changed, std::int64_t(1));
        QCOMPARE(geometryOf(*made.library, "kind = 'circle' ORDER BY id LIMIT 1"), (std::vector<float>{535, 600, 197}));
        made.library->undo();
        QCOMPARE(geometryOf(*made.library, "kind = 'circle' ORDER BY id LIMIT 1"), (std::vector<float>{535, 599, 197}));
    }

    void contoursAndPointsOfPropertyLists()
    {
        Made made;
        made.write("INbreast.csv", "Laterality;View;Acquisition date;File Name;ACR;Bi-Rads\n"
                                   "L;CC;201001;20586908;3;4b\nL;MLO;201102;20586934;3;1\n");
        made.write("AllDICOMs/20586908_6c613a14b80a8591_MG_L_CC_ANON.dcm", "x");
        made.write("AllDICOMs/20586934_6c613a14b80a8591_MG_L_ML_ANON.dcm", "x");
        made.write(
            "AllXML/20586908.xml",
            "<?xml version=\"1.0\"?><!DOCTYPE plist SYSTEM \"http://127.0.0.1:1/x.dtd\"><plist><dict><key>Images"
            "</key><array><dict><key>NumberOfROIs</key><integer>2</integer><key>ROIs</key><array><dict><key>Name"
            "</key><string>Mass</string><key>Point_px</key><array><string>(1.5, 2)</string><string>(9, 2)</string>"
            "<string>(9, -8)</string></array></dict><dict><key>Name</key><string>Calcification</string><key>"
            "Point_px</key><array><string>(3, 4)</string></array></dict></array></dict></array></dict></plist>");
        made.import();
        QCOMPARE(geometryOf(*made.library, "kind = 'contour'"), (std::vector<float>{1.5F, 2, 9, 2, 9, 0}));
        QCOMPARE(geometryOf(*made.library, "kind = 'point'"), (std::vector<float>{3, 4}));
        QCOMPARE(ask(*made.library, "SELECT count(*), count(DISTINCT patient) FROM study").at(0),
                 (std::vector<std::string>{"2", "1"})); // two dates are two exams
        QCOMPARE(ask(*made.library, "SELECT group_concat(task || '=' || value) FROM label WHERE level = 'image'")
                     .at(0)
                     .at(0),
                 std::string("density=C,birads=4,birads category=4b,density=C,birads=1,birads category=1"));
        QCOMPARE(made.import().change.command, std::int64_t(0));
    }

    void labelsOfStudiesAndWordsOfUsers()
    {
        Made made;
        const std::string heading = "anon_patientid,exam_year,x_case,x_cancer_laterality,rad_timing,imagelaterality,"
                                    "viewposition,anon_filename\n";
        made.write("a.csv", heading + "7,2015,1,Left,1.0,Left,CC,00007_20990909_L_CC_1.dcm\n"
                                      "7,2015,1,Left,1.0,Right,CC,00007_20990909_R_CC_1.dcm\n");
        made.import();
        QCOMPARE(ask(*made.library, "SELECT group_concat(task || '=' || value) FROM label WHERE level = 'study'")
                     .at(0)
                     .at(0),
                 std::string("case=1,timing=1"));
        QCOMPARE(ask(*made.library, "SELECT group_concat(side || value) FROM label WHERE task = 'cancer'").at(0).at(0),
                 std::string("L1,R0"));
        made.write("a.csv", heading + "7,2015,1,Left,2,Left,CC,00007_20990909_L_CC_1.dcm\n"
                                      "7,2015,1,Left,2,Right,CC,00007_20990909_R_CC_1.dcm\n");
        QCOMPARE(made.import().changed, std::int64_t(1));
        QCOMPARE(
            ask(*made.library, "SELECT value FROM label WHERE task = 'timing' AND replaced_by IS NULL").at(0).at(0),
            std::string("2"));

        Made sheet;
        sheet.write("clinical.csv",
                    "ID1;LeftRight;abnormality;classification\nD1-1;L;mass;Benign\nD1-2;R;lump;Malignant\n");
        QCOMPARE(sheet.import().studies, std::int64_t(2));
        const auto kinds = [&] {
            return ask(*sheet.library, "SELECT group_concat(kinds, '|') FROM finding").at(0).at(0);
        };
        QCOMPARE(kinds(), std::string("mass|"));
        setWord(*sheet.library, {"CMMD", "finding", "lump", "mass", true, true});
        QCOMPARE(sheet.import().changed, std::int64_t(1));
        QCOMPARE(kinds(), std::string("mass|mass"));
        sheet.library->undo();
        QCOMPARE(kinds(), std::string("mass|"));
    }

    // What a word may mean is checked where it is set, by its line; several are one command.
    void wordsAreCheckedAndSetTogether()
    {
        Made made;
        made.write("clinical.csv", "ID1;LeftRight;abnormality;classification\nD1-1;L;mass;Benign\n");
        made.import();
        Library& library = *made.library;
        const auto told = [&](const LibraryWord& word) { return checkedWord(word).fault.english(); };
        QVERIFY(has(told({"CMMD", "density", "9", "E", true}), "A, B, C or D"));
        QVERIFY(has(told({"CMMD", "birads", "9", "7", true}), "0, 1, 2, 3, 4, 5 or 6"));
        QVERIFY(has(told({"CMMD", "cancer", "y", "yes", true}), "0 (no) or 1 (yes)"));
        QVERIFY(has(told({"CMMD", "side", "links", "left", true}), "L or R"));
        QVERIFY(has(told({"CMMD", "finding", "x", "mass,,distortion", true}), "comma"));
        QVERIFY(has(told({"CMMD", "mood", "x", "y", true}), "mood"));
        QVERIFY(has(told({"CMMD", "density", " ", "A", true}), "as the tables have it"));
        QVERIFY(has(told({"CMMD", "", "x", "A", true}), "name what the word is of"));
        QVERIFY(has(told({"CMMD", "density", "x", "A\nB", false}), "line breaks"));
        QVERIFY(told({"CMMD", "mood", "x", "y", false}).empty());  // told beside the code
        QVERIFY(told({"CMMD", "density", "9", "", true}).empty()); // it says nothing
        const LibraryWord made9 = checkedWord({"CMMD", "Finding", " 9 ", "mass , calcification", true}).word;
        QCOMPARE(made9.task + "|" + made9.found + "|" + made9.means, std::string("finding|9|mass,calcification"));
        const auto words = [&] {
            return ask(library, "SELECT task, found, means, value FROM vocabulary ORDER BY 1, 2");
        };
        const auto before = words();
        const std::vector<LibraryWord> wrong{{"CMMD", "density", "1", "A", true}, {"CMMD", "density", "2", "Z", true}};
        const std::string why = fault([&] { setWords(library, wrong); });
        QVERIFY2(has(why, "line 2, density 2") && has(why, "A, B, C or D"), why.c_str());
        QVERIFY(!fault([&] {
                     setWords(library, std::vector<LibraryWord>{{"CMMD", "density", "1", "A", true},
                                                                {"none", "density", "1", "A", true}});
                 }).empty());
        QVERIFY(words() == before && library.commands().size() == 1); // nothing of either
        const std::vector<LibraryWord> right{{"CMMD", "density", "1", "a", true}, {"cmmd", "density", "2", "B", true}};
        const Change change = setWords(library, right);
        QCOMPARE(change.words, std::string("Change 2 words of the vocabulary"));
        QCOMPARE(change.rows, std::int64_t(2));
        QCOMPARE(wordsOf(library, "CMMD").meaning("density", "1").value_or(""), std::string("A"));
        QCOMPARE(setWords(library, right).command, std::int64_t(0));
        library.undo();
        QVERIFY(!wordsOf(library, "CMMD").meaning("density", "2"));
    }

    // A table of a user's own: columns by name, by a mapping, by one that the library has kept.
    void anyTableWithItsColumnsMapped()
    {
        Made made;
        made.write("pictures/a.png", "x");
        made.write("pictures/b.png", "x");
        made.write("pictures/c.png", "x");
        made.write("own.csv",
                   "Bild;Frau;Seite;Dichte;Befund;Score\nb;7;links;2;Herd;0.5\na.png;7;R;2;;0.1\nzz;8;L;9;Herd;\n"
                   ";8;L;1;;\n");
        SetSource source{made.set, folderSource, made.set / "own.csv", {}};
        QVERIFY_THROWS_EXCEPTION(Error, readSet(source, made.library.get())); // no column says what it is
        source.mapping = mappingFrom(nlohmann::json::parse(
            R"({"fields": {"path": "Bild", "patient": "Frau", "side": "Seite", "density": "Dichte", "finding": "Befund"},
                "labels": {"points": "Score"}})"));
        const SetReport first = readSet(source, made.library.get()).report;
        QCOMPARE(first.tables.at(0).rows, std::size_t(4));
        QCOMPARE(first.tables.at(0).rejected.size(), std::size_t(1)); // no file is named
        QCOMPARE(first.tables.at(0).warnings.size(), std::size_t(4)); // links, twice Herd, density 9
        QCOMPARE(first.problems.size(), std::size_t(2));
        QCOMPARE(first.problems.at(0).key + " " + first.problems.at(1).key, std::string("zz pictures/c.png"));
        QVERIFY(importSet(*made.library, readSet(source, made.library.get()))->images == 3);
        setWord(*made.library, {"folder", "side", "links", "L", true, true});
        setWord(*made.library, {"folder", "finding", "Herd", "mass", true, true});
        TableMapping unclear = source.mapping;
        unclear.labels["Age"] = "Score";
        QVERIFY(has(
            faultOf(unclear, std::vector<std::string>{"Bild", "Frau", "Seite", "Dichte", "Befund", "Score"}).english(),
            "a label cannot be called Age"));
        saveMapping(*made.library, "mine", source.mapping);
        source.mapping = {};
        QVERIFY(importSet(*made.library, readSet(source, made.library.get()))->changed > 0);
        QCOMPARE(ask(*made.library, "SELECT side || kinds FROM finding ORDER BY id").at(0).at(0), std::string("Lmass"));
        QCOMPARE(ask(*made.library, "SELECT value FROM label WHERE task = 'points' ORDER BY id").at(0).at(0),
                 std::string("0.5"));
        QCOMPARE(importSet(*made.library, readSet(source, made.library.get()))->change.command, std::int64_t(0));
        QVERIFY(savedMappings(*made.library).contains("mine"));
        made.library->undo();
        const std::vector<std::string> plain{"Image Path", "patient_id", "BI-RADS", "xmin"};
        QCOMPARE(guessedMapping(plain).fields.at("birads"), std::string("BI-RADS"));
        QVERIFY(!faultOf(guessedMapping(plain), plain).empty()); // a box needs four corners
        for (const char* wrong : {"[]", R"({"fields": {"nose": "a"}})", R"({"fields": {"path": 1}})"})
            QVERIFY_THROWS_EXCEPTION(Error, mappingFrom(nlohmann::json::parse(wrong)));
    }

    void aFolderWithoutATable()
    {
        Made made;
        for (const char* name : {"w1/R_CC.png", "w1/L_CC.png", "w2/R_MLO.png"}) {
            fs::create_directories((made.set / name).parent_path());
            writeAtomically(made.set / name, encodePng(breastAtLeft(80, 60)));
        }
        made.write("w2/notes.dcm", "no image");
        const SetRows rows = readSet({made.set, folderSource}, made.library.get());
        QCOMPARE(rows.images.size(), std::size_t(3));
        QCOMPARE(rows.report.problems.size(), std::size_t(1));
        QCOMPARE(importSet(*made.library, rows)->images, std::int64_t(3));
        QCOMPARE(importSet(*made.library, readSet({made.set, folderSource}, made.library.get()))->change.command,
                 std::int64_t(0));
    }

    // Two folders of one name are two data sets, whatever becomes of either; a folder that was moved stays itself.
    void foldersOfOneName()
    {
        Made made;
        const auto put = [&](const std::string& site) {
            fs::create_directories(made.folder / site / "images/w1");
            writeAtomically(made.folder / site / "images/w1/R_CC.png", encodePng(breastAtLeft(80, 60)));
        };
        const auto take = [&](const std::string& site) {
            return *importSet(*made.library,
                              readSet({made.folder / site / "images", folderSource}, made.library.get()));
        };
        const auto names = [&] {
            return ask(*made.library, "SELECT group_concat(name, ' ') FROM dataset").at(0).at(0);
        };
        put("north");
        put("south");
        QCOMPARE(take("north").images, std::int64_t(1));
        QCOMPARE(take("south").images, std::int64_t(1));
        QCOMPARE(names(), std::string("images south/images"));
        QCOMPARE(take("north").change.command, std::int64_t(0));
        QCOMPARE(take("south").change.command, std::int64_t(0));
        fs::rename(made.folder / "north", made.folder / "east");
        QCOMPARE(take("south").change.command, std::int64_t(0)); // not the one that is gone
        const ImportResult moved = take("east");
        QCOMPARE(moved.images, std::int64_t(0));
        QVERIFY(moved.change.command != 0);
        QCOMPARE(names(), std::string("images south/images"));
    }

    // A folder that is away is not taken for another of its name: it is known by its studies and files.
    void aFolderThatIsAwayIsNotAnother()
    {
        Made made;
        const auto take = [&](const std::string& site, const std::string& study) {
            const fs::path set = made.folder / site / "images";
            fs::create_directories(set);
            for (const char* name : {"1-1.png", "1-2.png"})
                writeAtomically(set / name, encodePng(breastAtLeft(80, 60)));
            const fs::path table = made.folder / (site + ".csv");
            const std::string row = ".png," + study + "," + study + "\n";
            writeAtomically(table, std::string_view("path,patient,study\n1-1" + row + "1-2" + row));
            return *importSet(*made.library, readSet({set, folderSource, table, {}}, made.library.get()));
        };
        QCOMPARE(take("north", "a").images, std::int64_t(2));
        fs::rename(made.folder / "north", made.folder / "unplugged");
        const ImportResult other = take("south", "b");
        QCOMPARE(other.images, std::int64_t(2));
        QCOMPARE(other.changed, std::int64_t(0));
        QCOMPARE(ask(*made.library, "SELECT group_concat(name, ' ') FROM dataset").at(0).at(0),
                 std::string("images south/images"));
        QCOMPARE(ask(*made.library, "SELECT key, count(*) FROM study JOIN image ON study = study.id GROUP BY key"),
                 (std::vector<std::vector<std::string>>{{"a", "2"}, {"b", "2"}}));
        fs::rename(made.folder / "unplugged", made.folder / "west");
        const ImportResult moved = take("west", "a"); // this is where it went
        QCOMPARE(moved.images, std::int64_t(0));
        QVERIFY(has(moved.change.words, "Find images in"));
    }

    // A file is in a library once: another data set of the same files is refused by name, and nothing of it is taken.
    void aFileOfAnotherDataSet()
    {
        Made made;
        writeAtomically(made.set / "p.png", encodePng(breastAtLeft(80, 60)));
        made.write("own.csv", "path,patient,study\np.png,7,7\n");
        QCOMPARE(
            importSet(*made.library, readSet({made.set, folderSource, made.set / "own.csv", {}}, made.library.get()))
                ->images,
            std::int64_t(1));
        SetRows again = readSet({made.set, folderSource, made.set / "own.csv", {}}, made.library.get());
        again.name = "others";
        const auto before = made.library->commands().size();
        const std::string why = fault([&] { importSet(*made.library, again); });
        QVERIFY2(has(why, "p.png: this file is an image of the data set set in this library already"), why.c_str());
        QCOMPARE(made.library->commands().size(), before);
        QCOMPARE(ask(*made.library, "SELECT count(*) FROM dataset").at(0).at(0), std::string("1"));
        made.library->undo();
        QCOMPARE(importSet(*made.library, again)->images, std::int64_t(1));
    }

    // The mask is told from the crop by its pixels and size, whichever the table calls so, and scaled to its image.
    void masksAreFoundByPixels()
    {
        Made made;
        const std::string first = "Mass-Training_P_90001_LEFT_CC";
        made.write("mass_train.csv",
                   "patient_id,left or right breast,image view,abnormality id,abnormality type,pathology,"
                   "image file path,cropped image file path,ROI mask file path\n"
                   "P_90001,LEFT,CC,1,mass,BENIGN," +
                       first + "/1/2/0.dcm," + first + "_1/3/4/1.png,\"" + first + "_1/3/4/0.png\n\"\n");
        Raster<std::uint8_t> image = breastAtLeft(80, 60), crop(10, 8), mask(40, 30);
        for (std::size_t i = 0; i < crop.values.size(); ++i)
            crop.values[i] = std::uint8_t(i);
        for (int row = 10; row < 20; ++row)
            for (int column = 4; column < 9; ++column)
                mask.at(row, column) = 255;
        // Of another size than the image: 40 x 30 is too far from 80 x 60, 72 x 54 is near.
        Raster<std::uint8_t> near(72, 54);
        for (int row = 18; row < 36; ++row)
            for (int column = 9; column < 18; ++column)
                near.at(row, column) = 255;
        fs::create_directories(made.set / first / "5/6");
        writeAtomically(made.set / first / "5/6/1-1.png", encodePng(image));
        fs::create_directories(made.set / (first + "_1") / "7/8");
        writeAtomically(made.set / (first + "_1") / "7/8/1-1.png", encodePng(near)); // where the table has the crop
        writeAtomically(made.set / (first + "_1") / "7/8/1-2.png", encodePng(crop));
        writeAtomically(made.set / (first + "_1") / "7/8/1-3.png", encodePng(mask));
        QCOMPARE(made.import().masks, std::int64_t(3));
        QCOMPARE(openRegions(*made.library), std::int64_t(1));
        const RegionPass pass = decideRegions(*made.library);
        QCOMPARE(pass.masks, std::int64_t(1));
        QCOMPARE(geometryOf(*made.library, "kind = 'contour'"), (std::vector<float>{20, 20, 20, 40, 10, 40, 10, 20}));
        QCOMPARE(ask(*made.library, "SELECT decision FROM mask_file WHERE path LIKE '%1-1.png'").at(0).at(0),
                 std::string("mask"));
        QVERIFY(ask(*made.library, "SELECT decision FROM annotation").at(0).at(0).find("scaled from 54 x 72") !=
                std::string::npos);
        QCOMPARE(made.import().change.command, std::int64_t(0));
        QCOMPARE(decideRegions(*made.library).masks, std::int64_t(0));
        QCOMPARE(made.library->counts().annotations, std::int64_t(1));
        made.library->undo();
        QCOMPARE(made.library->counts().annotations, std::int64_t(0));
    }

    // Points of an outline that lie over the edge: above and left of it the table's reader clips them, at the other
    // edges it takes the image's size. A second import finds what the table has.
    void outlinesEndAtTheImagesEdges()
    {
        Made made;
        const std::string name = "20586908_6c613a14b80a8591_MG_R_CC_ANON";
        made.write("INbreast.csv",
                   "Laterality;View;Acquisition date;File Name;ACR;Bi-Rads\nR;CC;201001;20586908;2;3\n");
        fs::create_directories(made.set / "AllDICOMs");
        writeAtomically(made.set / "AllDICOMs" / (name + ".dcm"), encodePng(breastAtLeft(80, 60)));
        const auto region = [](const std::string& kind, const std::string& points) {
            return "<dict><key>Name</key><string>" + kind + "</string><key>Point_px</key><array>" + points +
                   "</array></dict>";
        };
        made.write("AllXML/20586908.xml",
                   "<plist><dict><key>Images</key><array><dict><key>ROIs</key><array>" +
                       region("Mass", "<string>(-3, 10)</string><string>(64.5, 20)</string><string>(30, 93)</string>") +
                       region("Calcification", "<string>(61, 80)</string>") +
                       region("Cluster", "<string>(1, 2)</string><string>(3, 4)</string><string>(1, 6)</string>") +
                       "</array></dict></array></dict></plist>");
        made.import();
        QCOMPARE(decideRegions(*made.library).clipped, std::int64_t(0)); // no header was read
        readHeaders(*made.library);
        QCOMPARE(decideRegions(*made.library).clipped, std::int64_t(2));
        QCOMPARE(geometryOf(*made.library, "id = 1"), (std::vector<float>{0, 10, 60, 20, 30, 80}));
        QCOMPARE(geometryOf(*made.library, "id = 2"), (std::vector<float>{59, 79})); // a pixel
        QCOMPARE(geometryOf(*made.library, "id = 3"), (std::vector<float>{1, 2, 3, 4, 1, 6}));
        QCOMPARE(made.import().change.command, std::int64_t(0));
        QCOMPARE(decideRegions(*made.library).clipped, std::int64_t(0));
    }

    void mirroredBoxesAreDecidedByTheBreast()
    {
        Made made;
        made.write("clinical.csv", "empi_anon,acc_anon,asses,tissueden,side\n1,11,N,2,L\n");
        const std::string heading =
            "anon_dicom_path,empi_anon,acc_anon,ImageLateralityFinal,ViewPosition,num_roi,ROI_coords\n";
        made.write("metadata.csv", heading +
                                       "images/a.png,1,11,L,CC,3,\"((100, 160, 140, 190), (100, 20, 140, 60), (1, "
                                       "90, 9, 110),)\"\nimages/b.png,1,11,L,MLO,1,\"((1, 2, 3, 4),)\"\n");
        fs::create_directories(made.set / "images");
        writeAtomically(made.set / "images/a.png", encodePng(breastAtLeft(240, 200)));
        made.import();
        const RegionPass pass = decideRegions(*made.library);
        QCOMPARE(pass.decided, std::int64_t(2));
        QCOMPARE(pass.open, std::int64_t(1));
        QCOMPARE(pass.left, std::int64_t(1)); // b.png is not there
        QCOMPARE(geometryOf(*made.library, "id = 1"), (std::vector<float>{10, 100, 40, 140}));
        QCOMPARE(geometryOf(*made.library, "id = 2"), (std::vector<float>{20, 100, 60, 140}));
        QVERIFY(ask(*made.library, "SELECT decision FROM annotation WHERE id = 1").at(0).at(0).starts_with("mirrored"));
        QVERIFY(ask(*made.library, "SELECT frame_note FROM annotation WHERE id = 3").at(0).at(0) == openFrame);
        QCOMPARE(made.import().change.command, std::int64_t(0)); // the table still says the same
        QCOMPARE(decideRegions(*made.library).decided, std::int64_t(0));
    }
};

QTEST_APPLESS_MAIN(TestSetRecords)
#include "test_set_records.moc"
