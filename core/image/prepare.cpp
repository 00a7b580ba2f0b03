#include "core/image/breast_outline.h"
#include "core/image/prepare_steps.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int MaximumSide = 8192;

void check(const StoredImage& image, const Profile& profile, const Extent& size, const CellSize& patch)
{
    const auto fail = [](ErrorCode code, const std::string& where, const UserText& why) {
        throw Error(code, {action::prepareImage}, where, why);
    };
    if (image.rows <= 0 || image.columns <= 0 || (image.channels != 1 && image.channels != 3))
        fail(ErrorCode::Data, "image",
             {TextId("prepare.holds_no_pixels_or_neither", "it holds no pixels, or neither 1 nor 3 channels")});
    if (image.bytes.size() < image.samples() * bytesPerSample(image.type))
        fail(ErrorCode::Data, "image",
             {TextId("prepare.fewer_bytes_than_rows_x", "fewer bytes than rows x columns x channels")});
    const int smallest = std::min({size.rows, size.columns, profile.squareSide}),
              largest = std::max({size.rows, size.columns, profile.squareSide, profile.firstLongSide});
    if (smallest < 1 || largest > MaximumSide || profile.firstLongSide < 0)
        fail(ErrorCode::Usage, profile.name,
             {TextId("prepare.size_out_of_range", "sizes must be from 1 to %1"), MaximumSide});
    if (patch.rows < 1 || patch.columns < 1 || patch.rows > size.rows || patch.columns > size.columns)
        fail(ErrorCode::Usage, profile.name,
             {TextId("prepare.patch_out_of_range", "the patch must be from 1 to the size, %1"),
              std::min(size.rows, size.columns)});
}

bool equalChannels(const Profile& profile)
{
    const auto same = [](const std::array<float, 3>& v) { return v[0] == v[1] && v[0] == v[2]; };
    return same(profile.mean) && same(profile.deviation);
}

} // namespace

PreparedImage prepare(const StoredImage& image, const GreyPipeline& pipeline, const Profile& profile,
                      const PrepareOptions& options)
{
    const Extent size = options.size == Extent() ? profile.size : options.size;
    const CellSize patch = options.patch == CellSize() ? profile.cell(size) : options.patch;
    check(image, profile, size, patch);
    StoredImage converted;
    if (image.channels != 1)
        converted = toGrey(image);
    const StoredImage& stored = image.channels == 1 ? image : converted;
    const NormalisedGrey grey(stored, pipeline);
    const BreastOutline breast = findBreast(grey);

    PreparedImage prepared;
    prepared.profile = profile;
    prepared.size = size;
    prepared.breast = breast.maskByEight(stored.rows, stored.columns);
    const PrepareSteps::Sizes sizes{size, patch};
    switch (profile.pipeline) {
    case Profile::Pipeline::Reference:
        PrepareSteps::reference(stored, pipeline.inverted, sizes, prepared, options.stages);
        break;
    case Profile::Pipeline::Float: PrepareSteps::inFloat(grey, breast, sizes, prepared); break;
    case Profile::Pipeline::MammoClip: PrepareSteps::mammoClip({stored, pipeline, breast}, sizes, prepared); break;
    case Profile::Pipeline::EightBit: PrepareSteps::eightBit({stored, pipeline, breast}, sizes, prepared); break;
    }
    if (!equalChannels(profile))
        prepared.unit = prepared.values;
    for (float& value : prepared.values)
        value = (value - profile.mean[0]) / profile.deviation[0];
    return prepared;
}

std::vector<float> inputOf(const PreparedImage& prepared)
{
    const std::size_t count = prepared.values.size();
    std::vector<float> out;
    out.reserve(3 * count);
    for (std::size_t channel = 0; channel < 3; ++channel) {
        if (prepared.unit.empty()) {
            out.insert(out.end(), prepared.values.begin(), prepared.values.end());
            continue;
        }
        const float mean = prepared.profile.mean[channel], deviation = prepared.profile.deviation[channel];
        for (const float value : prepared.unit)
            out.push_back((value - mean) / deviation);
    }
    return out;
}

namespace PrepareSteps {

Placement keepingAspect(const Box& crop, ImageEdge chestWall, const Extent& into)
{
    const double scale =
        std::min(static_cast<double>(into.columns) / crop.width(), static_cast<double>(into.rows) / crop.height());
    const auto scaled = [scale](int length, int most) {
        return std::clamp(static_cast<int>(std::lround(length * scale)), 1, most);
    };
    Placement p{scaled(crop.width(), into.columns), scaled(crop.height(), into.rows), 0, 0};
    const int spare = into.columns - p.columns;
    p.left = chestWall == ImageEdge::Left ? 0 : chestWall == ImageEdge::Right ? spare : spare / 2;
    p.top = (into.rows - p.rows) / 2;
    return p;
}

void takeGrey(Raster<std::uint8_t> grey, PreparedImage& prepared)
{
    prepared.seenGrey = std::move(grey);
    prepared.values.resize(prepared.seenGrey.values.size());
    std::ranges::transform(prepared.seenGrey.values, prepared.values.begin(),
                           [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
}

} // namespace PrepareSteps

} // namespace mama
