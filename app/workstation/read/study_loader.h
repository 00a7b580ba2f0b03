#pragma once
#include "core/base/file_state.h"
#include "core/base/progress.h"
#include "core/study/study.h"
#include "widgets/viewer/scene/view_image.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace mama {

// One image read and made ready for the view, or why it was not.
struct LoadedImage
{
    std::size_t index = 0; // in Study::images
    std::shared_ptr<const viewer::ViewImage> picture;
    std::string problem;
    FileState file{};     // that was read
    std::string pixels{}; // PixelHash of the frame, of a file without SOP Instance UID

    bool changedOnDisk(const StudyImage& facts) const; // since it was read
};

// Reads one image of a study. Runs on a pool thread; failures come back as text, never thrown.
LoadedImage loadImage(const StudyImage& facts, std::size_t index);

// Studies read ahead or shown lately, so that going to the next or back is immediate. Window's thread only.
class PictureCache
{
public:
    using Pictures = std::vector<LoadedImage>; // hung images of one study

    const Pictures* find(const std::string& studyUid) const;
    // Keeps the last few studies, at most about 2 GiB of pixels.
    void put(const std::string& studyUid, Pictures pictures);
    void add(const std::string& studyUid, LoadedImage image); // to what is kept of a study, in place of an earlier one
    void forget(const std::string& studyUid);
    void clear();

private:
    struct Entry
    {
        std::string uid;
        Pictures pictures;
        std::size_t bytes = 0;
    };
    void limit();
    std::vector<Entry> m_entries; // newest last
};

} // namespace mama
