#include "app/workstation/read/studies/picture_cache.h"

#include "core/base/machine_memory.h"

#include <algorithm>

namespace mama {
namespace {

std::uint64_t bytesOf(const PictureCache::Pictures& pictures)
{
    std::uint64_t bytes = 0;
    for (const LoadedImage& image : pictures)
        if (image.picture)
            for (const viewer::ViewLevel& level : image.picture->levels())
                bytes += level.grey.size() * 2 + level.wide.size() * 4 + level.colour.size();
    return bytes;
}

} // namespace

std::uint64_t usualPictureMemory(std::uint64_t machine)
{
    constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
    return std::clamp((machine > 0 ? machine : 8 * gibibyte) / 16, gibibyte / 4, 4 * gibibyte);
}

PictureCache::PictureCache() : m_limit(usualPictureMemory(machineMemory())) {}

void PictureCache::setLimit(std::uint64_t bytes)
{
    m_limit = bytes;
    shrink();
}

std::uint64_t PictureCache::used() const
{
    std::uint64_t bytes = 0;
    for (const Entry& kept : m_entries)
        bytes += kept.bytes;
    return bytes;
}

const PictureCache::Pictures* PictureCache::find(const std::string& studyUid) const
{
    const auto found = std::ranges::find(m_entries, studyUid, &Entry::uid);
    return found == m_entries.end() ? nullptr : &found->pictures;
}

void PictureCache::put(const std::string& studyUid, Pictures pictures)
{
    forget(studyUid);
    const std::uint64_t bytes = bytesOf(pictures);
    m_entries.push_back({studyUid, std::move(pictures), bytes});
    shrink();
}

void PictureCache::add(const std::string& studyUid, LoadedImage image)
{
    const auto found = std::ranges::find(m_entries, studyUid, &Entry::uid);
    if (found == m_entries.end())
        return;
    std::erase_if(found->pictures, [&](const LoadedImage& each) { return each.index == image.index; });
    found->pictures.push_back(std::move(image));
    found->bytes = bytesOf(found->pictures);
    shrink();
}

void PictureCache::forget(const std::string& studyUid)
{
    std::erase_if(m_entries, [&](const Entry& entry) { return entry.uid == studyUid; });
}

void PictureCache::shrink()
{
    for (auto oldest = m_entries.begin(); used() > m_limit && oldest + 1 < m_entries.end();)
        oldest = oldest->uid == m_held ? oldest + 1 : m_entries.erase(oldest);
}

void PictureCache::clear() { m_entries.clear(); }

} // namespace mama
