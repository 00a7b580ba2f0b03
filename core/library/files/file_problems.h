#pragma once
#include "core/library/collection/library.h"

#include <filesystem>

namespace mama {

// Something about a file that somebody should look at. kind: "missing", "refused", those of ImageDoubt, "same file"
// (byte for byte), "same pixels" (the same picture under another header or in another syntax).
struct FileProblem
{
    std::string kind;
    std::int64_t image = 0, study = 0;
    std::string studyKey;       // "EMBED/123"
    std::filesystem::path path; // where the library thinks it
    std::string text;           // of copies where the others are
};

// All of a library, by kind, then study. kind: only those; empty: all. Pictures without contrast are no copies of each
// other: black is black everywhere.
std::vector<FileProblem> fileProblems(Library& library, const std::string& kind = {});

} // namespace mama
