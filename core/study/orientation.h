#pragma once
#include "core/image/grey_pipeline.h"
#include "core/image/stored_image.h"
#include "core/study/study.h"

#include <utility>

namespace mama {

struct BreastOutline;

// What the pixels say of the chest wall, the breast's area and mirrored storage. Display follows PatientOrientation
// where there is one, else the pixels; a contradiction is flagged, never flipped (workstation notes 1.3).
struct PixelEvidence
{
    bool found = false;
    bool chestWallLeft = false; // else right, as stored
    int chestWallColumn = -1;
    double breastArea = 0;
};
PixelEvidence lookAtPixels(const StoredImage& image, const GreyPipeline& pipeline);
PixelEvidence evidenceOf(const BreastOutline& breast); // for who has the outline already
// First letters of PatientOrientation towards the right edge and towards the bottom of an image as it hangs; 0: not
// known. And the letter of the other way.
std::pair<char, char> hungDirections(const StudyImage& image);
char oppositeDirection(char letter);
void orient(StudyImage& image, const PixelEvidence& evidence);

} // namespace mama
