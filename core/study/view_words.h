#pragma once
#include "core/dicom/codes/side.h"

#include <string>
#include <string_view>
#include <vector>

namespace mama {

struct ViewWord
{
    std::string text;
    int clause = 0; // words with the same number stand in one part of a sentence
};

// Capitals without marks ("Vergrößerung" is VERGROSSERUNG), split at anything but letters and digits. Names of views
// that are spelled out, in the languages of the larger vendors, are abbreviations: "Cranio-Caudal" is CC, "ML oblique"
// and "left oblique" are MLO, "CC lat. exag." is XCCL, "from below" keeps its words.
std::vector<ViewWord> viewWords(std::string_view text);

// R, RT, RIGHT, L, LT, LEFT and the words for them in other languages, in capitals without marks.
Side sideOfWord(std::string_view word);
// BREAST, MAMMA, SEIN, ...: may stand between a side and a view and says nothing by itself.
bool isBreastWord(std::string_view word);
// OBLIQUE in several languages.
bool isObliqueWord(std::string_view word);

// All that a name says is a side: "Right Breast", "RBREAST", "links", "R"; "right and left" and BILATERAL are both.
Side sideOfName(std::string_view name);

} // namespace mama
