#pragma once
#include "core/image/breast_outline.h"
#include "core/image/profile.h"

// The two pipelines behind prepare(). Each fills geometry, values (0..1, before normalisation), seenGrey, the
// threshold and whether the picture was cropped; prepared.profile is set.
namespace mama::PrepareSteps {

struct Sizes
{
    int input = defaultInputSize, patch = defaultPatch;
};

void reference(const StoredImage& grey, bool inverted, const Sizes& sizes, PreparedImage& prepared,
               PreparedImage::Stages* stages);
void inFloat(const NormalisedGrey& grey, const BreastOutline& breast, const Sizes& sizes, PreparedImage& prepared);

} // namespace mama::PrepareSteps
