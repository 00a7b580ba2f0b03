#pragma once
#include "core/image/model_input.h"
#include "core/image/stored_image.h"
#include "core/training/data/counter_random.h"
#include "core/training/settings/settings.h"

#include <vector>

namespace mama {

// Random changes of a view, in the reference's order and ranges (mama.md 5.2). What has no effect on grey is left out.
struct Augmentation
{
    double cropAreaLow = 0.1, cropRatio = 4.0 / 3;
    double flipHorizontal = 0.5, flipVertical = 0.5;
    double jitterShare = 0.8, brightness = 0.8, contrast = 0.8;
    double blurShare = 0.4;

    static Augmentation from(const Settings& settings);
    static Augmentation none() { return {1, 1, 0, 0, 0, 0, 0, 0}; }
};

struct AugmentedView
{
    Raster<float> grey;                    // of the size asked for, 0 to 255
    std::vector<Raster<float>> companions; // the companions under the same crop and flips
};

// picture and companions of one size, 0 to 255.
AugmentedView augment(const Raster<std::uint8_t>& picture, const std::vector<Raster<std::uint8_t>>& companions,
                      const Extent& size, const Augmentation& options, CounterRandom& random);

} // namespace mama
