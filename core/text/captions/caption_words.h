#pragma once
#include <span>
#include <string>

// The fixed words of MaMA's structural captions (mama.md 4.1): one place for captions and class prompts.
namespace mama::text {

struct Assessment
{
    int category;            // BI-RADS
    const char* finding;     // block F
    const char* description; // block S
    const char* overall;     // block A
};

// In the order of the categories 0 to 6.
std::span<const Assessment> assessments();
const Assessment& assessmentOf(int category); // 0 to 6

// 1 to 5; null for another code.
const char* densityWords(int code);

// Each block ends with one blank, as in the template; the second blank between blocks is the caller's.
std::string findingsBlock(const Assessment& assessment);    // "Findings: The mammogram shows that ... . "
std::string impressionBlocks(const Assessment& assessment); // "Impressions: ... . Overall Assessment: ... . "
std::string compositionBlock(int densityCode);              // "Breast composition: The breast is ... . "

} // namespace mama::text
