#include "core/image/prepare_steps.h"
#include "core/image/resize.h"

#include <algorithm>
#include <cmath>

namespace mama::PrepareSteps {
void inFloat(const NormalisedGrey& grey, const BreastOutline& breast, const Sizes& sizes, PreparedImage& prepared)
{
    const Extent size = sizes.input;
    const Box crop = breast.bright;
    const Placement p = prepared.profile.keepAspect ? keepingAspect(crop, breast.chestWall, size)
                                                    : Placement{size.columns, size.rows, 0, 0};
    const Raster<float> picture = antialiased(grey.crop(crop), p.rows, p.columns);
    Raster<float> square(size.rows, size.columns);
    for (int r = 0; r < p.rows; ++r)
        std::copy_n(&picture.at(r, 0), p.columns, &square.at(r + p.top, p.left));

    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = grey.columns();
    chain.storedRows = chain.resizedRows = grey.rows();
    chain.crop = crop;
    chain.inputColumns = p.columns;
    chain.inputRows = p.rows;
    chain.offsetX = -p.left;
    chain.offsetY = -p.top;
    chain.inputSize = size;
    chain.patch = sizes.patch;
    prepared.geometry = Geometry(chain);
    prepared.otsuThreshold = breast.otsuThreshold;
    prepared.cropped = breast.found();
    prepared.seenGrey = Raster<std::uint8_t>(size.rows, size.columns);
    std::ranges::transform(square.values, prepared.seenGrey.values.begin(), [](float value) {
        return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255));
    });
    prepared.values = std::move(square.values);
}

} // namespace mama::PrepareSteps
