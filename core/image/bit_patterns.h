#pragma once
#include "core/image/stored_image.h"

namespace mama {

// All bit patterns that a grey image of 8 or 16 bits a sample may hold, each once, as a picture of one row: what a
// pipeline makes of it is a table by which the image's samples are looked up. Of a small image only those between its
// lowest and its highest; looking for them in a large one costs more.
struct BitPatterns
{
    explicit BitPatterns(const StoredImage& image);

    std::size_t low = 0, high = 0;
    StoredImage picture; // [1, high - low + 1]
};

} // namespace mama
