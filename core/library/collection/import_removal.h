#pragma once
#include "core/library/collection/library.h"

namespace SQLite {
class Database;
}

namespace mama {

// Why an undo is refused: %1, the words of a later command, stands on what it would take back.
inline constexpr auto laterStandsOnIt =
    TextId("library.stands_on", "a later action stands on it: %1. Undo that first; nothing was done");

// Undoes an import: takes away every row that came with it. Error(Data) says how much work hangs on them, or names a
// later command that changed one of them, and then nothing is done.
void removeImport(SQLite::Database& database, const CommandEntry& command);

// Puts the descriptions of the studies of an import into the text index: after it is done, and done again.
void indexTexts(SQLite::Database& database, std::int64_t command);

} // namespace mama
