// What picture libraries do for CLIP and its kin: models.md, sections 4, 6 and 9.
#include "core/image/eight_bit.h"
#include "core/image/pillow_resize.h"
#include "core/image/prepare_steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mama::PrepareSteps {
namespace {

// A picture of 8 bits as it is; all others by their range after the modality LUT, no window.
Raster<std::uint8_t> asEightBit(const Source& source)
{
    const StoredImage& grey = source.grey;
    const GreyPipeline& pipeline = source.pipeline;
    const bool asItIs = grey.type == SampleType::U8 && !pipeline.inverted && !pipeline.modalityTable &&
                        pipeline.slope == 1 && pipeline.intercept == 0 && !pipeline.padding;
    if (!asItIs)
        return eightBitByRange(modalityValues(grey, pipeline), {0, 0, grey.columns - 1, grey.rows - 1},
                               pipeline.inverted);
    Raster<std::uint8_t> out(grey.rows, grey.columns);
    std::memcpy(out.values.data(), grey.bytes.data(), out.values.size());
    return out;
}

Raster<std::uint8_t> resized(const Raster<std::uint8_t>& picture, Profile::Resizer resizer, int rows, int columns)
{
    switch (resizer) {
    case Profile::Resizer::PillowBilinear: return pillowResize(picture, rows, columns, PillowFilter::Bilinear);
    case Profile::Resizer::PillowBicubic: return pillowResize(picture, rows, columns, PillowFilter::Bicubic);
    case Profile::Resizer::TensorFlowBilinear: break;
    }
    return tensorFlowBilinear(picture, rows, columns);
}

// Python's round() of a half, or cut off.
int offset(int spare, bool halfEven) { return halfEven ? static_cast<int>(std::nearbyint(spare / 2.0)) : spare / 2; }

// The shorter side becomes the input's, the longer one follows, cut off to a whole number. Of inputs that are no
// squares, the side that is relatively shorter.
Placement centreCrop(const StoredImage& grey, const Extent& into, bool halfEven)
{
    const bool wide =
        static_cast<std::int64_t>(grey.columns) * into.rows >= static_cast<std::int64_t>(grey.rows) * into.columns;
    const auto follow = [](int side, int to, int from) {
        return static_cast<int>(static_cast<std::int64_t>(side) * to / from);
    };
    Placement p{into.columns, into.rows, 0, 0};
    if (wide)
        p.columns = std::max(into.columns, follow(grey.columns, into.rows, grey.rows));
    else
        p.rows = std::max(into.rows, follow(grey.rows, into.columns, grey.columns));
    p.left = -offset(p.columns - into.columns, halfEven);
    p.top = -offset(p.rows - into.rows, halfEven);
    return p;
}

Placement place(const Source& source, const Sizes& sizes, const Profile& profile)
{
    const Box whole{0, 0, source.grey.columns - 1, source.grey.rows - 1};
    switch (profile.fit) {
    case Profile::Fit::CentreCrop: return centreCrop(source.grey, sizes.input, profile.cropHalfEven);
    case Profile::Fit::Pad: return keepingAspect(whole, source.breast.chestWall, sizes.input);
    case Profile::Fit::Stretch: break;
    }
    return {sizes.input.columns, sizes.input.rows, 0, 0};
}

} // namespace

void eightBit(const Source& source, const Sizes& sizes, PreparedImage& prepared)
{
    const Placement p = place(source, sizes, prepared.profile);
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = source.grey.columns;
    chain.storedRows = chain.resizedRows = source.grey.rows;
    chain.crop = {0, 0, source.grey.columns - 1, source.grey.rows - 1};
    chain.inputColumns = p.columns;
    chain.inputRows = p.rows;
    chain.offsetX = -p.left;
    chain.offsetY = -p.top;
    chain.inputSize = sizes.input;
    chain.patch = sizes.patch;
    prepared.geometry = Geometry(chain);
    const Raster<std::uint8_t> scaled = resized(asEightBit(source), prepared.profile.resizer, p.rows, p.columns);
    Raster<std::uint8_t> input(sizes.input.rows, sizes.input.columns);
    for (int r = 0; r < input.rows; ++r)
        for (int c = 0; c < input.columns; ++c) {
            const int y = r - p.top, x = c - p.left;
            if (y >= 0 && x >= 0 && y < scaled.rows && x < scaled.columns)
                input.at(r, c) = scaled.at(y, x);
        }
    takeGrey(std::move(input), prepared);
}

} // namespace mama::PrepareSteps
