// WordPiece: greedy longest match from the left. Source: google-research/bert tokenization.py.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

#include <algorithm>

namespace mama::text {
namespace {

class WordPiece final : public WordModel
{
public:
    WordPiece(Vocabulary words, WordPieceOptions options, const std::string& where)
        : WordModel(std::move(words)), m_options(std::move(options))
    {
        const auto unknown = vocabulary().id(m_options.unknown);
        if (!unknown)
            broken(where,
                   {TextId("tokenizer.word_piece_unknown_token", "the unknown token \"%1\" is not in the vocabulary"),
                    m_options.unknown});
        m_unknown = *unknown;
    }

    void encode(std::string_view word, std::vector<std::int32_t>& ids) const override
    {
        const auto characters = std::count_if(word.begin(), word.end(),
                                              [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
        const std::size_t before = ids.size();
        if (static_cast<std::size_t>(characters) > m_options.longestWord || !split(word, ids)) {
            ids.resize(before);
            ids.push_back(m_unknown);
        }
    }

private:
    bool split(std::string_view word, std::vector<std::int32_t>& ids) const
    {
        std::string token;
        for (std::size_t begin = 0; begin < word.size();) {
            const std::size_t prefix = begin > 0 ? m_options.prefix.size() : 0, rest = word.size() - begin;
            bool found = false;
            // Only the lengths that tokens have: a file with one very long token must not make every word slow.
            const auto& lengths = vocabulary().lengths();
            for (auto length = std::upper_bound(lengths.begin(), lengths.end(), rest + prefix);
                 length != lengths.begin() && !found;) {
                if (*--length <= prefix)
                    break;
                token = begin > 0 ? m_options.prefix : std::string();
                token += word.substr(begin, *length - prefix);
                if (const auto id = vocabulary().id(token)) {
                    ids.push_back(*id);
                    begin += *length - prefix;
                    found = true;
                }
            }
            if (!found)
                return false;
        }
        return true;
    }

    WordPieceOptions m_options;
    std::int32_t m_unknown = 0;
};

} // namespace

std::unique_ptr<const WordModel> makeWordPiece(Vocabulary vocabulary, const WordPieceOptions& options,
                                               const std::string& where)
{
    return std::make_unique<WordPiece>(std::move(vocabulary), options, where);
}

} // namespace mama::text
