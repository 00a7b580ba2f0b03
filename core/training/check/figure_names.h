#pragma once
#include "core/training/settings/settings.h"

#include <array>
#include <string>
#include <vector>

// Names of the figures that evaluations write into a run's records, beside those of what measures them, so that form
// and command know before a launch which there will be. No Torch.
namespace mama {

struct NamedFigure
{
    const char *measure, *name;
};
// Behind "density" and "birads".
inline constexpr NamedFigure zeroShotFigures[] = {{"balanced_accuracy", "_balanced_accuracy"},
                                                  {"macro_auc_ovr", "_auc"}};
// Terms of a loss; their two directions and the second view's are not told apart.
inline constexpr NamedFigure lossFigures[] = {
    {"total", "loss"},         {"clip", "loss_clip"},           {"clip_second_view", "loss_clip_second_view"},
    {"ntxent", "loss_ntxent"}, {"local_t2i", "loss_local_t2i"}, {"local_i2t", "loss_local_i2t"}};
// Of terms with masks.
inline constexpr NamedFigure denseLossFigures[] = {{"mask", "loss_mask"}, {"sentence", "loss_sentence"}};
// Of a classifier.
inline constexpr std::array classFigures{"accuracy", "balanced_accuracy", "macro_auc_ovr"};
// Behind the kinds of lesions, by LesionChannel.
inline constexpr std::array lesionKinds{"mass", "calcification"};
inline constexpr std::array lesionFigures{"_auc", "_hit", "_oracle", "_cnr", "_miou"};
// Behind those, where maps are read out otherwise than trained: "_self-2".
std::string readOutEnding(const std::string& readOut);

// All that the evaluations of a run may give; those of lesions where the data set has masks.
std::vector<std::string> evaluationFigures(const Settings& settings);

} // namespace mama
