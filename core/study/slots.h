#pragma once
#include "core/study/study.h"

namespace mama {

// Fills the four slots, one image each, orders the extras and finds the twins (workstation notes 1.2, 1.5).
void fillSlots(Study& study);

// What these rules ask of a header, for who keeps the answers.
bool isSecondary(const StudyImage& image);         // by ImageType, and no contrast picture
bool isSomewhatMagnified(const StudyImage& image); // by its factor, without a word or code that says so
const std::string& timeOf(const StudyImage& image);

} // namespace mama
