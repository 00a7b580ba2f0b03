#pragma once
#include <optional>
#include <string_view>

namespace mama {

// How the cells of labelled tables are read, whatever file they come from (datasets.md 1).

std::string_view trimmed(std::string_view cell);
// What a name may be that stands in lists and tables: 1 to 100 bytes of UTF-8 without line breaks or tabs.
bool isShortLine(std::string_view text);
// Empty, blanks, or one of the words by which tables say "not given": nan, NA, N/A, null, none, in any case.
bool isMissing(std::string_view cell);
// An id or code, ready to compare: trimmed, without the ".0" that data-frame libraries append.
std::string_view asKey(std::string_view cell);
// Decimal number, trimmed; empty if the cell is missing or is no finite number.
std::optional<double> asNumber(std::string_view cell);

} // namespace mama
