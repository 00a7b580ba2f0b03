#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/library/database.h"
#include "core/library/database_errors.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <sys/stat.h>
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
    const Temporary part{copy.string() + ".part-" + std::to_string(::getpid())};
    const auto old = ::umask(0077);
    try {
        SQLite::Database target(part.path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        ::umask(old);
        SQLite::Backup backup(target, *m_database);
        backup.executeStep(-1);
        target.exec("PRAGMA journal_mode=DELETE");
    } catch (const SQLite::Exception& failure) {
        ::umask(old);
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
    copyTo(copy);
}

// Once for each version: what a step of ours might spoil can be had back.
void Database::keepAsItWas(int version)
{
    const fs::path copy = m_path.string() + ".version-" + std::to_string(version);
    if (!fs::exists(copy))
        copyTo(copy);
}

} // namespace mama
