#pragma once
#include "core/image/measure/picture_survey.h"

namespace mama {

// Whether a program has written into the picture beside the breast. What it finds: at least five signs in one line,
// horizontal or vertical, light on a dark ground, apart from the breast, 7 pixels to a fifteenth of the picture high,
// all drawn in one and the same stored value. What it does not: text on or touching the breast or the edge, dark text
// on a light ground, handwriting, joined letters, less than five signs (the R CC of a marker), markers of lead (their
// values are noisy), and mostly text that was compressed with losses. So a "yes" deserves a look, a "no" promises
// nothing. An image of 32 bits a sample is never a "yes".
bool hasBurnedInText(const PictureSurvey& picture);

} // namespace mama
