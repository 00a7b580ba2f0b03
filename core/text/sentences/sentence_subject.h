#pragma once
#include <optional>
#include <string_view>

namespace mama {

// What a sentence of a report speaks of instead of what this study's pictures show: it may be asked, but its score says
// little.
enum class NotVisual {
    Comparison,     // with other exams: "unchanged since 2019"
    Recommendation, // what to do: "biopsy is recommended"
    History,        // of the patient: "family history of breast cancer"
    Technique,      // how the pictures were made: "CC and MLO views were obtained"
    Communication   // who told whom: "discussed with Dr. Smith"
};
const char* name(NotVisual subject); // "comparison", "recommendation", "history", "technique", "communication"

// By the section that a sentence stands in (the heading's own words; empty: none), else by words of the sentence. None:
// it speaks of the pictures, as far as words tell.
std::optional<NotVisual> notVisual(std::string_view sentence, std::string_view heading = {});

// Whether these words head a section of a report ("Findings", "CLINICAL HISTORY"), any case, without a colon.
bool isHeading(std::string_view words);

} // namespace mama
