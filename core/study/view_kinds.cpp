#include "core/study/view_kinds.h"

#include <algorithm>

namespace mama {
namespace {

// Spot and magnification views belong to their parent view; cleavage, axillary tail and tangential are views of their
// own; of a rolled breast, or on the way to a needle, nothing stands where the other images show it.
constexpr ViewKind kinds[] = {{"S", TextId("badge.spot", "spot compression"), true},
                              {"M", TextId("badge.magnification", "magnification"), true},
                              {"ID", TextId("badge.implant_displaced", "implant displaced"), false},
                              {"CV", TextId("badge.cleavage", "cleavage"), true},
                              {"AT", TextId("badge.axillary_tail", "axillary tail"), true},
                              {"AX", TextId("badge.axillary_tissue", "axillary tissue"), false},
                              {"TAN", TextId("badge.tangential", "tangential"), true},
                              {"RL", TextId("badge.rolled_lateral", "rolled laterally"), true},
                              {"RM", TextId("badge.rolled_medial", "rolled medially"), true},
                              {"RI", TextId("badge.rolled_inferior", "rolled inferiorly"), true},
                              {"RS", TextId("badge.rolled_superior", "rolled superiorly"), true},
                              {"rolled", TextId("badge.rolled", "rolled"), true},
                              {"NP", TextId("badge.nipple_in_profile", "nipple in profile"), false},
                              {"AC", TextId("badge.anterior_compression", "anterior compression"), false},
                              {"IMF", TextId("badge.infra_mammary_fold", "infra-mammary fold"), false},
                              {"exaggerated", TextId("badge.exaggerated", "exaggerated"), true},
                              {"galactography", TextId("badge.galactography", "galactography"), true},
                              {"localisation", TextId("badge.localisation", "localisation"), true},
                              {"biopsy", TextId("badge.biopsy", "biopsy, stereotaxis"), true},
                              {"after a procedure", TextId("badge.after_a_procedure", "after a procedure"), false},
                              {"unknown modifier", TextId("badge.unknown_modifier", "unknown view modifier"), false}};

} // namespace

const ViewKind* viewKind(std::string_view label)
{
    const auto* found = std::ranges::find(kinds, label, &ViewKind::label);
    return found == std::end(kinds) ? nullptr : found;
}

std::vector<UserText> kindBadges(const std::vector<std::string>& labels)
{
    std::vector<UserText> out;
    for (const ViewKind& kind : kinds)
        if (std::ranges::find(labels, kind.label) != labels.end())
            out.emplace_back(kind.badge);
    return out;
}

} // namespace mama
