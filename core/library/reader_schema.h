#pragma once
#include "core/library/database.h"

namespace mama {

// Of the file with the reader's own work.
const Schema& readerSchema();

// The steps of which other files of ours are made too, so that what a reader did is in the same tables there: their own
// lists name them and number them anew.
namespace reader_step {
extern const char* const sessionsAndCommands;
extern const char* const logAndVerdicts;
extern const char* const assignedViews;
extern const char* const checkedChangeSets;
} // namespace reader_step

} // namespace mama
