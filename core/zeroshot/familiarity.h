#pragma once
#include <string>

namespace mama {

// Whether a sentence is like any that a model knows.
struct Familiarity
{
    double value = 0;    // see KnownSentences
    bool unlike = false; // value below the threshold
    std::string nearest; // of the known sentences
    double similarity = 0;
};

} // namespace mama
