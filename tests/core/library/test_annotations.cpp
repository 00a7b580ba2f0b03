// What readers draw: kept, changed, taken back and brought back, in the reader's file and in a library; as files.
#include "core/base/files.h"
#include "core/library/annotation_files.h"
#include "core/library/collection/library_schema.h"
#include "core/library/reader_file.h"
#include "core/library/studies/image_annotations.h"
#include "core/library/study_key.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/resource.h>

using namespace mama;
using namespace mama::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string study = "1.2.840.99.1", image = "1.2.840.99.1.1";

Annotation drawn(ShapeKind kind = ShapeKind::Ruler, std::vector<float> numbers = {10, 20, 40, 60})
{
    Annotation out;
    out.image = {image, 0, {}};
    out.study = study;
    out.shape = {kind, std::move(numbers)};
    out.facts.view = "RCC";
    out.facts.mm = Spacing{0.07, 0.07};
    out.facts.basis = "at detector, not corrected";
    out.facts.rows = 3328;
    out.facts.columns = 2560;
    return out;
}

AnnotationEdit adding(const Annotation& annotation)
{
    return {study, editWords(EditKind::Add, {annotation}), {annotation}, {}};
}

std::vector<Annotation> kept(ReaderFile& file)
{
    const AnnotatedImage images[]{{image, 0, {}}};
    return file.annotations(images);
}

} // namespace

