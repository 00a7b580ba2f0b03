#pragma once
#include "core/library/files/file_look.h"

#include <chrono>
#include <deque>
#include <set>

namespace mama {

// Reads every file of a library once, for all that is wanted of its pixels. Any thread may take the next file, or ask
// for one that somebody waits for; no file is read by two. What was found is on the disk twice a second: thumbnails
// first, then the library, so that a file counts as read once all of it is kept. Whatever ends the work, it goes on
// from there.
class FilePass
{
public:
    // All must outlive it. memory 0: see MemoryShare.
    FilePass(Library& library, ThumbStore& store, std::size_t memory = 0);
    ~FilePass(); // keeps what is left, if the disk lets it

    // One that was not read yet; empty: that was the last.
    std::optional<FileToLook> next();
    // Reads it and keeps what was found. Empty: stopped. Error(Io) if it cannot be kept, as on a full disk: then it is
    // kept with what comes next.
    Cancellable<FileLook> look(const FileToLook& file, const std::stop_token& stop = {}, const FrameUse& use = {});
    // An image's thumbnail now, by reading its whole file if that was not done.
    ImageThumb lookFor(const LibraryImage& image);
    void flush(); // as look() throws

    struct Counts
    {
        std::int64_t files = 0, before = 0;                         // all; those that were read before and are there
        std::int64_t read = 0, missing = 0, refused = 0, bytes = 0; // of this pass, kept on the disk; missing: of all
        std::int64_t left() const { return files - before - read - missing - refused; }
    };
    Counts counts();
    void countAgain(); // there may be others now

private:
    using Looks = std::map<std::int64_t, FileLook>;

    std::optional<FileLook> take(std::int64_t file); // marks it as being read, or gives what was found
    void release(std::int64_t file);
    void keep(FileLook look);
    void count(const FileLook& look);
    void write(std::unique_lock<std::mutex>& lock);
    void fillQueue();

    Library& m_library;
    ThumbStore& m_store;
    MemoryShare m_memory;
    std::mutex m_mutex, m_writing;
    std::condition_variable m_released;
    std::deque<FileToLook> m_queue;
    std::int64_t m_after = 0;
    std::set<std::int64_t> m_busy, m_done; // done: in this pass
    Looks m_pending, m_leaving;            // found; those being written
    std::chrono::steady_clock::time_point m_written;
    Counts m_counts;
};

struct PassedFile
{
    std::string path, reason; // for the user who looks at the job: it holds a path, so it goes into no log
};

struct FilePassReport
{
    FilePass::Counts counts;
    std::vector<PassedFile> problems; // those refused, and the first hundred missing
    double seconds = 0;
};

// Reads all files that were not read yet. threads 0: as many as there are processors, at most 8. Error(Io) if what was
// found cannot be kept.
FilePassReport passFiles(Library& library, ThumbStore& store, const Job& job = {}, int threads = 0);

inline constexpr const char* filePhase = "files"; // of its progress

} // namespace mama
