#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace mama {

// One image of EMBED's metadata table, and one finding of its clinical table: cells as text, empty = not given.
struct ImageFields
{
    std::string path, exam, procedure, imageType, side, view;
    std::string patient{}; // `empi_anon`
};

struct FindingFields
{
    std::string exam, side, assessment, density, age, race, ethnicity;
    std::string massShape, massDensity, calcification, distribution; // codes
};

// Meanings of codes: legend["massshape"]["R"] = "Round". Codes are trimmed.
using Legend = std::map<std::string, std::map<std::string, std::string>>;

struct CaptionOptions
{
    bool reference = false; // reproduces the reference's choice of finding (mama.md 10, R13)
    double mask = 0;        // probability with which each of age, race, ethnicity, image type, side, view is hidden
    std::mt19937_64* random = nullptr; // needed for 0 < mask < 1
};

// mama.md 4.1.
struct Caption
{
    std::string text;                   // "." and ";" not yet replaced
    std::string metadata;               // blocks P R I M alone, the prefix of class prompts
    int labels = 0;                     // blocks that could be written (the reference's label_count)
    bool missing = false;               // procedure, reason, density or assessment not given: left out of pre-training
    std::optional<int> birads, density; // class labels: 0-6; 0-3 (code 5, male, has none)
};

// Which of an exam's findings describes an image of this side (mama.md 4.2): an index into `findings`, and the
// findings among which it was chosen. Empty `among` if there is no finding.
struct FindingChoice
{
    std::size_t index = 0;
    std::vector<std::size_t> among;
    bool rated = false; // the chosen one comes from a comparison of assessments
};
FindingChoice chooseFinding(std::span<const FindingFields> findings, const std::string& imageSide, bool reference);

// A finding of empty fields stands for an image that no finding describes.
Caption buildCaption(const ImageFields& image, const FindingFields& finding, const Legend& legend,
                     const CaptionOptions& options = {});

// The caption as it goes to the tokenizer, written with special tokens: line break to blank, "." and ";" to the
// separator, start and end around.
std::string withSpecialTokens(const std::string& text, const std::string& separator = "<|separatetext|>",
                              const std::string& start = "<|startoftext|>", const std::string& end = "<|endoftext|>");

} // namespace mama
