#pragma once
#include "core/base/progress.h"
#include "core/library/collection/header_pass.h"

namespace mama {

struct RegionPass
{
    std::int64_t masks = 0;   // findings whose mask was found and outlined
    std::int64_t decided = 0; // regions of mirrored or unmirrored pictures that the breast decided
    std::int64_t open = 0;    // that it did not decide: they lie off it either way
    std::int64_t clipped = 0; // regions that reached over an image's edge
    std::int64_t left = 0;    // findings and images whose files are not there, or were not read
    std::vector<RefusedFile> problems;
};

// What the tables leave open about regions of interest is decided by pixels, and the decision is kept with the region:
// which of a finding's files is its mask (two values, and nearest to the image's size; its outlines become contours in
// the image's stored pixels, scaled where the sizes differ), and whether a box was drawn in the mirrored picture (more
// of it lies on the breast). Regions that reach over an edge are cut off there. Goes on where it was stopped; a file
// that is not there is looked for again.
RegionPass decideRegions(Library& library, const Job& job = {});
std::int64_t openRegions(Library& library); // findings and regions that wait for it

} // namespace mama
