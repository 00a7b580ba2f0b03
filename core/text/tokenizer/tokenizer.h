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
    // the first of these found is taken; SigLIP's spiece.model goes before all. tokenizer_config.json,
    // special_tokens_map.json and added_tokens.json beside them add special tokens and flags. Error(Format) names file
    // and entry, Error(Unsupported) a component that this program does not have.
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

} // namespace mama
