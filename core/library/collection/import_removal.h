#pragma once
#include "core/library/collection/library.h"

namespace SQLite {
class Database;
}

namespace mama {

// Undoes an import: takes away every row that came with it. Error(Data) says how much work hangs on them, and then
// nothing is done.
void removeImport(SQLite::Database& database, const CommandEntry& command);

// Puts the descriptions of the studies of an import into the text index: after it is done, and done again.
void indexTexts(SQLite::Database& database, std::int64_t command);

} // namespace mama
