#pragma once
#include "core/text/tokenizer/pipeline_parts.h"

#include <filesystem>

namespace mama::text {

struct AddedToken
{
    std::string content;
    std::int32_t id = 0;
    bool singleWord = false, leftStrip = false, rightStrip = false, normalized = false;
};

// A token as tokenizer files describe it. Error(Format) names `where`.
AddedToken addedTokenOf(const nlohmann::json& entry, std::int64_t id, const std::string& where);
// `listed`, and the tokens that the files beside a vocabulary name: tokenizer_config.json, special_tokens_map.json,
// added_tokens.json.
std::vector<AddedToken> addedTokensOf(const std::filesystem::path& folder, std::vector<AddedToken> listed,
                                      const Vocabulary& vocabulary);

// Tokens recognised anywhere in a text, leftmost and longest first, before it is pre-tokenized. Those that are not
// "normalized" are looked for in the text as it is, the others in the normalized text.
class AddedTokens
{
public:
    AddedTokens() = default;
    AddedTokens(std::vector<AddedToken> tokens, const Normalizer& normalizer);

    struct Part
    {
        std::string_view text;
        std::int32_t id = -1; // -1: ordinary text
    };
    std::vector<Part> split(std::string_view text, bool normalized) const;
    const std::vector<AddedToken>& all() const { return m_tokens; }
    const AddedToken* byId(std::int32_t id) const;
    const AddedToken* byContent(std::string_view content) const;

private:
    struct Entry
    {
        std::string text;
        std::size_t token = 0;
    };
    const Entry* matchAt(std::string_view text, std::size_t at, bool normalized) const;

    std::vector<AddedToken> m_tokens;
    std::unordered_map<char, std::vector<Entry>> m_byFirst[2]; // by first byte, longest first
};

} // namespace mama::text
