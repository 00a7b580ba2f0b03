#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/library/database.h"
#include "core/library/database_errors.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

// Removes what was not finished.
struct Temporary
{
    fs::path path;
    ~Temporary()
    {
        std::error_code ignored;
        fs::remove(path, ignored);
        fs::remove(path.string() + "-journal", ignored);
    }
};

} // namespace

// A copy in one piece, under a rollback journal, so that it is a single file; a hard link takes its name, which cannot
// replace anything.
void Database::copyTo(const fs::path& copy)
{
    static std::atomic<unsigned> counter{0};
    const Temporary part{copy.string() + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(counter++)};
    {
        const FileDescriptor made(::open(part.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!made.isOpen())
            throw Error(ErrorCode::Io, {action::write}, copy.string(), std::strerror(errno));
    }
    try {
        SQLite::Database target(part.path.string(), SQLite::OPEN_READWRITE);
        SQLite::Backup backup(target, *m_database);
        if (const int result = backup.executeStep(-1); result != SQLITE_DONE)
            throw SQLite::Exception(m_database->getHandle(), result);
        target.exec("PRAGMA journal_mode=DELETE");
    } catch (const SQLite::Exception& failure) {
        throw databaseError({action::write}, copy, failure, nullptr);
    }
    std::error_code failed;
    fs::create_hard_link(part.path, copy, failed);
    if (failed && failed != std::errc::file_exists && !fs::exists(copy))
        fs::rename(part.path, copy, failed); // a file system without links
    if (failed)
        throw Error(ErrorCode::Io, {action::write}, copy.string(), failed.message());
}

void Database::backUp(const fs::path& copy)
{
    const std::lock_guard lock(m_mutex);
    copyTo(fs::absolute(copy));
}

// Once for each version: what a step of ours might spoil can be had back.
void Database::keepAsItWas(int version)
{
    const fs::path copy = m_path.string() + ".version-" + std::to_string(version);
    try {
        if (!fs::exists(copy))
            copyTo(copy);
    } catch (const Error&) {
        if (!fs::exists(copy)) // else another process was quicker
            throw;
    }
}

} // namespace mama
