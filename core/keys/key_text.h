#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace mama {

// A key as files write it: "I", "Ctrl+Shift+PgDown", "Alt+1", "F11", "+"; modifiers in any order and case, one key.
// The one way of writing it (QKeySequence's portable text), or empty: it is no key. "" is none and stays.
std::optional<std::string> keyText(std::string_view text);

} // namespace mama
