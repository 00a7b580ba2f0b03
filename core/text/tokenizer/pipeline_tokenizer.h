#pragma once
#include "core/text/tokenizer/added_tokens.h"
#include "core/text/tokenizer/tokenizer.h"

namespace mama::text {

// The stages that do not change when tokens are added.
struct Stages
{
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    std::unique_ptr<const WordModel> model;
    Template around;
    Decoder decoder;
};

// What tokenizer.json describes: normalize, split, look up, put special tokens around.
class PipelineTokenizer final : public Tokenizer
{
public:
    PipelineTokenizer(std::shared_ptr<const Stages> stages, std::vector<AddedToken> added);

    std::vector<std::int32_t> encodePlain(std::string_view text) const override;
    Tokens encode(std::string_view text, std::optional<std::string_view> pair, int longest) const override;
    std::string decode(const std::vector<std::int32_t>& ids) const override;
    std::optional<std::int32_t> id(std::string_view token) const override;
    std::int32_t size() const override { return m_size; }
    bool isBert() const override;
    std::shared_ptr<const Tokenizer> withAddedTokens(const std::vector<std::string>& tokens) const override;

private:
    void encodeOrdinary(std::string_view text, bool first, std::vector<std::int32_t>& ids) const;

    std::shared_ptr<const Stages> m_stages;
    AddedTokens m_added;
    std::int32_t m_size = 0;
};

// How many tokens of a first and a second text stay when `room` tokens fit and the longer one is cut first.
// Source: truncate_encodings, LongestFirst, of the `tokenizers` library.
std::pair<std::size_t, std::size_t> roomForPair(std::size_t first, std::size_t second, std::size_t room);

} // namespace mama::text
