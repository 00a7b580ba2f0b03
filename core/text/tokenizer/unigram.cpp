// Unigram: the segmentation with the highest sum of log probabilities (Viterbi). Source: Kudo 2018,
// arXiv 1804.10959; unknown characters cost 10 more than the rarest token, as in SentencePiece.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mama::text {
namespace {

class Unigram final : public WordModel
{
public:
    Unigram(Vocabulary words, std::vector<double> scores, std::optional<std::int32_t> unknown, bool byteFallback)
        : WordModel(std::move(words)), m_scores(std::move(scores)), m_unknown(unknown), m_byteFallback(byteFallback)
    {
        m_unknownScore = (m_scores.empty() ? 0.0 : *std::min_element(m_scores.begin(), m_scores.end())) - 10.0;
    }

    void encode(std::string_view word, std::vector<std::int32_t>& ids) const override
    {
        const std::vector<Node> best = search(word);
        std::vector<std::pair<std::string_view, bool>> parts; // text, known
        for (std::size_t end = word.size(); end > 0; end = best[end].from) {
            const std::size_t from = best[end].from;
            const bool known = best[end].known;
            if (!known && !parts.empty() && !parts.back().second)
                parts.back().first = word.substr(from, parts.back().first.size() + end - from); // neighbours fuse
            else
                parts.emplace_back(word.substr(from, end - from), known);
        }
        for (auto it = parts.rbegin(); it != parts.rend(); ++it)
            write(it->first, ids);
    }

private:
    struct Node
    {
        double score = 0;
        std::size_t from = 0;
        bool known = false, reached = false;
    };

    std::vector<Node> search(std::string_view word) const
    {
        std::vector<Node> best(word.size() + 1);
        best[0].reached = true;
        for (std::size_t begin = 0; begin < word.size();) {
            std::size_t character = begin;
            unicode::next(word, character);
            bool single = false;
            // Only the lengths that tokens have: a file with one very long token must not make every text slow.
            for (const std::size_t length : vocabulary().lengths()) {
                if (length > word.size() - begin)
                    break;
                if (const auto id = vocabulary().id(word.substr(begin, length))) {
                    improve(best[begin + length], best[begin].score + m_scores[static_cast<std::size_t>(*id)], begin,
                            true);
                    single = single || begin + length == character;
                }
            }
            if (!single)
                improve(best[character], best[begin].score + m_unknownScore, begin, false);
            begin = character;
        }
        return best;
    }

    static void improve(Node& node, double score, std::size_t from, bool known)
    {
        if (!node.reached || score > node.score)
            node = {score, from, known, true};
    }

    void write(std::string_view part, std::vector<std::int32_t>& ids) const
    {
        if (const auto id = vocabulary().id(part)) {
            ids.push_back(*id);
            return;
        }
        const std::size_t before = ids.size();
        for (const char c : part) {
            std::array<char, 8> name{};
            std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(static_cast<unsigned char>(c)));
            const auto id = m_byteFallback ? vocabulary().id(name.data()) : std::nullopt;
            if (!id) {
                ids.resize(before);
                if (m_unknown)
                    ids.push_back(*m_unknown);
                return;
            }
            ids.push_back(*id);
        }
    }

    std::vector<double> m_scores;
    std::optional<std::int32_t> m_unknown;
    bool m_byteFallback;
    double m_unknownScore = 0;
};

} // namespace

std::unique_ptr<const WordModel> makeUnigram(Vocabulary vocabulary, std::vector<double> scores,
                                             std::optional<std::int32_t> unknown, bool byteFallback,
                                             const std::string& where)
{
    if (scores.empty())
        broken(where, {TextId("tokenizer.vocabulary_empty", "the vocabulary is empty")});
    return std::make_unique<Unigram>(std::move(vocabulary), std::move(scores), unknown, byteFallback);
}

} // namespace mama::text
