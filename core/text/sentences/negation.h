#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace mama {

// A negating word that embedding models tend to ignore (workstation.md 5.2).
struct Negation
{
    std::string word;      // the first as found, lower case: "no", "without", "free of", ...
    std::string unnegated; // the sentence with none of them, whose score is shown beside
};

// The negating words of a sentence: no, not, without, absent, absence of, free of, negative for, lack of, never, none,
// neither, nor, "n't" and the like. Whole words, any case. What "cannot be excluded" is not negated.
std::optional<Negation> findNegation(std::string_view sentence);

} // namespace mama
