#include "core/text/sentences/sentence_subject.h"

#include "core/text/sentences/words.h"

#include <algorithm>
#include <array>
#include <string>

namespace mama {
namespace {

// Words and wordings, parted by "|"; "unchang*" is a beginning.

constexpr std::string_view shown =
    "findings|finding|mammographic findings|imaging findings|mammogram findings|ultrasound findings|"
    "observations|report|body of report|result|results|impression|impressions|conclusion|conclusions|opinion|"
    "summary|assessment|overall assessment|overall bi-rads|overall birads|final bi-rads|bi-rads score|birads score|final assessment|interpretation|diagnosis|bi-rads|birads|"
    "bi-rads category|bi-rads assessment|birads category|breast composition|breast density|composition|"
    "density|tissue composition|breast tissue|breast parenchyma|addendum|masses|calcifications|asymmetries|"
    "associated features|lymph nodes|skin|other findings";
constexpr std::string_view comparisons =
    "comparison|comparisons|comparison studies|comparison study|priors|prior studies|prior exams|"
    "previous studies|previous exams|compared to|compared with|correlation|interval change";
constexpr std::string_view recommendations =
    "recommendation|recommendations|recommended|plan|follow-up|follow up|management|advice|next steps|action";
constexpr std::string_view histories =
    "history|clinical history|clinical information|clinical info|clinical indication|clinical data|"
    "clinical details|clinical question|indication|indications|reason for exam|reason for examination|"
    "reason for study|reason for procedure|reason for visit|patient info|patient information|patient|"
    "risk factors|family history|medical history|personal history|symptoms|complaint|age";
constexpr std::string_view techniques =
    "technique|procedure|procedure reported|exam|examination|exam type|study|views|image info|protocol|"
    "technical factors|technical quality|image quality|contrast|cad|modality|equipment|type of examination|"
    "projections";
constexpr std::string_view communications =
    "communication|electronically signed|electronically signed by|signed|signed by|dictated by|reported by|"
    "radiologist|notification|referring physician|cc|report date|date|dictated";

constexpr std::string_view recommendationWords =
    "recommend*|advise*|advised|is suggested|are suggested|suggest follow*|should undergo|should return|"
    "should be performed|should be obtained|should be considered|follow-up is|follow up is|follow-up in|"
    "follow up in|return to routine|routine follow-up|routine screening mammogra* in|resume annual|"
    "annual screening|next mammogram|next screening|due in|to be scheduled|in 6 months|in six months|"
    "in 12 months|in one year|in 1 year|additional views are needed|biopsy is warranted|"
    "further evaluation is|warrants biopsy|is warranted|is indicated|needs biopsy|requires biopsy";
constexpr std::string_view comparisonWords =
    "compared|comparison|in comparison|prior|priors|previous|previously|since|unchanged|stable|stability|"
    "interval|no change|no significant change|again seen|again noted|again demonstrated|again identified|"
    "has increased|has decreased|have increased|have decreased|has grown|increased in size|decreased in size|"
    "enlarging|developing|newly|new from|baseline|resolved|no longer|redemonstrat*|remains|remain";
constexpr std::string_view historyWords =
    "history|year old|years old|year-old|yo|y/o|presents with|presenting with|complain*|complaint|denies|"
    "status post|s/p|the patient|this patient|patient has|patient had|menopaus*|woman|female|pt|postmenopausal|premenopausal|"
    "hormone|brca*|tamoxifen|mother|sister|aunt|daughter|grandmother|tenderness|painful|pain|referred for|"
    "presents for|here for|lifetime risk|gail|tyrer*|diagnosed|chemotherapy|was told|reports feeling|"
    "on palpation";
constexpr std::string_view techniqueWords =
    "were obtained|was obtained|were performed|was performed|were acquired|was acquired|obtained|performed|"
    "acquired|computer-aided|computer aided|computer assisted|computer-assisted|cad|tomosynthesis images|"
    "tomosynthesis was|full-field digital mammogram|digital mammography|technically|image quality|"
    "positioning|motion|exposure|implant-displaced views|standard views|bilateral cc and mlo|"
    "screening mammogram|diagnostic mammogram|procedure reported|image info|was reviewed|were reviewed";
constexpr std::string_view communicationWords =
    "discussed with|electronically signed|signed by|dictated|notified|communicated|informed|letter|"
    "was called|were called|by telephone|by phone|verbally|results were given|referring physician|"
    "lay summary|thank you|i have personally|transcribed|accession|mrn|reminder system";

struct Subject
{
    NotVisual subject;
    std::string_view headings, words;
};
// The first whose words stand in a sentence.
constexpr std::array subjects{
    Subject{NotVisual::Communication, communications, communicationWords},
    Subject{NotVisual::Recommendation, recommendations, recommendationWords},
    Subject{NotVisual::Comparison, comparisons, comparisonWords},
    Subject{NotVisual::History, histories, historyWords},
    Subject{NotVisual::Technique, techniques, techniqueWords},
};

bool isOneOf(std::string_view words, const std::string& lower)
{
    while (!words.empty()) {
        const std::size_t end = std::min(words.find('|'), words.size());
        if (words.substr(0, end) == lower)
            return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

std::string headingKey(std::string_view heading)
{
    std::string_view words = text::trimmed(heading);
    if (words.ends_with(':'))
        words = text::trimmed(words.substr(0, words.size() - 1));
    return text::lowerAscii(words);
}

} // namespace

const char* name(NotVisual subject)
{
    switch (subject) {
    case NotVisual::Comparison: return "comparison";
    case NotVisual::Recommendation: return "recommendation";
    case NotVisual::History: return "history";
    case NotVisual::Technique: return "technique";
    case NotVisual::Communication: return "communication";
    }
    return "";
}

bool isHeading(std::string_view words)
{
    const std::string key = headingKey(words);
    return isOneOf(shown, key) ||
           std::ranges::any_of(subjects, [&](const Subject& one) { return isOneOf(one.headings, key); });
}

std::optional<NotVisual> notVisual(std::string_view sentence, std::string_view heading)
{
    const std::string key = headingKey(heading), lower = text::lowerAscii(sentence);
    for (const Subject& one : subjects)
        if (isOneOf(one.headings, key))
            return one.subject;
    for (const Subject& one : subjects)
        if (text::hasAnyWord(lower, one.words))
            return one.subject;
    return {};
}

} // namespace mama
