// A library as a file and as a log of commands: made, brought up to date, refused, copied; done, undone, done again.
#include "core/base/files.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/library_schema.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/labels.h"
#include "core/library/studies/saved_views.h"
#include "core/library/studies/tags.h"
#include "core/phantom/phantom.h"
#include "core/tables/importers/data_sets.h"
#include "tests/core/library/library_support.h"
#include "tests/core/library/phantom_library.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_data.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

std::string rowsOf(SQLite::Database& database, const std::string& query)
{
    SQLite::Statement each(database, query);
    std::string all;
    while (each.executeStep()) {
        for (int i = 0; i < each.getColumnCount(); ++i)
            all += each.getColumn(i).getString() + "\t";
        all += "\n";
    }
    return all;
}

// Every row of every recorded table.
std::string dumpOf(const fs::path& folder)
{
    SQLite::Database database((folder / "library.db").string());
    std::string all;
    for (const char* table : recordedTables()) {
        const std::string key = rowsOf(database, std::string("SELECT group_concat(name) FROM pragma_table_info('") +
                                                     table + "') WHERE pk > 0");
        all += std::string(table) + "\n" +
               rowsOf(database, std::string("SELECT * FROM ") + table + " ORDER BY " + key.substr(0, key.find('\t')));
    }
    return all + rowsOf(database, "SELECT rowid, text FROM text_index ORDER BY rowid");
}

std::string schemaOf(const fs::path& folder)
{
    SQLite::Database database((folder / "library.db").string());
    return rowsOf(database, "SELECT ifnull(sql, name) FROM sqlite_schema ORDER BY name");
}

std::string value(const fs::path& folder, const std::string& query)
{
    SQLite::Database database((folder / "library.db").string());
    return database.execAndGet(query).getString();
}

// A set of a few women, two exams each. variant: of what the tables say of them.
SetRows smallSet(const fs::path& root, int women, int first = 0, int variant = 0)
{
    const std::string assessment(1, "NSB"[variant]), shape(1, "ROX"[variant]), side(1, "LLR"[variant]),
        corner(1, "123"[variant]), words = variant == 2 ? "MG Diagnostic" : "MG Screening";
    std::string clinical = "empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape\n";
    std::string metadata =
        "anon_dicom_path,empi_anon,acc_anon,FinalImageType,ImageLateralityFinal,ViewPosition,ROI_coords,num_roi\n";
    for (int i = first; i < first + women; ++i)
        for (int exam = 0; exam < 2; ++exam) {
            const std::string woman = std::to_string(1000 + i),
                              acc = std::to_string(9000000000000000LL + 10 * i + exam);
            clinical += woman + "," + acc + ",2015-02-0" + std::to_string(1 + exam) + "," + words + "," + assessment +
                        ",2,1," + side + "," + shape + "\n";
            for (const char* view : {"L,CC", "L,MLO", "R,CC", "R,MLO"})
                metadata += "images/" + woman + "/" + acc + "/" + std::string(view).substr(0, 1) +
                            std::string(view).substr(2) + ".dcm," + woman + "," + acc + ",2D," + view + ",\"((" +
                            corner + ", 2, 3, 4),)\",1\n";
        }
    fs::create_directories(root / "tables");
    writeAtomically(root / "tables" / "clinical.csv", std::string_view(clinical));
    writeAtomically(root / "tables" / "metadata.csv", std::string_view(metadata));
    return dataSetReader("embed").read(root);
}

std::vector<std::int64_t> studiesOf(Library& library)
{
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id FROM study ORDER BY id");
        while (each.executeStep())
            ids.push_back(each.getColumn(0).getInt64());
    });
    return ids;
}

} // namespace

