#pragma once
#include "core/image/stored_image.h"
#include "core/library/handover/handed_study.h"

#include <optional>

namespace mama {

// "mass" or "calcification", of a mark's finding, else of the findings of its side where they are of one kind alone;
// two where its finding is both; empty: it is not known, or something else.
std::vector<std::string> lesionKinds(const HandedStudy& study, const HandedImage& image, const HandedMark& mark);

// 255 where a pixel's centre lies in the mark, on rows x columns; empty where none does, or the geometry is none.
std::optional<Raster<std::uint8_t>> maskOf(const HandedMark& mark, int rows, int columns);

// A mark whose source leaves open whether its picture was mirrored, in stored pixels: as it stands, or mirrored, where
// more of it lies on the breast. breast: 1 in the breast, on cells of 8 stored pixels.
HandedMark decidedByBreast(HandedMark mark, const Raster<std::uint8_t>& breast, int columns);

} // namespace mama
