#include "app/workstation/library/pictures/picture_queue.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace mama {

void PictureQueue::want(const std::vector<std::int64_t>& lookUp, const std::vector<std::int64_t>& wanted)
{
    m_wanted = wanted;
    std::unordered_set<std::int64_t> known; // those whose pictures are being made are looked up already
    for (const WantedPicture& each : m_pictures)
        known.insert(each.study);
    m_studies.clear();
    for (const std::int64_t study : lookUp)
        if (!known.contains(study))
            m_studies.push_back(study);
    sort();
}

// In the order in which they are wanted now, without those that are not.
void PictureQueue::sort()
{
    std::unordered_map<std::int64_t, std::size_t> place;
    for (std::size_t i = 0; i < m_wanted.size(); ++i)
        place.emplace(m_wanted[i], i);
    std::erase_if(m_pictures, [&](const WantedPicture& each) { return !place.contains(each.study); });
    std::stable_sort(m_pictures.begin(), m_pictures.end(), [&](const WantedPicture& a, const WantedPicture& b) {
        return place.at(a.study) < place.at(b.study);
    });
}

std::vector<std::int64_t> PictureQueue::takeStudies(std::size_t most)
{
    const std::size_t count = std::min(most, m_studies.size());
    const auto end = m_studies.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<std::int64_t> out(m_studies.begin(), end);
    m_studies.erase(m_studies.begin(), end);
    return out;
}

void PictureQueue::add(std::int64_t study, std::vector<WantedPicture> pictures)
{
    std::erase_if(m_pictures, [&](const WantedPicture& each) { return each.study == study; });
    for (WantedPicture& each : pictures)
        if (!m_making.contains(each.image.id))
            m_pictures.push_back(std::move(each));
    sort();
}

std::optional<WantedPicture> PictureQueue::takePicture()
{
    if (m_pictures.empty())
        return std::nullopt;
    WantedPicture next = std::move(m_pictures.front());
    m_pictures.pop_front();
    m_making.insert(next.image.id);
    return next;
}

void PictureQueue::finish(const WantedPicture& picture) { m_making.erase(picture.image.id); }

} // namespace mama
