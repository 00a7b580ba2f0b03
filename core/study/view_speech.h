#pragma once
#include "core/study/view_text.h"
#include "core/study/view_words.h"

namespace mama {

struct SpokenText
{
    std::string_view whole;
    const std::vector<ViewWord>& words;
    bool isName = false; // of a file or a folder, where people's names stand too
};

// Adds what words of their own say that an image is: "spot", "1.8x", "rolled lateral", "wire localisation". isView:
// whether a word names a view. What is negated, only recommended, or speaks of an X-ray tube's focal spot does not
// count: "no spot compression needed", "spot views recommended", "MAG 1.0", "small focal spot".
void listen(const SpokenText& text, bool (*isView)(const std::string&), ViewText& found);

// The labels of what a free comment says; a biopsy of years ago, a wire on a scar and a spot on the skin say nothing of
// the view.
std::vector<std::string> commentKinds(const std::string& comment);

// The labels of what a compression paddle is made for: "10CM MAG", "TSPOT", "QUAD", "IMPLANT".
std::vector<std::string> paddleKinds(const std::string& paddle);

} // namespace mama
