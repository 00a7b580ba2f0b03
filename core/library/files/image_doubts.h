#pragma once
#include "core/library/files/file_look.h"

namespace mama {

// What an image's pixels told.
struct PixelFacts
{
    PixelEvidence evidence;
    bool text = false; // is burned in
};

// What does not agree about an image: what the library has of it (from tables, or from its header where they left it
// open), what header and names say, and what the pixels show.
std::vector<ImageDoubt> doubtsOf(const LibraryImage& image, const StudyImage& said, const PixelFacts& pixels);

// A JSON list of {"kind", "text"}; "" where there is none.
std::string doubtsText(const std::vector<ImageDoubt>& doubts);
std::vector<ImageDoubt> doubtsFromText(const std::string& text);

} // namespace mama
