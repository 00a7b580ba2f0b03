#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace mama {

// Every command of the window with its key: the one place to look for a free one. What a user chose instead is in a
// file of the user's (key_file.h).
struct KeyOf
{
    const char* command; // id: "view.invert"
    const char* key;     // as key_text.h writes it; "": none
};
const std::vector<KeyOf>& keyMap(); // in the order in which the commands are listed

// For the order of a list; commands without a line come last.
std::size_t placeInKeyMap(std::string_view command);
const char* defaultKey(std::string_view command); // "": none

// Where a command works. Two pages may have the same key: it is that of the page on screen.
enum class KeyPage { Window, Read, Train, Library };
KeyPage pageOf(std::string_view command);
// Whether no two of them may have the same key.
bool clash(std::string_view command, std::string_view other);

} // namespace mama
