#pragma once
#include <QString>
#include <vector>

namespace mama {

// Every key of the window: the one place to look for a free one. What a user chose instead is in the settings.
struct KeyOf
{
    const char* command; // id: "view.invert"
    const char* key;     // QKeySequence's portable text; "": none
};
const std::vector<KeyOf>& keyMap(); // in the order in which the commands are listed

QString defaultKey(const QString& command); // empty: none
// For the order of a list; commands without a line come last.
std::size_t placeInKeyMap(const QString& command);

} // namespace mama
