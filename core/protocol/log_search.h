#pragma once
#include "core/base/progress.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// Finds the lines of a log that hold some words, in the whole file however long it is, a few megabytes at a time.
// Capitals do not count. A file that grows is searched on from where the search ended.
class LogSearch
{
public:
    LogSearch(std::filesystem::path file, std::string_view words);

    struct Hit
    {
        std::uint64_t offset = 0; // of the line's first byte
        std::uint64_t line = 0;   // from 1 on
    };
    static constexpr std::size_t mostHits = 1'000'000; // that are kept; all are counted

    // Searches what was added since the last call; one that was replaced by a shorter one from its beginning on. False
    // if cancelled: the next call goes on. Error(Io) names the file.
    bool search(const Job& job = {});

    const std::filesystem::path& file() const { return m_file; }
    const std::vector<Hit>& hits() const { return m_hits; }
    std::uint64_t found() const { return m_found; }           // lines
    std::uint64_t lines() const { return m_line + m_ahead; }  // ended ones that were searched
    std::uint64_t bytes() const { return m_offset + m_rest; } // searched
    std::uint64_t size() const { return m_size; }             // of the file when it was looked at last

private:
    void take(char* text, std::size_t size);
    void countTo(const char* from, const char* to, std::uint64_t base);

    std::filesystem::path m_file;
    std::string m_words; // folded
    std::vector<Hit> m_hits;
    std::uint64_t m_found = 0, m_size = 0;
    std::uint64_t m_offset = 0, m_line = 0, m_lineStart = 0; // searched so far
    std::uint64_t m_rest = 0, m_ahead = 0;                   // after m_offset: too short to hold the words
    bool m_lineHit = false;                                  // the line at m_offset is found already
};

struct LogLine
{
    std::uint64_t number = 0;
    std::string text; // the first 2,000 bytes of it
};

// A hit's line with those around it; fewer at the ends of the file. Error(Io) names the file.
std::vector<LogLine> linesAround(const std::filesystem::path& file, const LogSearch::Hit& hit, int before, int after);

} // namespace mama
