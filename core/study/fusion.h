#pragma once
#include "core/dicom/codes/side.h"
#include "core/study/slot.h"

#include <span>
#include <string>
#include <vector>

namespace mama {

// How scores of images become scores of breasts and of the study (workstation.md 5.2).
enum class FusionRule {
    Maximum,           // over the views of a breast, then over the breasts
    Mean,              // over the views of a breast; the study: over all images
    MeanOfBreastMaxima // maximum over the views of a breast; the study: mean over the breasts
};
const char* name(FusionRule rule);      // "maximum", "mean", "mean-of-breast-maxima"
const char* viewsRule(FusionRule rule); // in words, for people
const char* studyRule(FusionRule rule);
FusionRule fusionRuleByName(const std::string& text); // Error(Usage) lists the names

struct BreastScores
{
    Side side = Side::Unknown;
    std::vector<double> scores; // per text
};

struct FusedScores
{
    std::vector<BreastScores> breasts; // right, then left; only those with an image that takes part
    std::vector<double> study;         // per text; NaN when no image takes part
};

// scores [images][texts]; sides of the images; parts: which images take part. An image of unknown side counts for
// the study, as a group of its own, and for no breast.
FusedScores fuse(const std::vector<std::vector<double>>& scores, std::span<const Side> sides,
                 const std::vector<bool>& parts, FusionRule rule);

// Which images of a study count for its scores: those that hang in the four places; where none does, all.
std::vector<bool> takePart(std::span<const Slot> slots);

} // namespace mama
