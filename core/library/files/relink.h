#pragma once
#include "core/base/progress.h"
#include "core/library/collection/library.h"

#include <filesystem>
#include <vector>

namespace mama {

// What tells that a file found is the one missing, in the order in which it is asked.
enum class RelinkedBy { Path, Sop, Content, Pixels };
const char* name(RelinkedBy by); // "path", "sop", "content", "pixels"

struct FoundFileAgain
{
    std::int64_t file = 0, root = 0;
    std::filesystem::path before, now, below; // below: its data set's folder, as the library has it
    RelinkedBy by = RelinkedBy::Path;
};

struct MovedRoot // a disk or folder that all of a data set's files moved with
{
    std::int64_t root = 0, files = 0;
    std::filesystem::path before, now;
};

// What was found below a folder of the files that are not where the library thinks them.
struct RelinkPlan
{
    std::filesystem::path folder;            // that was searched
    std::int64_t missing = 0, searched = 0;  // files of the library; files below the folder
    std::vector<FoundFileAgain> found;       // by file
    std::vector<MovedRoot> roots;            // found files of these move as one row
    std::vector<std::filesystem::path> lost; // still missing, or several answer to it alike
};

// Looks below a folder for missing files; nothing is changed. A file is known again by the longest end of its path, as
// long as its SOP instance or size does not say otherwise; then by its SOP instance UID; then by its bytes; then by its
// stored values. A file below the folder that is another one of the library already is none of the missing ones. Empty
// if cancelled. Error(Io): there is no such folder.
Cancellable<RelinkPlan> findMissingFiles(Library& library, const std::filesystem::path& folder, const Job& job = {});

// One command: the rows of the found files, or one row for a folder that moved as a whole. Then they are known as
// there.
Change relink(Library& library, const RelinkPlan& plan);

} // namespace mama
