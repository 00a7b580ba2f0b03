#pragma once
#include <cstdint>
#include <string>

namespace SQLite {
class Database;
}

namespace mama {

// A command's change set in its row, compressed, with its CRC. Error(Format) names a command whose change set is
// damaged.
void storeChanges(SQLite::Database& database, std::int64_t command, const std::string& changeSet);
std::string storedChanges(SQLite::Database& database, std::int64_t command);

} // namespace mama
