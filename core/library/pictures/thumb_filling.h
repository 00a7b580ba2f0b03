#pragma once
#include "core/base/progress.h"
#include "core/library/pictures/image_thumbs.h"

namespace mama {

// Goes through all images of a library once. Any thread may ask for the next ones.
class ThumbFilling
{
public:
    explicit ThumbFilling(Library& library);

    // Some images that follow, with files that may be there; empty: that was all.
    std::vector<LibraryImage> next();
    std::int64_t total();
    void countAgain(); // there may be others now

private:
    Library& m_library;
    std::mutex m_mutex;
    std::int64_t m_total = 0, m_after = 0;
};

struct FilledThumbs
{
    std::int64_t kept = 0, made = 0, missing = 0, refused = 0, left = 0; // kept: there already; left: if cancelled
    std::vector<std::pair<std::string, std::string>> problems;           // path and reason, the first thousand
};

// Makes the thumbnails of all images that have none, so that a page shows them at once. Goes on where it was stopped.
// threads 0: as many as there are processors, at most 8.
FilledThumbs fillThumbs(Library& library, ThumbStore& store, const Job& job = {}, int threads = 0);

} // namespace mama
