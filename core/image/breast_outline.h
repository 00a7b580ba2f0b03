#pragma once
#include "core/image/normalised_grey.h"

namespace mama {

enum class ImageEdge { None, Left, Right };

// Where the breast lies in a mammogram, from a copy reduced to at most 512 pixels. All in stored pixels, except the
// mask's cells.
struct BreastOutline
{
    int factor = 1;            // stored pixels a mask cell
    Raster<std::uint8_t> mask; // [rows / factor up, columns / factor up]: 1 in the breast, fat and skin included
    int otsuThreshold = -1;    // 0-255, of the reduced copy; -1: no pixel is brighter, everything is 1 in the mask
    Box bright;                // box of what is above that threshold in the breast; the whole image when none
    double area = 1;           // the mask's share of the image
    ImageEdge chestWall = ImageEdge::None; // the side where the mask touches the outer 3 % of columns clearly more
    int chestWallColumn = -1;              // the outermost breast column at that side

    bool found() const { return otsuThreshold >= 0; }
    // The mask on cells of 8 stored pixels.
    Raster<std::uint8_t> maskByEight(int rows, int columns) const;
};

// image: grey or colour. Takes about 20 ms for 13 million 16-bit pixels.
BreastOutline findBreast(const StoredImage& image, const GreyPipeline& pipeline);
BreastOutline findBreast(const NormalisedGrey& grey);

// Stored pixels a cell, along either side.
int outlineFactor(int rows, int columns);
// The same in means that were taken already, NormalisedGrey::reduced by that factor, of an image of this size. bytes:
// also those means as the outline was found in them, 0 to 255.
BreastOutline findBreast(const Raster<float>& means, int rows, int columns, Raster<std::uint8_t>* bytes = nullptr);

} // namespace mama
