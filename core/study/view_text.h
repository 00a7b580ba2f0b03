#pragma once
#include "core/dicom/codes/side.h"

#include <string>
#include <string_view>
#include <vector>

namespace mama {

// What a description or a file's name says: "RCC", "R CC", "CC R", "R_MLO", "RIGHT MLO", "MLOID", "XCCL", "001RCC".
struct ViewText
{
    Side side = Side::Unknown;
    bool sideBesideView = false;        // else from a whole word for it alone, RIGHT or LEFT
    std::string view;                   // empty: none
    bool bothSides = false;             // both are named, so there is none: "R and L CC"
    bool severalViews = false;          // and so is the view: "R CC and MLO"
    std::vector<std::string> modifiers; // by a label of CID 4015 in one word with the view
    // Labels of ViewKind, by words of their own, wherever they stand: "SPOT", "MAGNIFICATION", "EKLUND"; "ID" only
    // beside the view. What is negated ("no mag", "non displaced", "MAG 1.0") does not count.
    std::vector<std::string> spoken;
    // Of contrast mammography: "low energy", "recombined", "high energy"; empty: nothing is said.
    std::string contrast;
};

// Words are split at anything but letters and digits, case and marks on letters do not matter. Of several views that
// are named an exaggerated one and a specimen win, then those with a side, then CC and MLO; where it is still not one,
// there is none. A lone R or L counts only beside a view.
// Of a name, words that may be a person's ("Tan_R_CC") say nothing in front.
enum class TextOf { Description, Name };
ViewText parseViewText(std::string_view text, TextOf of = TextOf::Description);

// Whether a name says a side, a view or both and nothing else: "LEFT", "Cranio-Caudal", "Right Breast".
bool namesOnlyView(std::string_view name);

// M and S that stand alone before a view with its side: "M-RCC". In a person's name they would be initials.
std::vector<std::string> loneModifiers(std::string_view description);

} // namespace mama
