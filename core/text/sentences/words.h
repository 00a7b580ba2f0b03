#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace mama::text {

// ASCII letters become small ones; as many bytes as before.
std::string lowerAscii(std::string_view text);
bool isBlank(char c); // blank, tab, line end
std::string_view trimmed(std::string_view text);

// Where `word` stands alone in `text` (both lower case), from `from` on, or npos. Letters, digits, apostrophes and
// bytes beyond ASCII belong to words.
std::size_t findWord(std::string_view text, std::string_view word, std::size_t from = 0);
// Whether one of the words, parted by "|", or of the beginnings of words, written "unchang*", stands in `text` (lower
// case).
bool hasAnyWord(std::string_view text, std::string_view words);

} // namespace mama::text