class TestLibrary : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theSchemaIsWholeFromEveryVersion()
    {
        const Folder folder;
        Library::create(folder / "new");
        const std::string wanted = schemaOf(folder / "new");
        for (const char* table :
             {"root",          "folder",     "file",          "image",      "patient",      "study",
              "finding",       "annotation", "label",         "tag",        "tagged",       "cohort",
              "cohort_member", "split",      "split_patient", "dataset",    "batch",        "vocabulary",
              "prompt_set",    "run",        "verdict",       "saved_view", "check_run",    "check_item",
              "embedding_set", "command",    "session",       "log_entry",  "assigned_view"})
            QVERIFY2(has(wanted, std::string("CREATE TABLE ") + table + "("), table);
        QVERIFY(has(wanted, "CREATE VIRTUAL TABLE text_index"));
        const Schema& schema = librarySchema();
        for (int version = 0; version <= schema.version(); ++version) {
            const fs::path path = folder / std::to_string(version);
            fs::create_directory(path);
            {
                SQLite::Database database((path / "library.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
                for (int step = 0; step < version; ++step)
                    database.exec(schema.steps[std::size_t(step)]);
                if (version > 0)
                    database.exec("PRAGMA application_id=" + std::to_string(schema.applicationId) +
                                  "; PRAGMA user_version=" + std::to_string(version));
            }
            Library library(path);
            QCOMPARE(schemaOf(path), wanted);
            QCOMPARE(library.findFault(true), std::string());
        }
        // Every table is recorded, or kept out on purpose.
        SQLite::Database database((folder / "new" / "library.db").string());
        SQLite::Statement each(database,
                               "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                               " AND name NOT LIKE 'text_index%'");
        while (each.executeStep()) {
            const std::string name = each.getColumn(0).getString();
            const auto recorded = recordedTables();
            const bool ours = std::find(recorded.begin(), recorded.end(), name) != recorded.end();
            QVERIFY2(ours || name == "session" || name == "command" || name == "log_entry" || name == "verdict" ||
                         name == "assigned_view",
                     name.c_str());
        }
    }

    void newerAndForeignOnes()
    {
        const Folder folder;
        Library::create(folder / "a");
        QVERIFY(has(fault([&] { Library::create(folder / "a"); }), "new or empty"));
        {
            SQLite::Database database((folder / "a" / "library.db").string(), SQLite::OPEN_READWRITE);
            database.exec("PRAGMA user_version=999");
        }
        Library library(folder / "a");
        QCOMPARE(library.notices().size(), std::size_t(1));
        QVERIFY(has(library.notices().front().english(), "newer"));
        const std::vector<std::int64_t> none;
        QVERIFY(has(fault([&] { tag(library, {"x", "study", none}); }), "newer"));
        fs::create_directory(folder / "b");
        {
            SQLite::Database database((folder / "b" / "library.db").string(),
                                      SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec("CREATE TABLE t(a)");
        }
        QVERIFY(has(fault([&] { Library other(folder / "b"); }), "another program's"));
        QVERIFY(has(fault([&] { Library other(folder / "none"); }), "no library"));
    }

    void anotherComputerOnlyReads()
    {
        const Folder folder;
        Library::create(folder / "a");
        const Library first(folder / "a");
        const Library second(folder / "a"); // of the same computer
        QVERIFY(second.notices().empty());
        {
            std::ofstream lock(folder / "a" / "lock", std::ios::trunc); // the same file, still locked
            lock << "another-computer";
        }
        Library third(folder / "a");
        QCOMPARE(third.notices().size(), std::size_t(1));
        QVERIFY(has(third.notices().front().english(), "another-computer"));
        QVERIFY(has(fault([&] { importSet(third, smallSet(folder / "set", 1)); }), "library.db"));
    }

    void importsOnceAndUndoesAsAWhole()
    {
        const Folder folder;
        Library::create(folder / "lib");
        const std::string empty = dumpOf(folder / "lib");
        Library library(folder / "lib");
        const SetRows set = smallSet(folder / "set", 3);
        const auto first = importSet(library, set);
        QCOMPARE(first->studies, std::int64_t(6));
        QCOMPARE(first->images, std::int64_t(24));
        QCOMPARE(first->annotations, std::int64_t(24));
        QCOMPARE(first->findings, std::int64_t(6));
        const std::string filled = dumpOf(folder / "lib");
        const auto again = importSet(library, set);
        QCOMPARE(again->change.command, std::int64_t(0));
        QCOMPARE(dumpOf(folder / "lib"), filled);
        QCOMPARE(library.commands().size(), std::size_t(1));
        // More of the same set adds what is new.
        const auto more = importSet(library, smallSet(folder / "set", 4));
        QCOMPARE(more->studies, std::int64_t(2));
        library.undo();
        QCOMPARE(dumpOf(folder / "lib"), filled);
        // Work on it keeps it there.
        const auto studies = studiesOf(library);
        tag(library, {"seen", "study", std::span(studies).first(2)});
        const std::string told = fault([&] { library.undo(first->change.command); });
        QVERIFY2(has(told, "2 tags"), told.c_str());
        library.undo();
        library.undo();
        QCOMPARE(dumpOf(folder / "lib"), empty);
        library.redo();
        QCOMPARE(dumpOf(folder / "lib"), filled);
    }

    // A record that the tables say otherwise now is the same record: what counts of it is what they say now.
    void correctedTablesChangeTheSameRecords()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        const std::string heading =
            "empi_anon,acc_anon,study_date_anon,desc,asses,tissueden,numfind,side,massshape,age_at_study\n";
        const std::string images =
            "anon_dicom_path,empi_anon,acc_anon,FinalImageType,ImageLateralityFinal,ViewPosition\n";
        const auto rows = [&](const std::string& clinical, const std::string& metadata) {
            fs::create_directories(folder / "set" / "tables");
            writeAtomically(folder / "set/tables/clinical.csv", std::string_view(heading + clinical));
            writeAtomically(folder / "set/tables/metadata.csv", std::string_view(images + metadata));
            return dataSetReader("embed").read(folder / "set");
        };
        const SetRows before =
            rows("1,10,2015-02-01,MG Screening,N,1,1,L,O,69\n1,10,2015-02-01,MG Screening,N,1,2,R,,69\n"
                 "2,20,2015-03-01,MG Screening,B,2,1,L,,50\n2,20,2015-03-01,MG Screening,B,2,1,L,X,50\n",
                 "images/1/a/1.dcm,1,10,2D,L,CC\nimages/1/a/2.dcm,1,10,2D,R,CC\n");
        importSet(library, before);
        const std::string filled = dumpOf(folder / "lib");
        const auto ids = studiesOf(library);
        const std::vector<std::int64_t> third{3};
        label(library, {"finding", third, "", "birads", "5"}); // a reader's counts first, whatever the tables say later
        const std::string read = dumpOf(folder / "lib");
        const SetRows now =
            rows("1,10,2015-02-01,MG Screening,S,4,1,L,,70\n1,10,2015-02-01,MG Screening,N,1,2,L,,70\n"
                 "2,20,2015-03-09,MG Diagnostic,K,2,1,L,,50\n2,20,2015-03-09,MG Diagnostic,B,2,1,L,X,50\n",
                 "images/1/b/1.dcm,1,10,2D,R,MLO\n");
        const auto second = importSet(library, now);
        QVERIFY2(has(second->change.words, ", 7 changed"), second->change.words.c_str());
        QCOMPARE(second->changed,
                 std::int64_t(7)); // both studies, four findings of which one is as it was, one moved image twice
        QCOMPARE(second->findings + second->images + second->studies, std::int64_t(0));
        QCOMPARE(second->gone, std::int64_t(1));
        const auto told = [&](const std::string& key, const std::string& what) {
            return std::any_of(second->problems.begin(), second->problems.end(),
                               [&](const SetProblem& each) { return each.key == key && has(each.detail, what); });
        };
        QVERIFY(told("study 10", "age: 69 -> 70"));
        QVERIFY(told("finding of study 10", "birads: 1 -> 4; density: A -> D; mass shape: O -> -"));
        QVERIFY(told("finding of study 10", "side: R -> L"));
        QVERIFY(told("image images/1/b/1.dcm", "path: images/1/a/1.dcm -> images/1/b/1.dcm"));
        QVERIFY(told("image images/1/a/2.dcm", "kept"));
        QCOMPARE(value(folder / "lib",
                       "SELECT group_concat(side || value) FROM (SELECT finding.side, value FROM finding JOIN"
                       " label ON target = finding.id WHERE task = 'birads' AND replaced_by IS NULL AND"
                       " source = 'imported' ORDER BY finding.id)"),
                 std::string("L4,L1,L6,L2"));
        QCOMPARE(value(folder / "lib", "SELECT count(*) FROM label WHERE level = 'finding' AND value = 'A' AND"
                                       " replaced_by IS NOT NULL"),
                 std::string("1")); // the earlier one is there still
        QCOMPARE(value(folder / "lib", "SELECT value FROM label_that_counts WHERE target = 3 AND task = 'birads'"),
                 std::string("5"));
        QCOMPARE(value(folder / "lib", "SELECT date || kind || age FROM study WHERE id = " + std::to_string(ids.at(1))),
                 std::string("2015-03-09diagnostic50.0"));
        QCOMPARE(value(folder / "lib", "SELECT text FROM text_index WHERE rowid = " + std::to_string(ids.at(1))),
                 std::string("MG Diagnostic"));
        const std::string corrected = dumpOf(folder / "lib");
        const auto again = importSet(library, now);
        QCOMPARE(again->change.command, std::int64_t(0));
        QCOMPARE(again->changed, std::int64_t(0));
        QCOMPARE(again->gone, std::int64_t(1)); // told again
        QCOMPARE(dumpOf(folder / "lib"), corrected);
        QVERIFY(has(fault([&] { library.undo(1); }), "changes of later imports"));
        library.undo(second->change.command);
        QCOMPARE(dumpOf(folder / "lib"), read);
        library.redo();
        QCOMPARE(dumpOf(folder / "lib"), corrected);
        library.undo();
        library.undo();
        QCOMPARE(dumpOf(folder / "lib"), filled);
    }

    // What a table lacks a column for is not taken back by it, and what it leaves open stays; both are told.
    void tablesThatLackColumnsTakeNothingBack()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        const auto rows = [&](const std::string& clinical) {
            fs::create_directories(folder / "set");
            writeAtomically(folder / "set/clinical.csv", std::string_view(clinical));
            return dataSetReader("embed").read(folder / "set");
        };
        importSet(
            library,
            rows("empi_anon,acc_anon,desc,asses,tissueden,numfind,side,massshape\n1,10,MG Screening,N,1,1,L,O\n"));
        const auto second = importSet(library, rows("empi_anon,acc_anon,asses,tissueden,numfind,side\n1,10,N,1,1,L\n"));
        QCOMPARE(second->change.command, std::int64_t(0));
        QCOMPARE(second->gone, std::int64_t(2)); // the description, the shape
        QCOMPARE(value(folder / "lib", "SELECT count(*) FROM label WHERE task = 'mass shape' AND replaced_by IS NULL"),
                 std::string("1"));
        // A record that is gone is told, one that comes is added.
        const auto third = importSet(library, rows("empi_anon,acc_anon,asses,tissueden,numfind,side\n1,11,N,1,1,L\n"));
        QCOMPARE(third->studies, std::int64_t(1));
        QCOMPARE(third->gone, std::int64_t(1));
        QCOMPARE(third->problems.front().key, std::string("study 10"));
    }

    // Known by the path in the data set: from another disk nothing is new, and a folder that was moved is found again.
    void aDataSetThatWasMovedIsTheSame()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, smallSet(folder / "set", 3));
        const std::string filled = dumpOf(folder / "lib");
        fs::copy(folder / "set", folder / "disk", fs::copy_options::recursive);
        QCOMPARE(importSet(library, dataSetReader("embed").read(folder / "disk"))->change.command, std::int64_t(0));
        QCOMPARE(dumpOf(folder / "lib"), filled);
        fs::remove_all(folder / "set");
        const auto moved = importSet(library, dataSetReader("embed").read(folder / "disk"));
        QVERIFY2(has(moved->change.words, "Find EMBED"), moved->change.words.c_str());
        QCOMPARE(moved->images, std::int64_t(0));
        QCOMPARE(value(folder / "lib", "SELECT path FROM root"), fs::canonical(folder / "disk").string());
        QCOMPARE(value(folder / "lib", "SELECT count(*) FROM image"), std::string("24"));
        library.undo();
        QCOMPARE(dumpOf(folder / "lib"), filled);
        library.redo();
        // What is new there joins it.
        const auto more = importSet(library, smallSet(folder / "disk", 4));
        QCOMPARE(more->studies, std::int64_t(2));
        QCOMPARE(value(folder / "lib", "SELECT count(*) FROM root"), std::string("1"));
        library.undo();
    }

    // What failed leaves nothing that stands in the way of another try; no name is no folder.
    void whatFailedCanBeTriedAgain()
    {
        const Folder folder;
        for (auto call :
             {+[](const fs::path& at) { Library::create(at); }, +[](const fs::path& at) { Library library(at); }})
            QVERIFY(has(fault([&] { call({}); }), "name the library's folder"));
        QVERIFY(!fs::exists("library.db"));
        fs::create_directories(folder / "empty");
        Library::create(folder / "empty");
        Library library(folder / "empty");
        fs::create_directories(folder / "copy");
        library.backUp(folder / "copy");
        QCOMPARE(dumpOf(folder / "copy"), dumpOf(folder / "empty"));
        QVERIFY(has(fault([&] { library.backUp(folder / "copy"); }), "new or empty"));
        QVERIFY(has(fault([&] { Library::create(folder / "copy"); }), "new or empty"));
        const FileLimit full(0);
        QVERIFY(!fault([&] { Library::create(folder / "new"); }).empty());
        QVERIFY(!fault([&] { library.backUp(folder / "other"); }).empty());
        QVERIFY(!fs::exists(folder / "new") && !fs::exists(folder / "other"));
        fs::create_directories(folder / "kept");
        QVERIFY(!fault([&] { library.backUp(folder / "kept"); }).empty());
        QVERIFY(fs::exists(folder / "kept") && fs::is_empty(folder / "kept"));
    }

    // A name that was freed and taken by another row is not given back before that one has lost it.
    void aFreedNameThatIsTakenKeepsTheUndo()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, smallSet(folder / "set", 2));
        const auto some = studiesOf(library);
        const std::vector<std::int64_t> one{some.front()};
        tag(library, {"c", "study", one});
        const Change freed = renameTag(library, "c", "ax");
        const Change taken = tag(library, {"C", "study", one});
        renameTag(library, "C", "bx");
        QVERIFY(has(fault([&] { library.undo(freed.command); }), taken.words));
        library.undo();
        library.undo();
        library.undo(freed.command);
        QCOMPARE(tags(library).front().name, std::string("c"));
        library.redo();
        QCOMPARE(tags(library).front().name, std::string("ax"));
    }

    void anUndoThatIsForbiddenNamesTheLaterAction()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, smallSet(folder / "set", 2));
        const auto studies = studiesOf(library);
        const Change first = tag(library, {"review", "study", std::span(studies).first(1)});
        const Change second = tag(library, {"review", "study", std::span(studies).subspan(1, 2)});
        QCOMPARE(second.words, std::string("Tag review on 2 studies"));
        const std::string before = dumpOf(folder / "lib");
        const std::string told = fault([&] { library.undo(first.command); });
        QVERIFY2(has(told, second.words), told.c_str());
        QCOMPARE(dumpOf(folder / "lib"), before);
        const Change renamed = renameTag(library, "review", "later");
        QVERIFY(has(fault([&] { library.undo(first.command); }), renamed.words));
        library.undo(second.command); // its rows are nobody else's
        QVERIFY(has(fault([&] { library.undo(second.command); }), "undone already"));
        QVERIFY(has(fault([&] { library.undo(999); }), "no such command"));
        // The same row again: the later one is named even where the first could be taken back.
        const Change on = tag(library, {"later", "study", std::span(studies).last(1)});
        tag(library, {"later", "study", std::span(studies).last(1), true});
        const Change again = tag(library, {"later", "study", std::span(studies).last(1)});
        QVERIFY(has(fault([&] { library.undo(on.command); }), again.words));
        QVERIFY(has(fault([&] { library.redo(); }), "nothing"));
    }

    // MAMA_SEQUENCES: how many, 1,000 by hand.
    void undoAllAndRedoAll()
    {
        const char* wanted = std::getenv("MAMA_SEQUENCES");
        const int sequences = wanted ? std::atoi(wanted) : 15;
        std::mt19937 random(freshSeed());
        int commands = 0, refused = 0;
        for (int i = 0; i < sequences; ++i) {
            const Folder folder;
            const fs::path path = folder / "lib";
            Library::create(path);
            const std::string start = dumpOf(path);
            for (int step = 0, steps = 4 + int(random() % 25); step < steps;) {
                Library library(path);
                for (int run = 1 + int(random() % 6); run > 0 && step < steps; --run, ++step)
                    refused += !act(library, folder / "set", random);
                commands += 1;
            }
            const std::string final = dumpOf(path);
            int undone = 0;
            while (fault([&] { Library(path).undo(); }).empty())
                ++undone;
            const std::string told = fault([&] { Library(path).undo(); });
            QVERIFY2(has(told, "nothing to undo"), told.c_str());
            QCOMPARE(dumpOf(path), start);
            for (; undone > 0; --undone)
                QCOMPARE(fault([&] { Library(path).redo(); }), std::string());
            QCOMPARE(dumpOf(path), final);
            QCOMPARE(Library(path).findFault(true), std::string());
        }
        qInfo("%d sequences, %d openings, %d actions refused", sequences, commands, refused);
    }

    void aCopyIsWholeAndOpensElsewhere()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, smallSet(folder / "set", 2));
        library.backUp(folder / "copy");
        QVERIFY(has(fault([&] { library.backUp(folder / "copy"); }), "copy"));
        QCOMPARE(dumpOf(folder / "copy"), dumpOf(folder / "lib"));
        Library copy(folder / "copy");
        copy.undo();
        QCOMPARE(studiesOf(copy).size(), std::size_t(0));
        QCOMPARE(studiesOf(library).size(), std::size_t(4));
    }

    void everyCommandIsALineOfTheLog()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib", Access::Write, "Reader A");
        importSet(library, smallSet(folder / "set", 1));
        library.undo();
        library.redo();
        const auto commands = library.commands();
        QCOMPARE(commands.size(), std::size_t(3));
        const auto line = nlohmann::json::parse(jsonLine(commands.at(1)));
        QCOMPARE(line["author"].get<std::string>(), std::string("Reader A"));
        QCOMPARE(line["of"].get<int>(), 1);
        QCOMPARE(line["words"].get<std::string>(), std::string("Undo: Import EMBED: 2 studies, 8 images"));
    }

    // The header pass fills what the tables left open, goes on where it was stopped, and looks for missing files again.
    void headersAreReadOnceAndMissingFilesAgain()
    {
        const Folder folder;
        makePhantomLibrary(folder / "lib", folder / "phantoms", {3, 2});
        Library library(folder / "lib");
        const fs::path file =
            folder / "phantoms" /
            value(folder / "lib", "SELECT path || '/' || name FROM file JOIN folder ON folder.id = folder LIMIT 1");
        fs::rename(file, folder / "away.dcm");
        writeAtomically(folder / "phantoms" /
                            value(folder / "lib",
                                  "SELECT path || '/' || name FROM file JOIN folder ON folder.id = folder"
                                  " ORDER BY file.id DESC LIMIT 1"),
                        std::string_view("no picture"));
        std::stop_source stopped;
        stopped.request_stop();
        QCOMPARE(readHeaders(library, {stopped.get_token(), {}}).left, std::int64_t(8));
        const HeaderPass pass = readHeaders(library);
        QCOMPARE(pass.read, std::int64_t(6));
        QCOMPARE(pass.missing, std::int64_t(1));
        QCOMPARE(pass.refused, std::int64_t(1));
        QCOMPARE(pass.problems.size(), std::size_t(2));
        QCOMPARE(value(folder / "lib",
                       "SELECT count(*) FROM image WHERE rows = 128 AND cols = 104 AND mm_row > 0 AND bits > 7"),
                 std::string("6"));
        QCOMPARE(value(folder / "lib", "SELECT count(DISTINCT sop) FROM file WHERE state = 'read'"), std::string("6"));
        fs::rename(folder / "away.dcm", file);
        const HeaderPass again = readHeaders(library);
        QCOMPARE(again.read + again.missing, std::int64_t(1));
        QCOMPARE(again.read, std::int64_t(1));
        const std::string filled = dumpOf(folder / "lib");
        library.undo(); // what the pass found comes back too
        library.redo();
        QCOMPARE(dumpOf(folder / "lib"), filled);
    }

