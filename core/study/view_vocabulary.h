#pragma once
#include <string>
#include <string_view>

namespace mama {

// A word and what it says that an image is: a label of ViewKind, or what contrast mammography made of it.
struct Speech
{
    std::string_view word, label, contrast;
};

// Of words that mean it wherever they stand: "SPOT", "MAG18", "VERGROSSERUNG". Null for all others.
const Speech* speechOf(const std::string& word);
// Of words that have other meanings too, and count only beside a view: "ID", "TAN", "LE".
const Speech* speechBesideView(const std::string& word);
// Of two words after each other: "FOCAL COMPRESSION", "LOW ENERGY".
const Speech* speechOf(const std::string& word, const std::string& next);

// "MAG18", "MAG15X": glued to its factor.
bool isMagWithFactor(const std::string& word);
bool isNumber(const std::string& word);

} // namespace mama
