#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// One sentence of a pasted report.
struct ReportSentence
{
    std::string text;                // lines joined by blanks, without bullet and heading
    std::string heading;             // of the section it stands in, as written, without its colon; empty: none
    std::size_t first = 0, last = 0; // bytes [first, last) of the report that it was read from
};

// A report in its sentences, in their order. A line that is empty, a bullet ("-", "1.", "(a)") and a heading end the
// sentence before them; other line ends do where the next line begins with a capital and the line neither is a full
// one (60 characters) nor ends with a word that asks for more ("of", "the"). In a paragraph sentences end as
// text::endsSentence says. A heading is a section's known name before a colon ("IMPRESSION: 1. No mass."), or any line
// that ends with a colon; it holds up to the next one. What follows it without a word of three letters keeps it:
// "BI-RADS: 3". Lines without a letter or digit ("-----") are none. Only blanks: nothing.
std::vector<ReportSentence> splitReport(std::string_view report);

} // namespace mama
