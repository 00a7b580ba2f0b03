#pragma once
#include "core/text/captions/captions.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/training_index.h"
#include "core/training/settings/settings.h"

#include <string>

namespace mama {

// The text that a sample is trained with: the structural caption with masked metadata (mama.md 4.3), or parts of it.
class CaptionSampler
{
public:
    struct Options
    {
        double maskShare = 1, mask = 0.8;
        std::int64_t findingsOnlyUntil = 0;
        double singleSentenceShare = 0;
    };
    static Options from(const Settings& settings);

    explicit CaptionSampler(const Options& options) : m_options(options) {}
    std::string operator()(const TrainingImage& image, const CodeBook& codes, std::int64_t step,
                           CounterRandom& random) const;

private:
    Options m_options;
};

// Block F with its sentences on masses and calcifications: "Findings: …" without what follows.
std::string findingsOf(const std::string& caption);
// The sentences behind the metadata, each with its full stop and without the blocks' headings.
std::vector<std::string> sentencesOf(const Caption& caption);

} // namespace mama
