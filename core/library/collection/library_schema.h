#pragma once
#include "core/library/database.h"

#include <span>

namespace mama {

// Of a library's library.db. It begins with the steps of the reader's file: the same tables session, command,
// log_entry, verdict and assigned_view, so that a session read in a library is kept there by the same code, and the
// commands of both are one log. The application id differs, since neither can stand for the other. Steps are added at
// the end, a later step of the reader's file at the number that is free then.
const Schema& librarySchema();

// Whose rows a command's change set records, by name: every table but the log itself, the readers' final records and
// the text index, which is written with the studies
// (no trigger may: SQLite takes FTS5 in a trigger for unsafe).
std::span<const char* const> recordedTables();

} // namespace mama
