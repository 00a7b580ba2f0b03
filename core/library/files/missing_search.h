#pragma once
#include "core/library/files/relink.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace mama {

// A file of the library that is not where it was, with all that it is known by.
struct MissingFile
{
    std::int64_t file = 0, root = 0, size = 0; // size 0: not known
    std::filesystem::path rootPath, below;
    std::string sop, sha256, pixels;
};

// Pairs missing files with files that were found, one way of knowing them after another. Each found one is taken once.
class MissingSearch
{
public:
    MissingSearch(std::vector<MissingFile> missing, std::vector<std::filesystem::path> candidates);

    void byPath();
    // False: cancelled.
    bool bySop(const Job& job);
    bool byContent(const Job& job);
    bool byPixels(const Job& job);

    std::vector<FoundFileAgain> found() const; // by file
    std::vector<MissingFile> lost() const;

private:
    struct Candidate
    {
        std::filesystem::path path;
        std::int64_t size = 0;
        std::optional<std::string> sop, sha256; // once looked at; "": there is none
        bool taken = false;
    };
    struct Pair
    {
        std::size_t candidate = 0;
        RelinkedBy by = RelinkedBy::Path;
    };
    using Key = std::string MissingFile::*;
    using Reader = std::function<std::string(Candidate&)>;

    const std::string& sopOf(Candidate& candidate) const;
    const std::string& sumOf(Candidate& candidate) const;
    bool contradicts(const MissingFile& missing, Candidate& candidate, std::size_t common);
    void pair(std::size_t missing, std::size_t candidate, RelinkedBy by);
    bool byKey(Key key, const Reader& read, RelinkedBy by, const Job& job);
    std::optional<std::size_t> choose(const MissingFile& missing, const std::vector<std::size_t>& candidates);

    std::vector<MissingFile> m_missing;
    std::vector<Candidate> m_candidates;
    std::map<std::size_t, Pair> m_pairs; // candidate by missing file
};

} // namespace mama
