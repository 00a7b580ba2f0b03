#pragma once
#include "core/dicom/codes/code.h"

#include <optional>
#include <string_view>
#include <vector>

namespace mama {

// PS3.16 CID 4014.
enum class View { CC, MLO, ML, LM, LMO, FB, SIO, ISO, XCCL, XCCM, Specimen };
const char* name(View view); // its abbreviation: "CC", "SPECIMEN"
Code codeOf(View view);      // SNOMED CT

// Where a modifier stands in the label drawn on the image: RMCC, LCCID, RCV.
enum class LabelPlace { Before, Instead, Behind };

struct ViewModifier
{
    std::string_view label;
    LabelPlace place;
};

// nullopt for a code or a scheme that is not in CID 4014.
std::optional<View> viewOfCode(const Code& code);
// A modifier of CID 4015; nullopt if not in the table.
std::optional<ViewModifier> modifierOfCode(const Code& code);
// All view abbreviations, longest first.
const std::vector<std::string_view>& viewNames();
// All modifiers.
const std::vector<ViewModifier>& viewModifiers();

} // namespace mama
