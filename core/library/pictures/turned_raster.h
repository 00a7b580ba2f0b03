#pragma once
#include "core/image/stored_image.h"

#include <algorithm>

namespace mama {

// A stored picture as it hangs.
template <class T>
void turn(Raster<T>& picture, bool mirrored, bool flipped)
{
    for (int row = 0; mirrored && row < picture.rows; ++row)
        std::reverse(&picture.at(row, 0), &picture.at(row, 0) + picture.columns);
    for (int row = 0; flipped && row < picture.rows / 2; ++row)
        std::swap_ranges(&picture.at(row, 0), &picture.at(row, 0) + picture.columns,
                         &picture.at(picture.rows - 1 - row, 0));
}

} // namespace mama
