#pragma once
#include "core/library/collection/library_images.h"

#include <deque>
#include <optional>
#include <set>

namespace mama {

// One view of a study that is to be made.
struct WantedPicture
{
    std::int64_t study = 0;
    int view = 0;
    LibraryImage image;
};

// What is wanted of whom, in order of urgency: first which pictures studies have, then those that are to be made. Not
// safe by itself: who shares it locks.
class PictureQueue
{
public:
    // In place of what was wanted before: studies to be looked up, and of which pictures may still be made.
    void want(const std::vector<std::int64_t>& lookUp, const std::vector<std::int64_t>& wanted);
    std::vector<std::int64_t> takeStudies(std::size_t most);
    // A study that was looked up: its pictures that are to be made. Of one not wanted any more nothing is.
    void add(std::int64_t study, std::vector<WantedPicture> pictures);
    std::optional<WantedPicture> takePicture();
    void finish(const WantedPicture& picture);
    bool idle() const { return m_studies.empty() && m_pictures.empty(); }

private:
    void sort();

    std::vector<std::int64_t> m_wanted;
    std::deque<std::int64_t> m_studies;
    std::deque<WantedPicture> m_pictures;
    std::set<std::int64_t> m_making; // images
};

} // namespace mama