private:
    // Something that a user may do, at random; false: it was refused, and nothing was changed.
    bool act(Library& library, const fs::path& set, std::mt19937& random)
    {
        const std::string names[] = {"a", "b", "c"};
        const auto studies = studiesOf(library);
        std::vector<std::int64_t> some;
        std::sample(studies.begin(), studies.end(), std::back_inserter(some), random() % 4, random);
        const std::string& name = names[random() % 3];
        const std::string before = dumpOf(library.folder());
        const std::string told = fault([&] {
            const char* tasks[] = {"birads", "quality"};
            const char* values[] = {"1", "2", "3"};
            switch (random() % 15) {
            case 13: {
                SavedView view;
                view.name = name;
                view.filter = values[random() % 3] + std::string(" = 1");
                saveView(library, view);
                break;
            }
            case 14: deleteView(library, name); break;
            case 9: freezeStudies(library, name, {some}); break;
            case 10: deleteCohort(library, name); break;
            case 11: splitCohort(library, {name, std::int64_t(random() % 3)}); break;
            case 12: {
                const bool ofBreast = random() % 2;
                LabelRequest request{ofBreast ? "breast" : "study", some, ofBreast ? "L" : "", tasks[random() % 2],
                                     values[random() % 3]};
                request.adjudicated = random() % 4 == 0;
                label(library, request);
                break;
            }
            case 0:
                importSet(library, smallSet(set, 1 + int(random() % 2), int(random() % 3), int(random() % 3)));
                break;
            case 1: library.undo(); break;
            case 2: library.redo(); break;
            case 3: library.undo(std::int64_t(1 + random() % 12)); break;
            case 4: renameTag(library, name, names[random() % 3] + "x"); break;
            case 5: deleteTag(library, name); break;
            case 6: tag(library, {name, "study", some, true}); break;
            default: tag(library, {name, "study", some}); break;
            }
        });
        if (!told.empty() && dumpOf(library.folder()) != before)
            qFatal("a refused action changed something: %s", told.c_str());
        return told.empty();
    }
};

QTEST_APPLESS_MAIN(TestLibrary)
#include "test_library.moc"
