#pragma once
#include "core/library/pictures/image_thumbs.h"
#include "widgets/library/study_tile.h"

namespace mama {

// An image of a library as a tile shows it: its thumbnail as it hangs, or why there is none.
TilePicture pictureOf(const LibraryImage& image, const ImageThumb& found);
// Of a study that was not looked up yet.
std::array<TilePicture, 4> waitingPictures();

} // namespace mama
