// The reader's file as a file: made, brought up to date, refused, damaged, copied, on full disks.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/library/network_folder.h"
#include "core/library/reader_file.h"
#include "core/library/reader_schema.h"
#include "tests/core/library/library_support.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_data.h"

#include <QElapsedTimer>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

std::string scalar(const fs::path& path, const std::string& query)
{
    SQLite::Database database(path.string());
    return database.execAndGet(query).getString();
}

// Every table, index and trigger as SQLite keeps it.
std::string schemaOf(const fs::path& path)
{
    SQLite::Database database(path.string());
    SQLite::Statement each(database, "SELECT ifnull(sql, name) FROM sqlite_schema ORDER BY name");
    std::string all;
    while (each.executeStep())
        all += each.getColumn(0).getString() + ";\n";
    return all;
}

// A file as the program of that version left it.
void makeVersion(const fs::path& path, int version)
{
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (int step = 0; step < version; ++step)
        database.exec(readerSchema().steps[std::size_t(step)]);
    database.exec("PRAGMA application_id=" + std::to_string(readerSchema().applicationId) +
                  "; PRAGMA user_version=" + std::to_string(version));
    if (version > 0)
        database.exec("INSERT INTO session(author, read_first, began) VALUES ('old', 1, '2026-01-01T00:00:00.000Z')");
}

const std::string study = "1.2.840.99.1";
Verdict verdict() { return {study, "1", "2", "A", 50, {}, std::string(3000, 'w')}; }

} // namespace

