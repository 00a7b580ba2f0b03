#pragma once
#include "core/download/download_folder.h"
#include "core/download/source_news.h"

namespace mama {

// How patient a download is.
struct FetchLimits
{
    int tries = 6;                                                     // one after the other without a byte
    std::chrono::milliseconds stall{60'000};                           // how long nothing may come
    std::chrono::milliseconds firstPause{1'000}, longestPause{60'000}; // between tries, doubled each time
    std::chrono::milliseconds longestWait{600'000};                    // that a source may ask for
};

namespace phase {
inline constexpr const char* waiting = "Waiting for the source"; // before it is asked again
}

// One file of a model.
struct FileOrder
{
    std::string name, url, token;
    std::string acceptAt; // for the words of a refusal
    SourceFacts stated;   // what the catalogue or the source says before it is fetched
};

// Fetches files into a model's download folder, one after the other. A file that was begun goes on where it ended, if
// the source has the same one still; a whole one stays. Sizes and hashes are checked where they are stated.
class FileFetcher
{
public:
    using Progress = std::function<void(std::uint64_t bytes)>; // of this file that are here

    FileFetcher(HttpClient& client, const DownloadPlace& place, FetchLimits limits, SourceListener listener = {})
        : m_client(client), m_place(place), m_record(place), m_limits(limits), m_listener(std::move(listener))
    {}

    DownloadRecord& record() { return m_record; }
    // What the source says of it; one that answers HEAD with nothing says nothing. Error(Io) as fetch. Empty if
    // cancelled.
    Cancellable<SourceFacts> look(const FileOrder& order, const Job& job);
    // False: cancelled. Error(Io) names the file's address and why: refused, cut too often, another content, no room.
    // What came stays for the next time, unless it is known to be wrong.
    bool fetch(const FileOrder& order, const Progress& progress, const Job& job);

private:
    struct Attempt;

    Cancellable<HttpAnswer> attempt(Attempt& attempt, const Job& job);
    bool begin(Attempt& attempt, const HttpAnswer& answer);
    void take(Attempt& attempt, std::span<const std::byte> bytes);
    bool isWhole(const FileOrder& order) const;
    std::uint64_t partBytes(const FileOrder& order);
    Cancellable<bool> accept(const FileOrder& order, const Job& job);
    bool wait(const HttpAnswer& answer, int tries, const FileOrder& order, const Job& job);
    void judge(const HttpAnswer& answer, const FileOrder& order) const;
    void tell(const FileOrder& order, int tries, std::chrono::milliseconds wait) const;

    HttpClient& m_client;
    const DownloadPlace& m_place;
    DownloadRecord m_record;
    FetchLimits m_limits;
    SourceListener m_listener; // may be empty
    UserText m_trouble;        // of the last try
};

} // namespace mama
