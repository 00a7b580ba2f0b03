#include "core/library/database.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/file_state.h"
#include "core/base/files.h"
#include "core/library/database_errors.h"
#include "core/library/network_folder.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr int patience = 5000; // ms
constexpr auto readOnlyFile = TextId("library.read_only", "it is open for reading only: %1");

// Private: what a reader thought of patients is nobody else's on this machine.
void makeEmptyFile(const fs::path& path)
{
    fs::path missing = path.parent_path();
    std::vector<fs::path> folders;
    for (; !missing.empty() && !fs::exists(missing); missing = missing.parent_path())
        folders.push_back(missing);
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
        if (::mkdir(folder->c_str(), 0700) != 0 && errno != EEXIST)
            throw Error(ErrorCode::Io, {action::write}, path.string(), std::strerror(errno));
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
    if (!file.isOpen())
        throw Error(ErrorCode::Io, {action::write}, path.string(), std::strerror(errno));
}

// By stat alone: a file that was opened and is closed takes with it the locks that SQLite holds on it in this process.
void checkIsFile(const fs::path& path)
{
    std::error_code failed;
    const fs::file_status there = fs::status(path, failed);
    if (!fs::is_regular_file(there))
        throw Error(ErrorCode::Io, {action::open}, path.string(),
                    failed ? UserText(failed.message())
                           : UserText({TextId("library.no_file", "this is no file: name another")}));
}

// A path as SQLite's URI has it, of a file that nobody can be writing: no lock, no log beside it.
std::string immutableUri(const fs::path& path)
{
    std::string uri = "file:";
    for (const char each : path.string())
        if (std::strchr("%?#", each)) {
            uri += '%';
            uri += "0123456789ABCDEF"[static_cast<unsigned char>(each) >> 4];
            uri += "0123456789ABCDEF"[static_cast<unsigned char>(each) & 15];
        } else {
            uri += each;
        }
    return uri + "?immutable=1";
}

// Nobody asks how much memory SQLite has: counting it takes a lock at every piece. Before the first database is opened.
void countNoMemory()
{
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(done);
}

// Whether its header says that it is written through a write-ahead log (the file format's byte 19), read through
// SQLite.
bool hasLog(const fs::path& path)
{
    const SQLite::Database database(immutableUri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    char version = 0;
    return file && file->pMethods && file->pMethods->xRead(file, &version, 1, 19) == SQLITE_OK && version == 2;
}

bool writable(const fs::path& path)
{
    return ::access(path.c_str(), R_OK | W_OK) == 0 && ::access(path.parent_path().c_str(), W_OK | X_OK) == 0;
}

int number(SQLite::Database& database, const char* query) { return database.execAndGet(query).getInt(); }

} // namespace

Database::Database(const fs::path& path, const Schema& schema, Access access) : m_path(fs::absolute(path))
{
    if (access == Access::Write && !fs::exists(m_path))
        makeEmptyFile(m_path);
    checkIsFile(m_path);
    countNoMemory();
    try {
        open(schema, access);
    } catch (const SQLite::Exception& failure) {
        throw databaseError({action::open}, m_path, failure, m_database ? m_database->getHandle() : nullptr);
    }
}

Database::~Database() = default;

void Database::open(const Schema& schema, Access access)
{
    if (std::error_code failed; access == Access::Read && fs::file_size(m_path, failed) == 0 && !failed)
        throw Error(ErrorCode::Format, {action::open}, m_path.string(), {TextId("library.empty", "the file is empty")});
    const bool may = writable(m_path);
    m_network = onNetwork(m_path);
    m_readOnly = access == Access::Read;
    connect(access == Access::Write && may);
    const FileState now = FileState::of(m_path);
    m_device = now.device;
    m_inode = now.inode;
    if (access == Access::Write && !may)
        onlyRead({TextId("library.not_writable", "the file or its folder is write-protected")});
    const bool older = identify(schema);
    if (schema.checkedOnOpening)
        check();
    if (m_notices.empty() && access == Access::Read && older && may)
        connect(true);
    else if (m_readOnly && older)
        throw Error(
            ErrorCode::Format, {action::open}, m_path.string(),
            {TextId("library.older", "it is of an older version and can be read once it was opened where it can "
                                     "be written to")});
    else if (m_readOnly)
        return;
    setJournal();
    migrate(schema);
    if (m_readOnly)
        m_database->exec("PRAGMA query_only=ON");
}

