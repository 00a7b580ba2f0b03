#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

struct Tokens
{
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> mask;       // 1 real, 0 padding; same length
    std::vector<std::int32_t> types;      // segment ids of BERT pairs; empty when all 0
    std::vector<std::int32_t> separators; // positions of separator tokens
    bool cut = false;                     // the text did not fit
};

// Encodes text exactly as the published tokenizer of the same files does. Immutable and shared between threads.
class Tokenizer
{
public:
    // A folder with tokenizer.json, or vocab.json + merges.txt, or vocab.txt, or a SentencePiece tokenizer.model.
    // Error(Format) names file and entry.
    static std::shared_ptr<const Tokenizer> load(const std::filesystem::path& folder);
    virtual ~Tokenizer() = default;

    // Text as it is; special tokens written in it are recognised. No start or end token is added.
    virtual std::vector<std::int32_t> encodePlain(std::string_view text) const = 0;
    // With the model's own special tokens around it ([CLS] a [SEP], [CLS] a [SEP] b [SEP]; nothing for byte-level BPE).
    virtual Tokens encode(std::string_view text, std::optional<std::string_view> pair = {}) const = 0;
    virtual std::string decode(const std::vector<std::int32_t>& ids) const = 0;
    virtual std::optional<std::int32_t> id(std::string_view token) const = 0;
    virtual std::int32_t size() const = 0;      // with added tokens
    virtual bool isBert() const = 0;            // adds its own start and end tokens
    // A copy that also knows these special tokens, given ids in order from size().
    virtual std::shared_ptr<const Tokenizer> withAddedTokens(const std::vector<std::string>& tokens) const = 0;
};

// What a caption model needs: names of its special tokens and its length (mama.md 2 and 4).
struct CaptionRules
{
    std::string separator = "<|separatetext|>";
    std::string start = "<|startoftext|>"; // empty: none
    std::string end = "<|endoftext|>";     // empty: none
    std::string pad = "<|padtext|>";
    int length = 144;
};

// "." and ";" to separators, newline to blank, start and end token, cut and right-padded to rules.length.
Tokens encodeCaption(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true);
// The text as it is (raw), cut and padded the same way.
Tokens encodeRaw(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true);

} // namespace mama
