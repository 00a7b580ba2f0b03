#pragma once
#include "core/text/tokenizer/tokenizer.h"

#include <nlohmann/json_fwd.hpp>

namespace mama {

// What a caption model needs: names of its special tokens and its length (mama.md 2 and 4).
struct CaptionRules
{
    std::string separator = "<|separatetext|>";
    std::string start = "<|startoftext|>"; // empty: none
    std::string end = "<|endoftext|>";     // empty: none
    std::string pad = "<|padtext|>";
    int length = 144; // 0: neither cut nor padded
    // Other groups' models: texts are no captions, but read as their own tokenizers give them, cleaned first
    // (cleaning.h).
    bool plain = false;
    std::string cleaning;
    std::optional<std::int32_t> padId; // where padding is not told by a token's name
    bool padded = false;               // padding is read as if it were text (SigLIP)
};

// As MaMA's training code feeds captions to the tokenizer (mama.md 4.1): "." and ";" to separators, newline to blank,
// start and end token (not for BERT, whose tokenizer adds its own), cut and right-padded to rules.length. Error(Model)
// if a token of the rules is not in the vocabulary.
Tokens encodeCaption(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true);
// The text as it is (raw), cut and padded the same way.
Tokens encodeRaw(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true,
                 std::optional<std::string_view> pair = {});

// As the model's rules say: plain texts cleaned, the tokenizer's own special tokens around them, whatever `raw` says;
// others raw or as captions.
Tokens encodeText(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool raw,
                  bool pad = true);
// model.json's "captions". Error(Format) names `where`.
CaptionRules captionRules(const nlohmann::json& captions, const std::string& where);

// A model folder's tokenizer with its caption rules: from model.json's "captions" if there is one (its
// "added_tokens" are added), else from the tokenizer's own files (sep_token, bos_token, eos_token, pad_token), and
// MaMA's six tokens for a byte-level tokenizer that has no separator. `plain` is the tokenizer without those six.
struct CaptionTokenizer
{
    std::shared_ptr<const Tokenizer> tokenizer, plain;
    CaptionRules rules;
};
CaptionTokenizer loadCaptionTokenizer(const std::filesystem::path& folder);
// The same of a folder's tokenizer with that "captions" of a model.json; null: by the tokenizer's own files.
CaptionTokenizer captionTokenizer(const std::filesystem::path& folder, const nlohmann::json& captions);

} // namespace mama
