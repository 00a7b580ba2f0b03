#pragma once
#include "core/base/error.h"

#include <filesystem>

struct sqlite3;

namespace SQLite {
class Exception;
}

namespace mama {

// What SQLite reports, in words that say what would help. `handle`: of the open file, for the system's reason.
Error databaseError(const UserText& action, const std::filesystem::path& path, const SQLite::Exception& failure,
                    sqlite3* handle);

} // namespace mama
