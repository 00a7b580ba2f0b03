#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// The text on one line: line breaks and control characters as \n, \t, \xNN; bytes that are not UTF-8 as \xNN.
std::string oneLine(std::string_view text);

// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool isUtf8(std::string_view bytes);

// Lines without their line ends (\n or \r\n). Empty lines stay; a line break at the very end opens no further line.
std::vector<std::string> splitLines(std::string_view text);

} // namespace mama
