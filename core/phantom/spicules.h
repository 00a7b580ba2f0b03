#pragma once
#include "core/phantom/render.h"

namespace mama::phantom {

// Draws in a box around the lesion; the centre in the box's pixels.
struct Box
{
    Raster<float>& image;
    PlanePoint centre;
    double mm;
};

struct Rays
{
    int count = 16;          // on average
    double from = 0, to = 1; // of the lesion's radius
    double strength = 1;     // of its contrast
    double astray = 0.1;     // how far a line aims past the centre, of the radius
};

// Thin lines of tissue drawn towards the lesion: bundled in some directions and missing in others, of uneven length,
// bend and faintness, some forked.
void addSpicules(const Box& box, const Lesion& lesion, Random& random, const Rays& rays);

} // namespace mama::phantom