class TestAnnotations : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Each change is one command; undo and redo go through all of them, after the program ended too.
    void everyChangeIsTakenBackAndBroughtBackAcrossStarts()
    {
        const Folder folder;
        const auto reopened = [&](auto&& work) {
            ReaderFile file(folder / "reader.db");
            const auto session = file.beginSession("Dr A", false);
            work(file, session);
            file.endSession(session);
        };
        std::int64_t id = 0;
        reopened([&](ReaderFile& file, std::int64_t session) {
            QVERIFY(file.editOffer(session, study).undo.empty());
            id = file.edit(session, adding(drawn())).ids.at(0);
            Annotation moved = kept(file).at(0);
            QCOMPARE(moved.author, std::string("Dr A"));
            QVERIFY(moved.at.ends_with("Z"));
            QVERIFY(moved.facts == drawn().facts);
            moved.shape.numbers[2] = 90.25F;
            file.edit(session, {study, editWords(EditKind::Move, {moved}), {moved}, {}});
            moved.text = "spiculated";
            file.edit(session, {study, editWords(EditKind::Text, {moved}), {moved}, {}});
            const Annotation other = drawn(ShapeKind::Note, {5, 5});
            file.edit(session, adding(other));
            file.edit(session,
                      {study, editWords(EditKind::Remove, kept(file)), {}, {kept(file)[0].id, kept(file)[1].id}});
            QVERIFY(kept(file).empty());
            QCOMPARE(file.editOffer(session, study).undo, std::string("Delete 2 annotations"));
        });
        const std::vector<std::string> words{"Delete 2 annotations", "Add a note on RCC",
                                             "Change the text of a ruler on RCC", "Move a ruler on RCC",
                                             "Add a ruler on RCC"};
        std::vector<std::vector<Annotation>> states;
        for (const std::string& each : words)
            reopened([&](ReaderFile& file, std::int64_t session) {
                states.push_back(kept(file));
                QCOMPARE(file.editOffer(session, study).undo, each);
                QCOMPARE(file.undoEdit(session, study).words, each);
            });
        reopened([&](ReaderFile& file, std::int64_t session) {
            QVERIFY(kept(file).empty());
            QCOMPARE(file.undoEdit(session, study).command, std::int64_t(0));
        });
        const auto same = [](const std::vector<Annotation>& a, const std::vector<Annotation>& b) {
            return std::ranges::equal(a, b, [](const Annotation& x, const Annotation& y) {
                return x.id == y.id && x.shape == y.shape && x.text == y.text && x.at == y.at && x.facts == y.facts;
            });
        };
        for (std::size_t i = words.size(); i-- > 0;)
            reopened([&](ReaderFile& file, std::int64_t session) {
                QCOMPARE(file.editOffer(session, study).redo, words[i]);
                QCOMPARE(file.redoEdit(session, study).words, words[i]);
                QVERIFY2(same(kept(file), states[i]), words[i].c_str());
            });
        reopened([&](ReaderFile& file, std::int64_t session) {
            QCOMPARE(file.redoEdit(session, study).command, std::int64_t(0));
            file.undoEdit(session, study);
            QCOMPARE(kept(file).at(0).id, id);
            QCOMPARE(kept(file).at(0).shape.numbers.at(2), 90.25F);
            QCOMPARE(kept(file).at(0).text, std::string("spiculated"));
            file.edit(session, adding(drawn())); // after that there is nothing to bring back
            QVERIFY(file.editOffer(session, study).redo.empty());
        });
    }

    // Undo is offered for the study on screen, and of what this window did.
    void undoIsOfTheStudyAndOfThisWindow()
    {
        const Folder folder;
        ReaderFile one(folder / "reader.db"), two(folder / "reader.db");
        const auto first = one.beginSession("A", false), second = two.beginSession("B", false);
        one.edit(first, adding(drawn()));
        Annotation elsewhere = drawn();
        elsewhere.image.key = "1.2.840.99.2.1";
        elsewhere.study = "1.2.840.99.2";
        one.edit(first, {elsewhere.study, "Add a ruler on LCC", {elsewhere}, {}});
        QVERIFY(two.editOffer(second, study).undo.empty());
        QCOMPARE(two.undoEdit(second, study).command, std::int64_t(0));
        const std::int64_t version = two.changesByOthers();
        Annotation seen = kept(two).at(0);
        seen.text = "from the other window";
        two.edit(second, {study, editWords(EditKind::Text, {seen}), {seen}, {}});
        QVERIFY(one.changesByOthers() != version || kept(one).at(0).text == seen.text);
        // What this one did was changed by the other: told, and nothing is done.
        QVERIFY(has(fault([&] { one.undoEdit(first, study); }), "another window changed"));
        QCOMPARE(kept(one).at(0).text, seen.text);
        two.undoEdit(second, study);
        QCOMPARE(one.undoEdit(first, study).words, std::string("Add a ruler on RCC"));
        QVERIFY(kept(two).empty());
        QCOMPARE(one.editOffer(first, elsewhere.study).undo, std::string("Add a ruler on LCC"));
        // One that the other deleted cannot be moved.
        const std::int64_t id = one.edit(first, adding(drawn())).ids.at(0);
        Annotation mine = kept(one).at(0);
        two.edit(second, {study, "Delete a ruler on RCC", {}, {id}});
        QVERIFY(has(fault([&] { one.edit(first, {study, "Move a ruler on RCC", {mine}, {}}); }), "deleted it"));
        QVERIFY(has(fault([&] { one.edit(first, {study, "Delete a ruler on RCC", {}, {id}}); }), "deleted it"));
        two.endSession(second);
    }

    void whatCannotBeKeptIsRefused()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", false);
        std::vector<Annotation> wrong(5, drawn());
        wrong[0].image.key.clear();
        wrong[1].shape.numbers = {1, 2, 3};
        wrong[2].text = std::string(2001, 'x');
        wrong[3].text = "\xff";
        wrong[4].shape.numbers[0] = std::numeric_limits<float>::infinity();
        for (const Annotation& each : wrong) {
            AnnotationEdit edit = adding(drawn());
            edit.put.push_back(each);
            QVERIFY(!fault([&] { file.edit(session, edit); }).empty());
            QVERIFY(file.annotations().empty()); // all or none
        }
    }

    // A full disk is told, and nothing of what was kept is lost; with room it goes on.
    void aFullDiskLosesNothing()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", false);
        Annotation each = drawn();
        each.text = std::string(2000, 't');
        std::size_t count = 0;
        std::string told;
        {
            const FileLimit limit(400 << 10);
            while (told.empty() && count < 2000) {
                told = fault([&] { file.edit(session, adding(each)); });
                count += told.empty();
            }
            QVERIFY2(has(told, "nothing was changed"), told.c_str());
            QVERIFY(!fault([&] { file.undoEdit(session, study); }).empty() || true); // it may need no room
        }
        const std::size_t now = file.annotations().size();
        QVERIFY(now == count || now + 1 == count);
        file.edit(session, adding(each));
        QCOMPARE(file.annotations().size(), now + 1);
        QVERIFY(ReaderFile(folder / "reader.db", Access::Read).notices().empty());
    }

    // Export, import into an empty file, export again: equal but for numbers; a second import adds nothing.
    void exportedAndImportedTheyAreEqual()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", false);
        Annotation circle = drawn(ShapeKind::Circle, {100.5F, 200.25F, 33.125F});
        circle.facts.figures = RegionFigures{3449, 1716.25, 34.5, 12, 4000};
        circle.text = "a \"quoted\", text\nof two lines · ü";
        circle.image.frame = 3;
        Annotation bare = drawn(ShapeKind::Area, {0, 0, 10, 0, 5, 9.5F});
        bare.facts = {};
        bare.image.key = "pixels:" + std::string(64, 'a');
        for (const Annotation& each : {drawn(), circle, bare, drawn(ShapeKind::Angle, {0, 0, 10, 0, 10, 10})})
            file.edit(session, adding(each));
        const auto written = [](const std::vector<Annotation>& all, AnnotationForm form) {
            std::ostringstream out;
            writeAnnotations(out, all, form);
            return out.str();
        };
        const std::string text = written(file.annotations(), AnnotationForm::JsonLines);
        ReaderFile other(folder / "other.db");
        const auto importing = other.beginSession("B", false);
        AnnotationEdit edit{study, "Import 4 annotations", readAnnotations(text, "a.jsonl"), {}};
        edit.put = without(other.annotations(), std::move(edit.put));
        QCOMPARE(edit.put.size(), std::size_t(4));
        other.edit(importing, edit);
        QCOMPARE(written(other.annotations(), AnnotationForm::JsonLines), text);
        QVERIFY(without(other.annotations(), readAnnotations(text, "a.jsonl")).empty());
        QCOMPARE(other.undoEdit(importing, study).words, std::string("Import 4 annotations"));
        QVERIFY(other.annotations().empty());

        const json line = json::parse(text.substr(0, text.find('\n')));
        QCOMPARE(line.at("value").get<double>(), 50 * 0.07);
        QVERIFY(line.at("unit") == "mm" && line.at("basis") == "at detector, not corrected");
        QVERIFY(std::abs(line.at("geometry_mm").at(2).get<double>() - 2.8) < 1e-9);
        const std::string csv = written(file.annotations(), AnnotationForm::Csv);
        QVERIFY(has(csv, "\"a \"\"quoted\"\", text\nof two lines · ü\"") && has(csv, "3449,1716.25,34.5,12"));
        const json coco = json::parse(written(file.annotations(), AnnotationForm::Coco));
        QCOMPARE(coco.at("images").size(), std::size_t(3)); // two frames of one image, and another
        QCOMPARE(coco.at("annotations").size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(coco["annotations"][i]["id"].get<std::size_t>(), i + 1);
            QVERIFY(coco["annotations"][i]["attributes"]["geometry"] == json::parse(splitAt(text, i)).at("geometry"));
        }
        QVERIFY(has(fault([&] { readAnnotations(text + "{\"kind\": \"line\"}\n", "a.jsonl"); }), "a.jsonl:5"));
        QVERIFY(has(fault([&] { readAnnotations("no json\n", "a.jsonl"); }), "a.jsonl:1"));
        for (const char* flat :
             {R"("area", "geometry": [1, 1, 9, 9, 5, 5])", R"("contour", "geometry": [1, 1, 9, 1, 5, 1])",
              R"("ruler", "geometry": [4, 4, 4, 4])", R"("circle", "geometry": [4, 4, 0])",
              R"("box", "geometry": [4, 4, 4, 9])", R"("angle", "geometry": [1, 1, 5, 5, 1, 1])"})
            QVERIFY(has(fault([&] {
                            readAnnotations(R"({"image": "1.2.3", "kind": )" + std::string(flat) + "}\n", "a.jsonl");
                        }),
                        "some size"));
    }

    // In a library they are its commands: undone with its tags and imports, offered for their study.
    void aLibraryKeepsThemOfItsImages()
    {
        const Folder folder;
        makePhantomLibrary(folder / "library", folder / "phantoms", {3, 2});
        std::string sop;
        fs::path path;
        {
            Library library(folder / "library", Access::Write, "Dr A");
            library.read([&](SQLite::Database& database) {
                SQLite::Statement find(database, "SELECT root.path, folder.path, file.name FROM file JOIN folder ON"
                                                 " folder.id = folder JOIN root ON root.id = root ORDER BY file.id");
                QVERIFY(find.executeStep());
                path = fs::path(find.getColumn(0).getString()) / find.getColumn(1).getString() /
                       find.getColumn(2).getString();
            });
            // Its header was not read yet: the image is found by its place.
            const std::vector<AnnotatedImage> images{{"1.2.3.unknown", 0, path}, {"1.2.3.other", 0, folder / "none"}};
            const auto known = imagesKnown(library, images);
            QVERIFY(known[0] != 0 && known[1] == 0);
            const std::size_t imported = allAnnotations(library).size();
            Annotation each = drawn();
            each.image = images[0];
            AnnotationEdit edit = adding(each);
            const AnnotationEdited made = editAnnotations(library, edit);
            QVERIFY(made.command != 0 && made.ids.size() == 1);
            QCOMPARE(annotationsOn(library, images).size(), std::size_t(1));
            QCOMPARE(annotationsOn(library, images)[0].author, std::string("Dr A"));
            QCOMPARE(allAnnotations(library).size(), imported + 1);
            QCOMPARE(library.lastDone(study)->words, std::string("Add a ruler on RCC"));
            QVERIFY(!library.lastDone("1.2.other") && !library.lastUndone(study));
            each.image = images[1];
            QVERIFY(has(fault([&] { editAnnotations(library, adding(each)); }), "no such image"));
        }
        Library library(folder / "library", Access::Write, "Dr A"); // tomorrow
        library.undo(library.lastDone(study)->id);
        const std::vector<AnnotatedImage> images{{"", 0, path}};
        QVERIFY(annotationsOn(library, images).empty());
        QCOMPARE(library.lastUndone(study)->words, std::string("Add a ruler on RCC"));
        library.redo(library.lastUndone(study)->id);
        const auto back = annotationsOn(library, images);
        QCOMPARE(back.size(), std::size_t(1));
        QVERIFY(back[0].shape == drawn().shape && back[0].facts == drawn().facts);
        editAnnotations(library, {study, "Delete a ruler on RCC", {}, {back[0].id}});
        QVERIFY(annotationsOn(library, images).empty());
        for (const Annotation& each : allAnnotations(library)) // what came with the tables stays theirs
            QVERIFY(!fault([&] { editAnnotations(library, {study, "Delete", {}, {each.id}}); }).empty());
    }

    // Marks that came with tables, and the numbers that undo freed, outlive the step that makes room for drawings.
    void olderLibrariesKeepTheirMarks()
    {
        const Folder folder;
        fs::create_directories(folder / "library");
        const Schema& schema = librarySchema();
        {
            SQLite::Database database((folder / "library" / "library.db").string(),
                                      SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            int before = 0; // the step that the new kinds came with
            while (!has(schema.steps[std::size_t(before)], "annotation_before"))
                database.exec(schema.steps[std::size_t(before++)]);
            database.exec("PRAGMA application_id=" + std::to_string(schema.applicationId) +
                          "; PRAGMA user_version=" + std::to_string(before));
            database.exec(
                "INSERT INTO session(author, read_first, began) VALUES ('a', 0, 'b');"
                "INSERT INTO dataset(importer, name, version, licence, restricted) VALUES ('e', 'E', '', '', 1);"
                "INSERT INTO root(path, label) VALUES ('/r', 'r'); INSERT INTO folder(root, path) VALUES (1, 'f');"
                "INSERT INTO file(folder, name, state) VALUES (1, 'n', 'listed');"
                "INSERT INTO patient(dataset, key) VALUES (1, 'p');"
                "INSERT INTO study(patient, dataset, key, kind, description, split, row_of)"
                " VALUES (1, 1, 's', '', '', '', '');"
                "INSERT INTO image(file, study, side, view, modifiers, type, vendor, model, flags, row_of)"
                " VALUES (1, 1, 'R', 'CC', '', '2D', '', '', 0, '');");
            for (int i = 0; i < 9; ++i)
                database.exec("INSERT INTO annotation(image, kind, geometry, frame_note, author, at, batch) VALUES"
                              " (1, 'box', x'0000803f00000040000040400000a040', 'n', 'a', 'b', 1)");
            database.exec("DELETE FROM annotation WHERE id > 4");
        }
        Library library(folder / "library");
        const auto all = allAnnotations(library);
        QCOMPARE(all.size(), std::size_t(4));
        QVERIFY((all[3].shape.numbers == std::vector<float>{1, 2, 3, 5}) && all[3].imported);
        Annotation each = drawn();
        each.image = {"", 0, "/r/f/n"};
        each.image.key = "1.2.3";
        library.note([](SQLite::Database& database) { database.exec("UPDATE file SET sop = '1.2.3'"); });
        QCOMPARE(editAnnotations(library, adding(each)).ids.at(0), std::int64_t(10));
    }

private:
    static std::string splitAt(const std::string& text, std::size_t line)
    {
        std::istringstream in(text);
        std::string out;
        for (std::size_t i = 0; i <= line; ++i)
            std::getline(in, out);
        return out;
    }
};

QTEST_APPLESS_MAIN(TestAnnotations)
#include "test_annotations.moc"
