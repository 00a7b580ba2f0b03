#pragma once
#include "core/study/study.h"
#include "core/study/view_text.h"

#include <string>
#include <vector>

namespace mama {

// A text of the header or a name, and what it says of the image.
struct NamedText
{
    std::string source; // "SeriesDescription", "file name", ...
    ViewText text;
    bool ofExam = false; // names what was ordered or whose it is, not this image
};

// In the order in which they are believed.
std::vector<NamedText> imageTexts(const StudyImage& image);

} // namespace mama
