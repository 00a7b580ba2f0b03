#pragma once
#include <string>
#include <string_view>

namespace mama {

// The text for a comparison that does not tell capitals: ASCII, Latin, Greek and Cyrillic letters become small ones,
// every other byte stays. As many bytes as before, so that a place in it is a place in the text.
std::string folded(std::string_view text);
// Only A to Z become small ones: as SQLite's NOCASE, a filter and the endings of files' names compare.
std::string asciiFolded(std::string_view text);
// folded() in place. A letter that is cut at either end stays as it is.
void fold(char* text, std::size_t size);

} // namespace mama
