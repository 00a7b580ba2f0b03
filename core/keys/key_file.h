#pragma once
#include "core/keys/mouse_map.h"

#include <filesystem>
#include <map>
#include <string>

namespace mama {

// What a user chose for the window's keys and mouse. What nothing is said of stays as it is by default.
struct KeyChoice
{
    std::map<std::string, std::string> keys; // command -> key (core/keys/key_text.h); "": none
    MouseMap mouse;
    std::string keyOf(const std::string& command) const; // chosen, else the default; "": none
    bool operator==(const KeyChoice&) const = default;
};

// {"format": "mama-keys", "version": 1, "keys": {"view.invert": "I", "view.notes": ""}, "mouse": {"Left": "chosen
// tool", "Ctrl+Wheel": "frames"}}. Error(Format) names the file, the line and what is wrong there: an unknown command,
// what is no key, a key that two commands would have at once, what the mouse cannot do, a mouse without the chosen
// tool.
KeyChoice parseKeys(const std::string& text, const std::filesystem::path& file);
KeyChoice readKeys(const std::filesystem::path& file);

// As a file says it, in the order of the key map: all commands, or only what differs from the default.
std::string keysText(const KeyChoice& choice, bool all);

} // namespace mama