class TestDatabase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNewFileIsOursAlone()
    {
        const Folder folder;
        const fs::path path = folder / "a/b/reader.db";
        ReaderFile file(path);
        file.beginSession("A", true);
        struct stat info
        {
        };
        ::stat(path.c_str(), &info);
        QCOMPARE(info.st_mode & 0777, 0600U);
        ::stat(path.parent_path().c_str(), &info);
        QCOMPARE(info.st_mode & 0777, 0700U);
        QCOMPARE(scalar(path, "PRAGMA journal_mode"), std::string("wal"));
        QCOMPARE(scalar(path, "PRAGMA application_id"), std::to_string(0x4D614D41));
        QCOMPARE(scalar(path, "PRAGMA user_version"), std::to_string(readerSchema().version()));
    }

    // From nothing and from each version: the same schema, nothing of what was in it lost, a copy of it as it was.
    void everyVersionComesUpToDate()
    {
        const Folder folder;
        {
            ReaderFile file(folder / "new.db");
        }
        const std::string wanted = schemaOf(folder / "new.db");
        for (const char* table : {"CREATE TABLE verdict", "CREATE TABLE command", "CREATE TABLE session",
                                  "CREATE TABLE log_entry", "CREATE TABLE assigned_view"})
            QVERIFY2(has(wanted, table), table);
        for (int version = 0; version <= readerSchema().version(); ++version) {
            const fs::path path = folder / ("version " + std::to_string(version) + ".db");
            if (version > 0)
                makeVersion(path, version);
            else
                writeAtomically(path, std::string_view()); // an empty file
            ReaderFile file(path);
            QVERIFY(file.notices().empty());
            QCOMPARE(schemaOf(path), wanted);
            QCOMPARE(file.sessions().size(), std::size_t(version > 0));
            const auto session = file.beginSession("A", true);
            file.lock(session, verdict());
            const fs::path copy = path.string() + ".version-" + std::to_string(version);
            const bool changed = version > 0 && version < readerSchema().version();
            QCOMPARE(fs::exists(copy), changed);
            if (changed)
                QCOMPARE(scalar(copy, "PRAGMA user_version"), std::to_string(version));
        }
    }

    void severalWindowsBringOneFileUpToDate()
    {
        const Folder folder;
        for (int version = 0; version < readerSchema().version(); ++version) {
            const fs::path path = folder / ("version " + std::to_string(version) + ".db");
            if (version > 0)
                makeVersion(path, version);
            std::atomic<int> opened{0};
            std::vector<std::jthread> windows;
            for (int i = 0; i < 8; ++i)
                windows.emplace_back([&, i] {
                    ReaderFile file(path, i % 4 || version == 0 ? Access::Write : Access::Read);
                    opened += file.sessions().size() == std::size_t(version > 0);
                });
            windows.clear();
            QCOMPARE(opened.load(), 8);
            if (version > 0)
                QCOMPARE(scalar(path.string() + ".version-" + std::to_string(version), "PRAGMA user_version"),
                         std::to_string(version));
        }
    }

    // SQLite's locks are the process's: a second look at the file must not take them away (the byte is SHARED_FIRST of
    // the file format).
    void aSecondLookKeepsTheLocks()
    {
        const Folder folder;
        const fs::path path = folder / "reader.db";
        ReaderFile file(path);
        for (const Access access : {Access::Read, Access::Write})
            QVERIFY(ReaderFile(path, access).sessions().empty());
        const FileDescriptor look(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        struct flock lock
        {
        };
        lock.l_type = F_WRLCK;
        lock.l_start = 0x40000002;
        lock.l_len = 510;
        QCOMPARE(::fcntl(look.number(), F_OFD_GETLK, &lock), 0);
        QCOMPARE(int(lock.l_type), F_RDLCK);
    }

    void anotherWriterIsWaitedForFiveSeconds()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db");
        const auto session = file.beginSession("A", true);
        SQLite::Database other((folder / "reader.db").string(), SQLite::OPEN_READWRITE);
        other.exec("BEGIN IMMEDIATE");
        QElapsedTimer clock;
        clock.start();
        const std::string told = fault([&] { file.lock(session, verdict()); });
        QVERIFY2(has(told, "another process"), told.c_str());
        QVERIFY2(clock.elapsed() >= 4900, QByteArray::number(clock.elapsed()).constData());
        QVERIFY(file.verdicts().empty()); // reading waits for nobody
        other.exec("ROLLBACK");
        file.lock(session, verdict());
    }

    // What is locked or logged cannot be changed, not even by SQL.
    void verdictsAndLogStayAsTheyAre()
    {
        const Folder folder;
        {
            ReaderFile file(folder / "reader.db");
            file.lock(file.beginSession("A", true), verdict());
        }
        SQLite::Database database((folder / "reader.db").string(), SQLite::OPEN_READWRITE);
        for (const char* change :
             {"UPDATE verdict SET birads_right='5'", "DELETE FROM verdict", "UPDATE log_entry SET at='x'",
              "DELETE FROM log_entry", "UPDATE session SET read_first=0", "DELETE FROM session",
              "UPDATE command SET author='x'", "DELETE FROM command"})
            QVERIFY_EXCEPTION_THROWN(database.exec(change), SQLite::Exception);
    }

    void aNewerFileIsReadOnly()
    {
        const Folder folder;
        {
            ReaderFile file(folder / "reader.db");
            file.lock(file.beginSession("A", true), verdict());
        }
        {
            SQLite::Database database((folder / "reader.db").string(), SQLite::OPEN_READWRITE);
            database.exec("ALTER TABLE verdict ADD COLUMN later TEXT; PRAGMA user_version=999");
        }
        ReaderFile file(folder / "reader.db");
        QVERIFY(file.readOnly());
        QVERIFY(has(file.notices().front().english(), "newer"));
        QCOMPARE(file.verdicts().size(), std::size_t(1));
        const std::string told = fault([&] { file.beginSession("B", true); });
        QVERIFY2(has(told, "newer") && has(told, "reader.db"), told.c_str());
        QCOMPARE(file.sessions().size(), std::size_t(1));
        QCOMPARE(scalar(folder / "reader.db", "PRAGMA user_version"), std::string("999"));
    }

    void whatIsNotOursIsRefusedAndLeftAsItIs()
    {
        const Folder folder;
        const fs::path tables = folder / "tables.db", owned = folder / "owned.db", text = folder / "text.db",
                       none = folder / "none.db", versionless = folder / "versionless.db";
        {
            SQLite::Database(tables.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t(a)");
        }
        {
            SQLite::Database database(owned.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec("PRAGMA application_id=1196444487; PRAGMA user_version=1; CREATE TABLE t(a)");
        }
        {
            SQLite::Database database(versionless.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec("PRAGMA application_id=" + std::to_string(readerSchema().applicationId) +
                          "; CREATE TABLE t(a)");
        }
        writeAtomically(text, std::string_view("study,birads\n1,2\n"));
        fs::create_directory(none);
        for (const fs::path& path : {tables, owned, text, none, versionless}) {
            const std::string before = fs::is_directory(path) ? "" : readText(path);
            const std::string told = fault([&] { ReaderFile file(path); });
            QVERIFY2(has(told, path.string()), told.c_str());
            QVERIFY2(!has(told, "\n"), told.c_str());
            QCOMPARE(fs::is_directory(path) ? "" : readText(path), before);
        }
        QVERIFY(has(fault([&] { ReaderFile file(folder / "not there.db", Access::Read); }), "not there.db"));
        QVERIFY(!fs::exists(folder / "not there.db"));
    }

    // Cut anywhere, or with bytes turned over: told, or read as far as it goes; never written to, never a crash.
    void damageIsTold()
    {
        const Folder folder;
        const fs::path path = folder / "reader.db";
        {
            ReaderFile file(path);
            const auto session = file.beginSession("A", true);
            for (int i = 0; i < 20; ++i)
                file.lock(session, verdict());
        }
        const std::string whole = readText(path);
        std::srand(test::freshSeed());
        int told = 0, readOnly = 0;
        for (int i = 0; i < 60; ++i) {
            std::string bytes = whole;
            if (i % 2)
                bytes.resize(std::size_t(std::rand()) % (whole.size() - 4096) + 1); // the last page may end in nothing
            else
                for (int flips = 0; flips < 64; ++flips)
                    bytes[std::size_t(std::rand()) % bytes.size()] ^= static_cast<char>(1 + std::rand() % 255);
            fs::remove(path.string() + "-wal");
            fs::remove(path.string() + "-shm");
            writeAtomically(path, std::string_view(bytes));
            bool open = false, protectedFromUs = false;
            const std::string line = fault([&] {
                ReaderFile file(path);
                open = true;
                protectedFromUs = file.readOnly();
                file.verdicts();
                file.sessions();
                for (const ReadingSession& session : file.sessions())
                    file.entries(session.id);
            });
            told += !line.empty();
            readOnly += protectedFromUs;
            QVERIFY2(open || has(line, "reader.db"), line.c_str());
            QVERIFY2(i % 2 == 0 || !line.empty() || protectedFromUs, "a cut file was taken for a whole one");
        }
        qInfo("60 damaged files: %d told as an error, %d open for reading only", told, readOnly);
    }

    // SQLite reads a change set whose bytes were turned over without end: it is told, and nothing is done.
    void damagedChangeSetsAreTold()
    {
        const Folder folder;
        const fs::path path = folder / "reader.db";
        ReaderFile file(path);
        const auto session = file.beginSession("A", true);
        SQLite::Database other(path.string(), SQLite::OPEN_READWRITE);
        std::srand(test::freshSeed());
        for (int i = 0; i < 100; ++i) {
            const auto placed = file.assign(session, {"1.2.3", "", 0, 0}, {i % 2 ? Side::Left : Side::Right, "CC"});
            SQLite::Statement read(other, "SELECT changeset FROM command WHERE id = ?");
            read.bind(1, placed.command);
            read.executeStep();
            std::string bytes = read.getColumn(0).getString();
            read.reset();
            if (i % 3 == 0)
                bytes.resize(std::size_t(std::rand()) % bytes.size());
            else
                bytes[std::size_t(std::rand()) % bytes.size()] ^= static_cast<char>(1 + std::rand() % 255);
            SQLite::Statement write(other, "UPDATE command SET changeset = ? WHERE id = ?");
            write.bind(1, bytes.data(), static_cast<int>(bytes.size()));
            write.bind(2, placed.command);
            write.exec();
            const std::string line = fault([&] { file.undoAssign(session); });
            QVERIFY2(has(line, "reader.db, command " + std::to_string(placed.command) + ": "), line.c_str());
            const ImageFileRef image{"", "1.2.3", 0};
            QCOMPARE(file.assigned(std::span(&image, 1))->front(), std::optional(placed.now));
        }
        QCOMPARE(scalar(path, "PRAGMA integrity_check"), std::string("ok"));
        QCOMPARE(file.sessions().size(), std::size_t(1));
    }

    // Each kind of write on a disk that fills up: the error names the file, what was there is all there, and with
    // space again it goes on.
    void aFullDiskLosesNothing()
    {
        const Folder folder;
        const fs::path path = folder / "reader.db";
        ReaderFile file(path);
        const auto session = file.beginSession("A", true);
        file.assign(session, {"1.2.3", "", 0, 0}, {Side::Left, "CC"});
        file.lock(session, verdict());
        const auto before = file.entries(session).size();
        const std::vector<std::pair<const char*, std::function<void()>>> writes{
            {"lock", [&] { file.lock(session, verdict()); }},
            {"log",
             [&] {
                 file.log(session, ReadingEvent::Zoom, {{"study", study}});
             }},
            {"assign",
             [&] {
                 file.assign(session, {"1.2.3", "", 0, 0}, {Side::Right, "CC"});
             }},
            {"undo", [&] { file.undoAssign(session); }},
            {"session", [&] { file.beginSession("B", false); }},
            {"end", [&] { file.endSession(session); }},
            {"backup", [&] { file.backUp(folder / "copy.db"); }}};
        const auto size = fs::file_size(path.string() + "-wal");
        for (const auto& [what, write] : writes)
            for (const rlim_t limit : {rlim_t{1}, what == std::string("backup") ? rlim_t{8192} : rlim_t{size}}) {
                const FileLimit full(limit);
                const std::string told = fault(write);
                QVERIFY2(has(told, what == std::string("backup") ? "copy.db" : "reader.db"), what);
                QVERIFY2(has(told, "nothing was changed") || what == std::string("backup"), told.c_str());
                QCOMPARE(file.entries(session).size(), before);
                QCOMPARE(file.sessions().size(), std::size_t(1));
            }
        QVERIFY(!fs::exists(folder / "copy.db"));
        for (const auto& [what, write] : writes)
            QVERIFY2(fault(write).empty(), what);
        QCOMPARE(scalar(path, "PRAGMA integrity_check"), std::string("ok"));
        QCOMPARE(file.verdicts().size(), std::size_t(2));
        // A new one on a full disk: told, and made once there is space.
        {
            const FileLimit full(1);
            QVERIFY(has(fault([&] { ReaderFile next(folder / "next.db"); }), "next.db"));
        }
        ReaderFile next(folder / "next.db");
        QVERIFY(next.sessions().empty());
    }

    // Where there is no room even for the log's shared memory, what there is can still be read.
    void aFullDiskIsReadOnly()
    {
        const Folder folder;
        const fs::path path = folder / "reader.db";
        {
            ReaderFile file(path);
            file.lock(file.beginSession("A", true), verdict());
        }
        QVERIFY(!fs::exists(path.string() + "-wal"));
        for (const Access access : {Access::Write, Access::Read}) {
            const FileLimit full(0);
            ReaderFile file(path, access);
            QCOMPARE(file.sessions().size(), std::size_t(1));
            QCOMPARE(file.notices().size(), std::size_t(access == Access::Write));
            if (access == Access::Write) {
                QVERIFY(has(file.notices().front().english(), "the disk is full"));
                QVERIFY(!fault([&] { file.beginSession("B", true); }).empty());
            }
        }
        ReaderFile file(path);
        QVERIFY(file.notices().empty());
        QCOMPARE(file.sessions().size(), std::size_t(1));
        file.beginSession("B", true);
    }

    void aCopyIsWholeWhileOthersWrite()
    {
        const Folder folder;
        ReaderFile file(folder / "reader.db"), other(folder / "reader.db");
        file.lock(file.beginSession("A", true), verdict());
        other.lock(other.beginSession("B", true), verdict());
        file.backUp(folder / "copy.db");
        QVERIFY(has(fault([&] { file.backUp(folder / "copy.db"); }), "copy.db"));
        other.lock(other.beginSession("C", true), verdict());
        QCOMPARE(ReaderFile(folder / "copy.db", Access::Read).verdicts().size(), std::size_t(2));
        for (const auto& each : fs::directory_iterator(folder / "."))
            QVERIFY2(!has(each.path().string(), ".part-"), each.path().c_str());
    }

    void networkFoldersAreKnown()
    {
        for (const std::int64_t type : {0x6969LL, 0xFF534D42LL, 0xFE534D42LL, 0x65735546LL, 0x01021997LL, 0x0BD00BD0LL})
            QVERIFY(isNetworkType(type));
        // ext4, XFS, Btrfs, tmpfs, overlayfs, ZFS
        for (const std::int64_t type : {0xEF53LL, 0x58465342LL, 0x9123683ELL, 0x01021994LL, 0x794C7630LL, 0x2FC12FC1LL})
            QVERIFY(!isNetworkType(type));
        QVERIFY(!onNetwork("/dev/shm/reader.db"));
    }
};

QTEST_APPLESS_MAIN(TestDatabase)
#include "test_database.moc"
