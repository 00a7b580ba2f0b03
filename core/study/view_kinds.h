#pragma once
#include "core/base/user_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace mama {

// What makes an image another one than the plain view: labels of CID 4015, and words of ours for what is not in it
// ("localisation", "biopsy", "exaggerated", "rolled", "after a procedure", "unknown modifier").
struct ViewKind
{
    std::string_view label;
    TextIdFor<> badge;
    bool apart; // it never hangs in a slot; the others hang where nothing plainer is there
};

// Null for what is none.
const ViewKind* viewKind(std::string_view label);
// One each of the labels that are known.
std::vector<UserText> kindBadges(const std::vector<std::string>& labels);

} // namespace mama
