#pragma once
#include "core/training/check/evaluation_check.h"

#include <set>
#include <string>
#include <vector>

namespace mama {

inline constexpr auto warmStartWithoutMasks =
    TextId("train.warm_start_without_masks", "a warm start needs masks of lesions, which this data set does not have");
inline constexpr auto termsWithoutMasks =
    TextId("train.terms_without_masks", "terms with masks need masks of lesions, which this data set does not have");

// Of a data set's tables all that decides what is refused or warned of, small enough to be kept beside a form.
struct DataFacts
{
    std::size_t training = 0;             // images
    std::set<std::string> trainingLabels; // labels that one of them has, or more
    bool masks = false;                   // of lesions
    EvaluatedImages validation;

    static DataFacts of(const TrainingIndex& index);
};

// Before images are prepared, by form, command and run alike: Error(Usage) names the setting for which the data set has
// nothing: images to train or to evaluate on, masks, a class that the sampler evens out, the best metric's.
void checkData(const Settings& settings, const DataFacts& facts);

// What a configuration does with such data that its author may not expect, a sentence each.
std::vector<UserText> dataWarnings(const Settings& settings, const DataFacts& facts, int processes = 1);

} // namespace mama
