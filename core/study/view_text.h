#pragma once
#include "core/dicom/codes/side.h"

#include <string>
#include <string_view>
#include <vector>

namespace mama {

// What a description or a file's name says: "RCC", "R CC", "CC R", "R_MLO", "RIGHT MLO", "MLOID", "XCCL".
struct ViewText
{
    Side side = Side::Unknown;
    bool sideBesideView = false; // else from the word RIGHT or LEFT alone
    std::string view;            // empty: none
    std::vector<std::string> modifiers;
};

// Words are split at anything but letters and digits, case does not matter, the longest view wins. A lone R or L
// counts only beside a view. Both sides named: none.
ViewText parseViewText(std::string_view text);

} // namespace mama
