#pragma once
#include "core/dicom/read/image_file.h"

#include <optional>
#include <string_view>
#include <vector>

namespace mama {

// Where a modifier stands in the label drawn on the image: RMCC, LCCID, RCV.
enum class LabelPlace { Before, Instead, Behind };

struct ViewModifier
{
    std::string_view label;
    LabelPlace place;
};

// Abbreviation of a view of CID 4014 ("CC", "MLO", ...); empty for a code or a scheme that is not in the table.
std::string_view viewOfCode(const Code& code);
// A modifier of CID 4015; nullopt if not in the table.
std::optional<ViewModifier> modifierOfCode(const Code& code);
// All view abbreviations, longest first.
const std::vector<std::string_view>& viewNames();
// All modifiers.
const std::vector<ViewModifier>& viewModifiers();

} // namespace mama
