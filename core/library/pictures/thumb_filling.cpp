#include "core/library/pictures/thumb_filling.h"

#include "core/base/path_text.h"

#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <thread>

namespace mama {
namespace {

constexpr int atOnce = 64;
constexpr std::size_t namedProblems = 1000;

} // namespace

ThumbFilling::ThumbFilling(Library& library) : m_library(library) { countAgain(); }

std::int64_t ThumbFilling::total()
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

void ThumbFilling::countAgain()
{
    const std::lock_guard lock(m_mutex);
    m_library.read([&](SQLite::Database& database) {
        m_total = database.execAndGet("SELECT count(*) FROM image JOIN file ON file.id = file WHERE state <> 'none'")
                      .getInt64();
    });
}

std::vector<LibraryImage> ThumbFilling::next()
{
    const std::lock_guard lock(m_mutex);
    std::vector<LibraryImage> images = imagesAfter(m_library, m_after, atOnce);
    if (!images.empty())
        m_after = images.back().id;
    return images;
}

FilledThumbs fillThumbs(Library& library, ThumbStore& store, const Job& job, int threads)
{
    ThumbFilling filling(library);
    FilledThumbs filled;
    std::mutex mutex;
    const auto count = [&](ImageThumb::State before, const ImageThumb& thumb) {
        const std::lock_guard lock(mutex);
        filled.missing += thumb.state == ImageThumb::State::Missing;
        filled.refused += thumb.state == ImageThumb::State::Refused;
        if (thumb.state == ImageThumb::State::Ready)
            ++(before == ImageThumb::State::ToMake ? filled.made : filled.kept);
        else if (filled.problems.size() < namedProblems)
            filled.problems.emplace_back(pathText(thumb.path), thumb.fault.empty() ? "missing" : thumb.fault);
        const std::int64_t done = filled.made + filled.kept + filled.missing + filled.refused;
        job.report(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(filling.total()), "thumbnails");
    };
    const auto work = [&] {
        for (std::vector<LibraryImage> images = filling.next(); !images.empty(); images = filling.next())
            for (const LibraryImage& image : images) {
                if (job.cancelled())
                    return;
                const ImageThumb there = findThumb(store, image);
                count(there.state, there.state == ImageThumb::State::ToMake ? findOrMakeThumb(store, image) : there);
            }
    };
    const int workers = threads > 0 ? threads : std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 8);
    {
        std::vector<std::jthread> pool;
        for (int i = 1; i < workers; ++i)
            pool.emplace_back(work);
        work();
    }
    store.flush();
    filled.left = filling.total() - filled.made - filled.kept - filled.missing - filled.refused;
    return filled;
}

} // namespace mama
