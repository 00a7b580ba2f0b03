// Files that were moved or renamed are found again, by what they are known by; one step, taken back as one.
#include "core/base/files.h"
#include "core/library/collection/file_place.h"
#include "core/library/collection/file_states.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/set_source.h"
#include "core/library/collection/vocabulary_words.h"
#include "core/library/files/file_pass.h"
#include "core/library/files/relink.h"
#include "core/library/studies/study_columns.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"

#include <QTest>
#include <SQLiteCpp/Database.h>
#include <map>
#include <nlohmann/json.hpp>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

struct Set
{
    explicit Set(bool passed = true)
    {
        makePhantomLibrary(folder / "lib", folder / "old", {21, 3});
        library = std::make_unique<Library>(folder / "lib");
        if (passed) {
            ThumbStore store(folder / "lib");
            passFiles(*library, store);
        }
        for (const auto& study : imagesOf(*library, allStudies(*library)))
            for (const LibraryImage& image : study)
                images.push_back(image);
        studies = allStudies(*library).size();
        std::sort(images.begin(), images.end(),
                  [](const LibraryImage& a, const LibraryImage& b) { return a.file < b.file; });
    }
    fs::path place(std::size_t i) const { return images[i].root / images[i].below; }
    RelinkPlan find(const std::string& where)
    {
        const auto plan = findMissingFiles(*library, folder / where);
        return plan ? *plan : RelinkPlan();
    }
    std::map<std::string, int> ways(const RelinkPlan& plan)
    {
        std::map<std::string, int> out;
        for (const FoundFileAgain& each : plan.found)
            ++out[name(each.by)];
        return out;
    }
    std::size_t missing()
    {
        return filterStudies(StudyColumns(*library), parseFilter("file = missing"), false).studies.count();
    }
    // Every image's file holds what it held.
    bool isRight(const std::map<std::int64_t, std::string>& contents)
    {
        for (const LibraryImage& image : images) {
            const LibraryImage now = imagesInFiles(*library, std::span(&image.file, 1))[0][0];
            const fs::path at = placeOfFile(now.root, now.below);
            if (at.empty() || readText(at) != contents.at(image.file))
                return false;
        }
        return true;
    }
    std::map<std::int64_t, std::string> contents() const
    {
        std::map<std::int64_t, std::string> out;
        for (std::size_t i = 0; i < images.size(); ++i)
            out[images[i].file] = readText(place(i));
        return out;
    }
    std::int64_t count(const char* table)
    {
        std::int64_t out = 0;
        library->read([&](SQLite::Database& database) {
            out = database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt64();
        });
        return out;
    }
    Folder folder;
    std::unique_ptr<Library> library;
    std::vector<LibraryImage> images;
    std::size_t studies = 0;
};

} // namespace

