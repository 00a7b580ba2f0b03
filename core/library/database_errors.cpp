#include "core/library/database_errors.h"

#include <SQLiteCpp/Exception.h>
#include <cstring>
#include <sqlite3.h>

namespace mama {
namespace {

std::string systemReason(sqlite3* handle)
{
    const int number = handle ? sqlite3_system_errno(handle) : 0;
    return number != 0 ? std::strerror(number) : "";
}

UserText reason(const SQLite::Exception& failure, sqlite3* handle)
{
    switch (failure.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {TextId("library.busy", "another process has been writing to it for 5 s, or has it for itself: nothing "
                                       "was changed; try again")};
    case SQLITE_FULL:
        return {TextId("library.disk_full", "the disk is full: nothing was changed; free some space and try again")};
    case SQLITE_READONLY:
        return {TextId("library.protected", "the file or its folder is write-protected: nothing was changed")};
    case SQLITE_NOTADB: return {TextId("library.no_sqlite", "this is no SQLite file: name another, or move it away")};
    case SQLITE_CORRUPT:
        return {TextId("library.broken", "the file is damaged (%1): restore a backup, or move it away"),
                failure.what()};
    case SQLITE_CANTOPEN: {
        const std::string why = systemReason(handle);
        return {TextId("library.cannot_open", "it cannot be opened: %1"), why.empty() ? failure.what() : why};
    }
    case SQLITE_IOERR: {
        const std::string why = systemReason(handle);
        return {TextId("library.disk_fault", "the disk refused: %1: nothing was changed"),
                why.empty() ? failure.what() : why};
    }
    default: return failure.what();
    }
}

} // namespace

Error databaseError(const UserText& action, const std::filesystem::path& path, const SQLite::Exception& failure,
                    sqlite3* handle)
{
    const int code = failure.getErrorCode();
    const bool format = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    const bool ours = code == SQLITE_ERROR || code == SQLITE_MISUSE || code == SQLITE_CONSTRAINT;
    return {format ? ErrorCode::Format
            : ours ? ErrorCode::Internal
                   : ErrorCode::Io,
            action, path.string(), reason(failure, handle)};
}

} // namespace mama
