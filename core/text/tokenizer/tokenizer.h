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

    // Which separator ends the text's last sentence: not the one that BERT's tokenizer puts behind the last full
    // stop's, which ends no sentence. None without separators.
    std::optional<std::size_t> lastSentence() const
    {
        const std::size_t count = separators.size();
        if (count == 0)
            return {};
        const bool twice = count > 1 && separators[count - 1] == separators[count - 2] + 1;
        return count - (twice ? 2 : 1);
    }
};

// Encodes text exactly as the published tokenizer of the same files does. Immutable and shared between threads.
// Texts are UTF-8; ill-formed bytes become U+FFFD. Truncation and padding named in the files are not applied:
// the caller says how long.
class Tokenizer
{
public:
    // A folder with tokenizer.json, or vocab.json + merges.txt, or vocab.txt, or a SentencePiece tokenizer.model;
    // the first of these found is taken. tokenizer_config.json, special_tokens_map.json and added_tokens.json
    // beside them add special tokens and flags. Error(Format) names file and entry, Error(Unsupported) a component
    // that this program does not have.
    static std::shared_ptr<const Tokenizer> load(const std::filesystem::path& folder);
    virtual ~Tokenizer() = default;

    // Text as it is; special tokens written in it are recognised. No start or end token is added.
    virtual std::vector<std::int32_t> encodePlain(std::string_view text) const = 0;
    // With the model's own special tokens around it ([CLS] a [SEP], [CLS] a [SEP] b [SEP]; nothing for byte-level
    // BPE). longest > 0: texts are cut on the right (the longer of a pair first) so that all fits, the special
    // tokens included. Separators are left empty: they are a caption model's notion.
    virtual Tokens encode(std::string_view text, std::optional<std::string_view> pair = {}, int longest = 0) const = 0;
    // Special tokens are kept; invalid UTF-8 is replaced. Unknown ids give nothing.
    virtual std::string decode(const std::vector<std::int32_t>& ids) const = 0;
    virtual std::optional<std::int32_t> id(std::string_view token) const = 0;
    virtual std::int32_t size() const = 0; // with added tokens: largest id + 1
    virtual bool isBert() const = 0;       // adds its own start and end tokens
    // A copy that also knows these special tokens, given ids in order from size(). One that the vocabulary has
    // already keeps its id.
    virtual std::shared_ptr<const Tokenizer> withAddedTokens(const std::vector<std::string>& tokens) const = 0;
};

// What a caption model needs: names of its special tokens and its length (mama.md 2 and 4).
struct CaptionRules
{
    std::string separator = "<|separatetext|>";
    std::string start = "<|startoftext|>"; // empty: none
    std::string end = "<|endoftext|>";     // empty: none
    std::string pad = "<|padtext|>";
    int length = 144; // 0: neither cut nor padded
};

// "." and ";" to separators, newline to blank, start and end token (not for BERT, whose tokenizer adds its own),
// cut and right-padded to rules.length. Error(Model) if a token of the rules is not in the vocabulary.
Tokens encodeCaption(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true);
// The text as it is (raw), cut and padded the same way.
Tokens encodeRaw(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad = true,
                 std::optional<std::string_view> pair = {});

// A model folder's tokenizer with its caption rules: from model.json's "captions" if there is one (its
// "added_tokens" are added), else from the tokenizer's own files (sep_token, bos_token, eos_token, pad_token), and
// MaMA's six tokens for a byte-level tokenizer that has no separator. `plain` is the tokenizer without those six.
struct CaptionTokenizer
{
    std::shared_ptr<const Tokenizer> tokenizer, plain;
    CaptionRules rules;
};
CaptionTokenizer loadCaptionTokenizer(const std::filesystem::path& folder);

} // namespace mama
