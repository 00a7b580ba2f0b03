#pragma once
#include "core/base/file_state.h"
#include "core/base/progress.h"
#include "core/study/study.h"
#include "widgets/viewer/scene/view_image.h"

#include <memory>
#include <string>

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

} // namespace mama
