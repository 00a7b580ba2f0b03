#pragma once
#include "core/base/user_text.h"
#include "core/tables/image_record.h"

#include <optional>
#include <random>
#include <string>

namespace mama {

// What a whole caption is made of, beside what may be unknown.
enum class CaptionPart { Procedure, Reason, Density, Assessment };
// "no description of the procedure", ...: why an image has no whole caption.
UserText textOf(CaptionPart lacking);

struct CaptionOptions
{
    bool reference = false; // reproduces the reference's choice of finding (mama.md 10, R13)
    double mask = 0;        // probability with which each of age, race, ethnicity, image type, side, view is hidden
    std::mt19937_64* random = nullptr; // needed for 0 < mask < 1
};

// mama.md 4.1.
struct Caption
{
    std::string text;                 // "." and ";" not yet replaced
    std::string metadata;             // blocks P R I M alone, the prefix of class prompts
    int labels = 0;                   // blocks that could be written (the reference's label_count)
    bool missing = false;             // procedure, reason, density or assessment not given: left out of pre-training
    std::optional<CaptionPart> lacks; // the first of them that is
};

// A finding of empty fields stands for an image that no finding describes.
Caption buildCaption(const ImageFields& image, const FindingFields& finding, const CodeBook& codes,
                     const CaptionOptions& options = {});

// The caption as it goes to the tokenizer, written with special tokens: line break to blank, "." and ";" to the
// separator, start and end around.
std::string withSpecialTokens(const std::string& text, const std::string& separator = "<|separatetext|>",
                              const std::string& start = "<|startoftext|>", const std::string& end = "<|endoftext|>");

} // namespace mama
