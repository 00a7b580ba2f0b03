#pragma once
#include "core/library/database.h"
#include "core/library/pictures/thumb.h"

#include <chrono>
#include <map>

namespace mama {

// Thumbnails of a library, in thumbs.db beside it: private like the library itself, and made again where it is gone.
// Any thread and several processes may call; what was put is written a few times a second. Where nothing can be written
// it keeps nothing. A file that is damaged or another program's is put aside under another name and made anew.
class ThumbStore
{
public:
    explicit ThumbStore(const std::filesystem::path& library);
    ~ThumbStore(); // writes what is left

    std::optional<Thumb> find(const std::string& key);
    bool has(const std::string& key);
    void put(const std::string& key, Thumb thumb);
    void flush();
    // What is different from the usual, since the last call: a line each.
    std::vector<UserText> takeNotices();

private:
    void open();
    bool makeAnew(const UserText& why);
    template <class Work>
    void guarded(bool writing, const Work& work);
    void writePending();

    std::filesystem::path m_path;
    std::mutex m_mutex;
    std::unique_ptr<Database> m_database; // empty: nothing is kept
    bool m_keeping = true;                // false: the disk refused, as when it is full
    std::map<std::string, Thumb> m_pending;
    std::chrono::steady_clock::time_point m_since; // of the oldest one pending
    std::vector<UserText> m_notices;
};

} // namespace mama
