#pragma once
#include "core/image/breast_outline.h"
#include "core/image/profile.h"

// The pipelines behind prepare(). Each fills geometry, values (0..1, before normalisation), seenGrey, the
// threshold and whether the picture was cropped; prepared.profile is set.
namespace mama::PrepareSteps {

struct Sizes
{
    Extent input = defaultInputSize;
    CellSize patch = defaultPatch;
};

void reference(const StoredImage& grey, bool inverted, const Sizes& sizes, PreparedImage& prepared,
               PreparedImage::Stages* stages);
void inFloat(const NormalisedGrey& grey, const BreastOutline& breast, const Sizes& sizes, PreparedImage& prepared);

// What the 8-bit pipelines of other models start from.
struct Source
{
    const StoredImage& grey;
    const GreyPipeline& pipeline;
    const BreastOutline& breast;
};
void mammoClip(const Source& source, const Sizes& sizes, PreparedImage& prepared);
void eightBit(const Source& source, const Sizes& sizes, PreparedImage& prepared);

// Where a scaled picture lies in a larger one: its size, left, top.
struct Placement
{
    int columns, rows, left, top;
};
// The largest of that aspect in it, on the side of the chest wall, evenly where that is unknown and above and below.
Placement keepingAspect(const Box& crop, ImageEdge chestWall, const Extent& into);

// 8-bit greys as values in 0..1.
void takeGrey(Raster<std::uint8_t> grey, PreparedImage& prepared);

} // namespace mama::PrepareSteps
