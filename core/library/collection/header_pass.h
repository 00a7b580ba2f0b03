#pragma once
#include "core/base/progress.h"
#include "core/library/collection/known_state.h"
#include "core/library/collection/library.h"
#include "core/study/study.h"

#include <span>
#include <vector>

namespace mama {

// What a look into a file says of it.
struct FileFacts
{
    std::string state = "read", fault; // read, missing, refused
    KnownState known;
    StudyImage image; // where it was read
};
// Into the library, inside of a transaction. What the tables say stays: a header only fills what they left open.
void keepFacts(SQLite::Database& database, std::span<const std::int64_t> files, std::span<const FileFacts> facts);

struct RefusedFile
{
    std::string path, reason; // for the user who looks at the job: it holds a path, so it goes into no log
};

struct HeaderPass
{
    std::int64_t read = 0, missing = 0, refused = 0, left = 0; // left: not looked at yet, where it was cancelled
    std::vector<RefusedFile> problems;                         // those refused, and the first hundred missing
};

// Reads the headers of all files that were not read before, and fills in what images and files are: rows, columns,
// bits, spacing, maker, side and view where the tables left them open. Files that were missing are looked for again.
// Goes on where it was stopped; writes twice a second. threads 0: as many as there are processors, at most 8.
HeaderPass readHeaders(Library& library, const Job& job = {}, int threads = 0);
std::int64_t headersLeft(Library& library); // files that were not read yet

} // namespace mama
