#include "core/image/prepare_steps.h"
#include "core/image/resize.h"

#include <algorithm>
#include <cmath>

namespace mama::PrepareSteps {
namespace {

// Where the scaled crop lies in the square: left, top.
struct Placement
{
    int columns, rows, left, top;
};

// Aspect kept: padded on the side away from the chest wall, evenly when that is unknown and above and below.
Placement place(const Box& crop, ImageEdge chestWall, bool keepAspect, int size)
{
    if (!keepAspect)
        return {size, size, 0, 0};
    const double scale = static_cast<double>(size) / std::max(crop.width(), crop.height());
    const auto scaled = [&](int length) { return std::clamp(static_cast<int>(std::lround(length * scale)), 1, size); };
    Placement p{scaled(crop.width()), scaled(crop.height()), 0, 0};
    const int spare = size - p.columns;
    p.left = chestWall == ImageEdge::Left ? 0 : chestWall == ImageEdge::Right ? spare : spare / 2;
    p.top = (size - p.rows) / 2;
    return p;
}

} // namespace

void inFloat(const NormalisedGrey& grey, const BreastOutline& breast, const Sizes& sizes, PreparedImage& prepared)
{
    const int size = sizes.input;
    const Box crop = breast.bright;
    const Placement p = place(crop, breast.chestWall, prepared.profile.keepAspect, size);
    const Raster<float> picture = antialiased(grey.crop(crop), p.rows, p.columns);
    Raster<float> square(size, size);
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
    prepared.seenGrey = Raster<std::uint8_t>(size, size);
    std::ranges::transform(square.values, prepared.seenGrey.values.begin(), [](float value) {
        return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255));
    });
    prepared.values = std::move(square.values);
}

} // namespace mama::PrepareSteps
