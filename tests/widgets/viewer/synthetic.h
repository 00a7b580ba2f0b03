#pragma once
#include "core/study/study.h"
#include "widgets/viewer/pane_view.h"

#include <functional>

// Images and maps by formula, so that every expected pixel is known.
namespace mama::test {

// The image that stands for a standard view in tests, of one study or another.
viewer::PaneId paneOf(Slot slot, const std::string& study = "1.2.3");
viewer::StandardViews fourViews(const std::string& study = "1.2.3");

struct SyntheticImage
{
    int rows = 0, columns = 0;
    Slot slot = Slot::RCC;
    double mm = 0.1; // 0: no spacing
    std::function<int(int column, int row)> value;
    SampleType type = SampleType::U16;
    bool mirror = false, flip = false;
    int wall = -1; // chest wall column
    GreyPipeline pipeline;
    bool wholeBreast = true;
};

std::shared_ptr<const viewer::ViewImage> makeImage(const SyntheticImage& image, StoredImage* stored = nullptr);
StudyImage factsOf(const SyntheticImage& image);
// A breast-like half disc at the chest wall, on black.
SyntheticImage breastLike(Slot slot, int rows, int columns, double mm, bool mirroredStorage = false);
// Map of one crop of the image stretched to `size` pixels in patches of 14.
viewer::MapOverlay makeMap(const viewer::ViewImage& image, Box crop, int size,
                           const std::function<float(int row, int column)>& value);

} // namespace mama::test
