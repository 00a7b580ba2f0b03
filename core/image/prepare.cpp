#include "core/image/breast_outline.h"
#include "core/image/prepare_steps.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

namespace mama {
namespace {

constexpr int MaximumSide = 8192;

void check(const StoredImage& image, const Profile& profile, int size, int patch)
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
    if (size < 1 || size > MaximumSide || profile.squareSide < 1 || profile.squareSide > MaximumSide ||
        profile.firstLongSide < 0 || profile.firstLongSide > MaximumSide)
        fail(ErrorCode::Usage, profile.name,
             {TextId("prepare.size_out_of_range", "sizes must be from 1 to %1"), MaximumSide});
    if (patch < 1 || patch > size)
        fail(ErrorCode::Usage, profile.name,
             {TextId("prepare.patch_out_of_range", "the patch must be from 1 to the size, %1"), size});
}

} // namespace

PreparedImage prepare(const StoredImage& image, const GreyPipeline& pipeline, const Profile& profile,
                      const PrepareOptions& options)
{
    const int size = options.size == 0 ? profile.size : options.size;
    check(image, profile, size, options.patch);
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
    const PrepareSteps::Sizes sizes{size, options.patch};
    if (profile.reference)
        PrepareSteps::reference(stored, pipeline.inverted, sizes, prepared, options.stages);
    else
        PrepareSteps::inFloat(grey, breast, sizes, prepared);
    for (float& value : prepared.values)
        value = (value - profile.mean) / profile.deviation;
    return prepared;
}

} // namespace mama
