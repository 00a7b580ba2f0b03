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
    bool sideBesideView = false;        // else from the word RIGHT or LEFT alone
    std::string view;                   // empty: none
    std::vector<std::string> modifiers; // by a label of CID 4015 in one word with the view
    // By words of their own, wherever they stand: "SPOT", "MAGNIFICATION", "EKLUND"; "ID" only beside the view. What is
    // negated ("no mag", "non displaced", "MAG 1.0") does not count.
    std::vector<std::string> spoken;
    // Of contrast mammography: "low energy", "recombined", "high energy"; empty: nothing is said.
    std::string contrast;
};

// R, RT, RIGHT, L, LT, LEFT, in capitals.
Side sideOfWord(std::string_view word);

// Words are split at anything but letters and digits, case does not matter, the longest view wins. A lone R or L
// counts only beside a view. Both sides named: none.
ViewText parseViewText(std::string_view text);

} // namespace mama