void Database::make(const std::string& name, int flags)
{
    m_database = std::make_unique<SQLite::Database>(name, flags | SQLite::OPEN_NOMUTEX, patience);
    // Before the first look, so that no shared memory is asked for where there can be none.
    m_database->exec(m_network && (flags & SQLite::OPEN_READWRITE) ? "PRAGMA locking_mode=EXCLUSIVE"
                                                                   : "PRAGMA locking_mode=NORMAL");
    m_database->exec("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                     "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;");
    number(*m_database, "SELECT count(*) FROM sqlite_schema");
}

void Database::connect(bool writing)
{
    if (writing) {
        try {
            return make(m_path.string(), SQLite::OPEN_READWRITE);
        } catch (const SQLite::Exception& failure) {
            if (!lacksRoom(failure))
                throw;
        }
        readUndisturbed();
        return onlyRead(
            {TextId("library.no_room", "the disk is full; free some space and open it again to change it")});
    }
    if (m_network && hasLog(m_path))
        return readUndisturbed();
    try {
        make(m_path.string(), SQLite::OPEN_READONLY);
    } catch (const SQLite::Exception& failure) {
        if (failure.getErrorCode() != SQLITE_CANTOPEN && failure.getErrorCode() != SQLITE_READONLY &&
            !lacksRoom(failure))
            throw;
        readUndisturbed();
    }
}

// Of a file with something in it: even to look SQLite wants some room for the log's shared memory.
bool Database::lacksRoom(const SQLite::Exception& failure) const
{
    std::error_code failed;
    if (fs::file_size(m_path, failed) == 0 || failed)
        return false;
    const int why = m_database ? sqlite3_system_errno(m_database->getHandle()) : 0;
    return failure.getErrorCode() == SQLITE_FULL ||
           ((failure.getErrorCode() == SQLITE_IOERR || failure.getErrorCode() == SQLITE_CANTOPEN) &&
            (why == ENOSPC || why == EDQUOT || why == EFBIG)); // no room, none for this user, none for such a file
}

// Where the write-ahead log's shared memory cannot be: without it, as long as no log waits to be brought in.
void Database::readUndisturbed()
{
    std::error_code none;
    const auto log = fs::file_size(m_path.string() + "-wal", none);
    if (!none && log > 0)
        throw Error(
            ErrorCode::Io, {action::open}, m_path.string(),
            {TextId("library.log_waits", "changes lie in its log (%1) that can only be read where the folder can "
                                         "be written to: copy both to a local folder"),
             m_path.filename().string() + "-wal"});
    make(immutableUri(m_path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

void Database::onlyRead(UserText why)
{
    m_readOnly = true;
    m_notices.push_back({readOnlyFile, why});
    m_database->exec("PRAGMA query_only=ON");
}

// Whether it is of an older version.
bool Database::identify(const Schema& schema)
{
    int owner = 0, version = 0;
    bool fresh = false;
    { // One look, so that another window that makes the file meanwhile is seen whole or not at all.
        const SQLite::Transaction look(*m_database);
        owner = number(*m_database, "PRAGMA application_id");
        version = number(*m_database, "PRAGMA user_version");
        fresh = owner == 0 && version == 0 && number(*m_database, "SELECT count(*) FROM sqlite_schema") == 0;
    }
    if (owner != schema.applicationId && !fresh)
        throw Error(ErrorCode::Format, {action::open}, m_path.string(),
                    {TextId("library.foreign", "this is another program's file (application id %1, not %2): name "
                                               "another"),
                     owner, schema.applicationId});
    if (version < 0 || (owner == schema.applicationId && version == 0))
        throw Error(ErrorCode::Format, {action::open}, m_path.string(),
                    {TextId("library.no_version", "it says that it is of version %1, which there never was"), version});
    if (version > schema.version())
        onlyRead({TextId("library.newer", "it was written by a newer MaMA Workstation (version %1 of the file, this "
                                          "program knows %2); update the program to write to it"),
                  version, schema.version()});
    return version < schema.version();
}

std::string Database::firstFault(const char* pragma)
{
    std::string fault;
    try {
        fault = m_database->execAndGet(pragma).getString();
    } catch (const SQLite::Exception& failure) {
        if (failure.getErrorCode() != SQLITE_CORRUPT)
            throw;
        fault = failure.what();
    }
    return fault == "ok" ? "" : fault;
}

void Database::check()
{
    if (const std::string fault = firstFault("PRAGMA quick_check(1)"); !fault.empty())
        onlyRead({TextId("library.damaged", "it is damaged (%1); save what can be read, then restore a backup or move "
                                            "the file away"),
                  fault});
}

std::string Database::findFault(bool thoroughly)
{
    std::string fault;
    read([&](SQLite::Database& database) {
        fault = firstFault(thoroughly ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
        if (fault.empty() && thoroughly && number(database, "SELECT count(*) FROM pragma_foreign_key_check") > 0)
            fault = database
                        .execAndGet("SELECT 'row ' || rowid || ' of ' || \"table\" || ' refers to a row of ' || "
                                    "parent || ' that is not there' FROM pragma_foreign_key_check")
                        .getString();
    });
    return fault;
}

// Switching to the write-ahead log wants the file for itself for a moment, and SQLite does not wait for that.
void Database::setJournal()
{
    if (m_network) {
        m_database->exec("PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE; COMMIT");
        m_notices.push_back(
            {TextId("library.network", "the file lies on a network folder: one window at a time can use "
                                       "it, and saving is slower; a local folder is safer")});
        return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience);
    for (;;) {
        try {
            m_database->execAndGet("PRAGMA journal_mode=WAL");
            return;
        } catch (const SQLite::Exception& failure) {
            if (failure.getErrorCode() != SQLITE_BUSY || std::chrono::steady_clock::now() > end)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

// All steps at once: another process finds the file as it was, or up to date. The copy is made before, since SQLite
// makes none inside of a transaction; who is quicker has made it too.
void Database::migrate(const Schema& schema)
{
    if (const int old = number(*m_database, "PRAGMA user_version"); old > 0 && old < schema.version())
        keepAsItWas(old);
    SQLite::Transaction transaction(*m_database, SQLite::TransactionBehavior::IMMEDIATE);
    const int before = number(*m_database, "PRAGMA user_version");
    for (int step = before; step < schema.version(); ++step)
        m_database->exec(schema.steps[static_cast<std::size_t>(step)]);
    if (before < schema.version()) {
        m_database->exec("PRAGMA application_id=" + std::to_string(schema.applicationId));
        m_database->exec("PRAGMA user_version=" + std::to_string(schema.version()));
    }
    transaction.commit();
}

// What is written to a file without a name is lost with the program, and nobody would know.
void Database::checkStillThere() const
{
    const FileState now = FileState::of(m_path);
    if (now.device != m_device || now.inode != m_inode)
        throw Error(ErrorCode::Io, {action::write}, m_path.string(),
                    {TextId("library.gone", "it was moved, deleted or replaced while it was open: nothing was changed; "
                                            "put it back, or start anew")});
}

void Database::write(const Work& work)
{
    const std::lock_guard lock(m_mutex);
    if (m_readOnly)
        throw Error(ErrorCode::Io, {action::write}, m_path.string(),
                    m_notices.empty() ? UserText({TextId("library.opened_to_read", "it was opened for reading only")})
                                      : m_notices.front());
    checkStillThere();
    try {
        SQLite::Transaction transaction(*m_database, SQLite::TransactionBehavior::IMMEDIATE);
        work(*m_database);
        transaction.commit();
    } catch (const SQLite::Exception& failure) {
        throw databaseError({action::write}, m_path, failure, m_database->getHandle());
    }
}

void Database::read(const Work& work)
{
    const std::lock_guard lock(m_mutex);
    try {
        SQLite::Transaction transaction(*m_database);
        work(*m_database);
    } catch (const SQLite::Exception& failure) {
        throw databaseError({TextId("library.action_read", "read")}, m_path, failure, m_database->getHandle());
    }
}

} // namespace mama
