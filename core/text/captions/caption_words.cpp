#include "core/text/captions/caption_words.h"

#include <array>

namespace mama::text {

std::span<const Assessment> assessments()
{
    static const std::array<Assessment, 7> all{{
        {0, "an additional imaging is recommended", "additional imaging required", "Additional imaging is recommended"},
        {1, "no significant masses, calcification, or other abnormalities are present", "negative", "Negative"},
        {2, "a benign finding is present", "benign finding", "Benign"},
        {3, "a probably benign finding is present", "probably benign finding", "Probably benign"},
        {4, "a suspicious abnormality is present", "suspicious abnormality", "Suspicious abnormality"},
        {5, "a highly suggestive of malignancy is present, a biopsy is recommended", "highly suggestive of malignancy",
         "Highly suggestive of malignancy"},
        {6, "a known biopsy-proven malignant mass is present", "known biopsy-proven malignancy",
         "Known biopsy-proven malignancy"},
    }};
    return all;
}

const Assessment& assessmentOf(int category) { return assessments()[static_cast<std::size_t>(category)]; }

const char* densityWords(int code)
{
    static const std::array<const char*, 5> words{"almost entirely fat", "scattered fibroglandular densities",
                                                  "heterogeneously dense", "extremely dense", "normal male dense"};
    return code >= 1 && code <= 5 ? words[static_cast<std::size_t>(code) - 1] : nullptr;
}

std::string findingsBlock(const Assessment& assessment)
{
    return std::string("Findings: The mammogram shows that ") + assessment.finding + ". ";
}

std::string impressionBlocks(const Assessment& assessment)
{
    return "Impressions: BI-RADS Category " + std::to_string(assessment.category) + ": " + assessment.description +
           ". Overall Assessment: " + assessment.overall + ". ";
}

std::string compositionBlock(int densityCode)
{
    const char* words = densityWords(densityCode);
    std::string block = std::string("Breast composition: The breast is ") + (words ? words : "unknown") + ". ";
    if (densityCode == 3 || densityCode == 4)
        block += "This may lower the sensitivity of mammography. ";
    return block;
}

} // namespace mama::text