class TestRelink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Also where nothing but paths is known: no file of it was read yet.
    void aMovedDiskIsOneRow()
    {
        for (const bool passed : {false, true}) {
            Set set(passed);
            const auto contents = set.contents();
            const std::int64_t folders = set.count("folder"), roots = set.count("root");
            fs::create_directories(set.folder / "disk/deep");
            fs::rename(set.folder / "old", set.folder / "disk/deep/new");
            QCOMPARE(lookForFiles(*set.library).missing, std::int64_t(set.images.size()));
            QCOMPARE(set.missing(), set.studies);
            const RelinkPlan plan = set.find("disk");
            QCOMPARE(plan.found.size(), set.images.size());
            QCOMPARE(plan.roots.size(), std::size_t(1));
            QCOMPARE(plan.roots[0].before, fs::canonical(set.folder / "disk").parent_path() / "old");
            QCOMPARE(plan.roots[0].now, fs::canonical(set.folder / "disk/deep/new"));
            QVERIFY(plan.lost.empty());
            QVERIFY(set.missing() == set.studies); // nothing was changed yet
            const Change change = relink(*set.library, plan);
            QCOMPARE(change.rows, std::int64_t(set.images.size()));
            const std::string all = std::to_string(set.images.size());
            QVERIFY(has(change.words, "Re-link " + all + " files (" + all + " by path)"));
            QCOMPARE(set.count("folder"), folders);
            QCOMPARE(set.count("root"), roots);
            QVERIFY(set.isRight(contents));
            QCOMPARE(set.missing(), std::size_t(0));
            QCOMPARE(set.find("disk").missing, std::int64_t(0));
            set.library->undo();
            lookForFiles(*set.library);
            QCOMPARE(set.missing(), set.studies);
            set.library->redo();
            lookForFiles(*set.library);
            QVERIFY(set.isRight(contents) && set.missing() == 0);
        }
    }

    // Renamed: by SOP instance; what has none, or another now, by its bytes; saved anew, by its pixels.
    void renamedFiles()
    {
        Set set;
        const auto contents = set.contents();
        fs::create_directories(set.folder / "new");
        fs::rename(set.place(0), set.folder / "new/some.dcm");
        fs::rename(set.place(1), set.folder / "new/thing");
        set.library->note([&](SQLite::Database& database) {
            database.exec("UPDATE file SET sop = NULL WHERE id = " + std::to_string(set.images[1].file));
            database.exec("UPDATE file SET sop = NULL, sha256 = 'other' WHERE id = " +
                          std::to_string(set.images[2].file));
        });
        fs::rename(set.place(2), set.folder / "new/pixels.dcm");
        const fs::path straight = set.folder / "new" / set.place(3).filename();
        fs::rename(set.place(3), straight);
        writeAtomically(set.folder / "new/notes.txt", std::string_view("no picture"));
        const RelinkPlan plan = set.find("new");
        auto ways = set.ways(plan);
        QCOMPARE(plan.missing, std::int64_t(4));
        QCOMPARE(ways["path"], 1);
        QCOMPARE(ways["sop"], 1);
        QCOMPARE(ways["content"], 1);
        QCOMPARE(ways["pixels"], 1);
        QVERIFY(plan.roots.empty());
        QCOMPARE(relink(*set.library, plan).rows, std::int64_t(4));
        QVERIFY(set.isRight(contents));
        // The tables know them still: a second import changes nothing.
        const auto again = importSet(*set.library, readEmbedSet(set.folder / "old"));
        QCOMPARE(again->change.command, std::int64_t(0));
        QVERIFY(set.isRight(contents));
        set.library->undo();
        lookForFiles(*set.library);
        QCOMPARE(set.find("new").found.size(), std::size_t(4));
    }

    // A file of the same name that is another one is not taken for it, nor one that the library has already.
    void othersAreNotTaken()
    {
        Set set;
        fs::create_directories(set.folder / "new");
        fs::copy_file(set.place(1), set.folder / "new" / set.place(0).filename()); // another image under its name
        fs::remove(set.place(0));
        const RelinkPlan plan = set.find("new");
        QCOMPARE(plan.missing, std::int64_t(1));
        QVERIFY(plan.found.empty());
        QCOMPARE(plan.lost, std::vector<fs::path>{set.place(0)});
        QVERIFY(set.find("old").found.empty()); // the others are where they were
        QVERIFY(relink(*set.library, plan).command == 0);
        QVERIFY(has(fault([&] { set.find("nowhere"); }), "no such folder"));
    }

    // Where many have one name, as 1-1.dcm in every folder, the longest end tells, and where it does not, the content.
    void oneNameManyFolders()
    {
        for (const bool passed : {true, false}) {
            Set set(passed);
            set.library->note([&](SQLite::Database& database) {
                database.exec("UPDATE file SET folder = folder"); // rows are written anew below
            });
            std::map<std::int64_t, std::string> contents;
            for (std::size_t i = 0; i < set.images.size(); ++i) {
                const std::string below = "p" + std::to_string(i / 4) + "/v" + std::to_string(i % 4);
                contents[set.images[i].file] = readText(set.place(i));
                fs::create_directories(set.folder / "old" / below);
                fs::rename(set.place(i), set.folder / "old" / below / "1-1.dcm");
                set.library->note([&](SQLite::Database& database) {
                    database.exec("INSERT INTO folder(root, path) VALUES (1, '" + below + "')");
                    database.exec("UPDATE file SET name = '1-1.dcm', folder = last_insert_rowid() WHERE id = " +
                                  std::to_string(set.images[i].file));
                });
            }
            fs::rename(set.folder / "old", set.folder / "new");
            const RelinkPlan plan = set.find("new");
            QCOMPARE(plan.found.size(), set.images.size());
            relink(*set.library, plan);
            QVERIFY(set.isRight(contents));
            if (!passed)
                continue;
            fs::create_directories(set.folder / "flat"); // all folders' names are lost
            for (std::size_t i = 0; i < set.images.size(); ++i)
                fs::rename(set.folder / "new" / ("p" + std::to_string(i / 4)) / ("v" + std::to_string(i % 4)) /
                               "1-1.dcm",
                           set.folder / "flat" / (std::to_string(i) + ".dcm"));
            const RelinkPlan flat = set.find("flat");
            QCOMPARE(set.ways(flat)["sop"], int(set.images.size()));
            relink(*set.library, flat);
            QVERIFY(set.isRight(contents));
        }
    }

    // A later step on an import's rows forbids its undo, whichever rows they are: else that step could never be undone.
    void anImportsUndoIsForbiddenByALaterStep()
    {
        for (const bool asAWhole : {true, false}) {
            Set set;
            const auto contents = set.contents();
            fs::rename(set.folder / "old", set.folder / "new");
            if (!asAWhole)
                for (std::size_t i = 0; i < set.images.size(); ++i)
                    fs::rename(set.folder / "new" / set.images[i].below,
                               set.folder / "new" / (std::to_string(i) + ".dcm"));
            const Change moved = relink(*set.library, set.find("new"));
            const std::int64_t import = set.library->commands().front().id;
            const std::string why = fault([&] { set.library->undo(import); });
            QVERIFY2(has(why, "a later action stands on it: " + moved.words), why.c_str());
            QVERIFY(set.isRight(contents));
            set.library->undo();
            const Change word = setWord(*set.library, {"phantoms", "density", "9", "D"});
            QVERIFY(word.command != 0);
            QVERIFY(has(fault([&] { set.library->undo(import); }), word.words));
            set.library->undo();
            set.library->undo(import);
            QCOMPARE(set.count("image"), std::int64_t(0));
            QVERIFY(has(fault([&] { set.library->undo(); }), "nothing to undo"));
            set.library->redo(import);
            set.library->redo(moved.command);
            QCOMPARE(set.count("image"), std::int64_t(set.images.size()));
            lookForFiles(*set.library);
            QVERIFY(set.isRight(contents));
        }
    }

    // A folder that was imported, renamed file by file and found again is known there: only what is new joins it.
    void aFolderThatWasFoundAgainIsImportedAnew()
    {
        Set set;
        const auto take = [&](const char* where) {
            return *importSet(*set.library, readSet({set.folder / where, folderSource}, set.library.get()));
        };
        fs::create_directories(set.folder / "own");
        for (std::size_t i = 0; i < 8; ++i)
            fs::copy_file(set.place(i), set.folder / "own" / (std::to_string(i) + ".dcm"));
        const ImportResult first = take("own");
        QCOMPARE(first.images, std::int64_t(8));
        readHeaders(*set.library);
        fs::create_directories(set.folder / "named");
        for (std::size_t i = 0; i < 8; ++i)
            fs::rename(set.folder / "own" / (std::to_string(i) + ".dcm"),
                       set.folder / "named" / ("p" + std::to_string(i) + ".dcm"));
        fs::remove_all(set.folder / "own");
        const RelinkPlan plan = set.find("named");
        QCOMPARE(plan.found.size(), std::size_t(8));
        relink(*set.library, plan);
        QCOMPARE(take("named").change.command, std::int64_t(0));
        fs::copy_file(set.place(8), set.folder / "named/new.dcm");
        QCOMPARE(take("named").images, std::int64_t(1));
        QCOMPARE(take("named").change.command, std::int64_t(0));
    }

    // Part of a data set moved: the rest stays where it is.
    void aPartMoved()
    {
        Set set;
        const auto contents = set.contents();
        fs::create_directories(set.folder / "other");
        for (std::size_t i = 0; i < 5; ++i)
            fs::rename(set.place(i), set.folder / "other" / set.place(i).filename());
        const RelinkPlan plan = set.find("other");
        QCOMPARE(plan.found.size(), std::size_t(5));
        QVERIFY(plan.roots.empty());
        relink(*set.library, plan);
        QVERIFY(set.isRight(contents));
        std::stop_source stopped;
        stopped.request_stop();
        fs::rename(set.folder / "other", set.folder / "third");
        QVERIFY(!findMissingFiles(*set.library, set.folder / "third", {stopped.get_token(), {}}));
        relink(*set.library, set.find("third"));
        QVERIFY(set.isRight(contents));
    }
};

QTEST_APPLESS_MAIN(TestRelink)
#include "test_relink.moc"
