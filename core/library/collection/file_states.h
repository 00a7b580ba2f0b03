#pragma once
#include "core/base/progress.h"
#include "core/library/collection/library.h"

namespace mama {

// How many files were looked for, and of how many it is known otherwise now.
struct FileStates
{
    std::int64_t looked = 0, missing = 0, found = 0, changed = 0;
};

// Looks whether the files are where the library thinks them, without opening any: those that are gone are "missing"
// from now on, keep all that is known of them and are in no list left out; those that came back are there again; those
// of another size or time than when they were read are read anew by the next pass. Writes twice a second at most. What
// was looked at until it is cancelled is kept.
FileStates lookForFiles(Library& library, const Job& job = {});
// The same after a command that says other places of files: a re-link or a moved folder, or an undo or redo of one.
void lookAfter(Library& library, const Change& change);

} // namespace mama
