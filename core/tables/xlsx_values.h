#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pugi {
class xml_node;
}

namespace mama {

// _xHHHH_ as the character it stands for, once; what is no character stays.
std::string decodedEscapes(std::string_view text);
// The text of a string item or inline string: all runs, without phonetic text.
std::string textOfRuns(const pugi::xml_node& item);
// The text of an element: its pieces joined.
std::string textOfElement(const pugi::xml_node& element);

// Which styles (cellXfs, by place) show a date or time.
std::vector<bool> dateStyles(const pugi::xml_node& styleSheet);
// The moment of a date's number; empty: none that the calendar of the two systems has.
std::string isoOf(double number, bool date1904);

} // namespace mama
