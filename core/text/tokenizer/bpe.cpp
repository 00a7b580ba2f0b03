// Byte pair encoding: the pair with the lowest rank, leftmost first, is merged until none is left.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

#include <array>
#include <cstdio>
#include <queue>

namespace mama::text {
namespace {

struct Merge
{
    std::int32_t rank = 0, id = 0;
};

struct Symbol
{
    std::int32_t id = 0, previous = -1, next = -1;
    bool gone = false;
};

// Open addressing: the look-up is what the time of a caption goes into.
class MergeTable
{
public:
    explicit MergeTable(std::size_t count)
    {
        std::size_t slots = 16;
        while (slots < count * 2)
            slots *= 2;
        m_keys.assign(slots, empty);
        m_merges.resize(slots);
    }
    void set(std::int32_t left, std::int32_t right, Merge merge)
    {
        const std::size_t slot = find(key(left, right));
        m_keys[slot] = key(left, right);
        m_merges[slot] = merge;
    }
    const Merge* get(std::int32_t left, std::int32_t right) const
    {
        const std::size_t slot = find(key(left, right));
        return m_keys[slot] == empty ? nullptr : &m_merges[slot];
    }

private:
    static constexpr std::uint64_t empty = ~0ULL;
    static std::uint64_t key(std::int32_t left, std::int32_t right)
    {
        return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
    }
    std::size_t find(std::uint64_t wanted) const
    {
        const std::size_t mask = m_keys.size() - 1;
        std::size_t slot = ((wanted * 0x9E3779B97F4A7C15ULL) >> 20) & mask;
        while (m_keys[slot] != empty && m_keys[slot] != wanted)
            slot = (slot + 1) & mask;
        return slot;
    }

    std::vector<std::uint64_t> m_keys;
    std::vector<Merge> m_merges;
};

class Bpe final : public WordModel
{
public:
    Bpe(Vocabulary words, const Merges& merges, BpeOptions options, const std::string& where)
        : WordModel(std::move(words)), m_merges(merges.size()), m_options(std::move(options))
    {
        for (std::size_t i = 0; i < merges.size(); ++i)
            addMerge(merges[i], static_cast<std::int32_t>(i), where);
        if (m_options.unknown) {
            m_unknown = vocabulary().id(*m_options.unknown);
            if (!m_unknown)
                broken(where,
                       {TextId("tokenizer.bpe_unknown_token", "the unknown token \"%1\" is not in the vocabulary"),
                        *m_options.unknown});
        }
        m_single.fill(-1);
        for (std::size_t c = 0; c < m_single.size(); ++c) {
            std::string token;
            unicode::append(token, static_cast<char32_t>(c));
            m_single[c] = vocabulary().id(token).value_or(-1);
        }
        for (std::size_t b = 0; b < m_bytes.size(); ++b) {
            std::array<char, 8> name{};
            std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(b));
            m_bytes[b] = vocabulary().id(name.data()).value_or(-1);
        }
    }

    void encode(std::string_view word, std::vector<std::int32_t>& ids) const override
    {
        if (m_options.wholeWords)
            if (const auto whole = vocabulary().id(word)) {
                ids.push_back(*whole);
                return;
            }
        std::vector<std::int32_t> symbols;
        symbols.reserve(word.size());
        start(word, symbols);
        if (symbols.size() > 48)
            mergeLong(symbols);
        else
            mergeShort(symbols);
        ids.insert(ids.end(), symbols.begin(), symbols.end());
    }

private:
    void addMerge(const std::pair<std::string, std::string>& merge, std::int32_t rank, const std::string& where)
    {
        const auto& [left, right] = merge;
        const std::string joined =
            left + (right.size() >= m_options.prefix.size() ? right.substr(m_options.prefix.size()) : std::string());
        const auto a = vocabulary().id(left), b = vocabulary().id(right), both = vocabulary().id(joined);
        if (!a || !b || !both)
            broken(where, {TextId("tokenizer.merge_names_token_not_vocabulary",
                                  "merge %1 names a token that is not in the vocabulary"),
                           rank});
        m_merges.set(*a, *b, {rank, *both});
    }

    std::int32_t idOf(std::string_view character, char32_t c, bool first, bool last) const
    {
        const bool plain = (first || m_options.prefix.empty()) && (!last || m_options.suffix.empty());
        if (plain)
            return c < m_single.size() ? m_single[c] : vocabulary().id(character).value_or(-1);
        std::string token = first ? std::string() : m_options.prefix;
        token += character;
        if (last)
            token += m_options.suffix;
        return vocabulary().id(token).value_or(-1);
    }

    bool asBytes(std::string_view character, std::vector<std::int32_t>& symbols) const
    {
        for (const char c : character)
            if (m_bytes[static_cast<unsigned char>(c)] < 0)
                return false;
        for (const char c : character)
            symbols.push_back(m_bytes[static_cast<unsigned char>(c)]);
        return true;
    }

    // The characters' own tokens. Without an unknown token a character that has none is left out.
    void start(std::string_view word, std::vector<std::int32_t>& symbols) const
    {
        bool unknownPending = false; // written when the next known character or the end comes
        const auto flush = [&] {
            if (unknownPending)
                symbols.push_back(*m_unknown);
            unknownPending = false;
        };
        for (std::size_t i = 0; i < word.size();) {
            const std::size_t at = i;
            const char32_t c = unicode::next(word, i);
            const std::string_view character = word.substr(at, i - at);
            if (const std::int32_t id = idOf(character, c, at == 0, i == word.size()); id >= 0) {
                flush();
                symbols.push_back(id);
            } else if (m_options.byteFallback && asBytes(character, symbols)) {
                continue;
            } else if (m_unknown) {
                if (!m_options.fuseUnknown)
                    flush();
                unknownPending = true;
            }
        }
        flush();
    }

    void mergeShort(std::vector<std::int32_t>& symbols) const
    {
        while (symbols.size() > 1) {
            const Merge* best = nullptr;
            std::size_t place = 0;
            for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
                const Merge* merge = m_merges.get(symbols[i], symbols[i + 1]);
                if (merge && (!best || merge->rank < best->rank)) {
                    best = merge;
                    place = i;
                }
            }
            if (!best)
                return;
            symbols[place] = best->id;
            symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(place) + 1);
        }
    }

    // The same by a heap over a linked list: a long word without blanks must not take the square of its length.
    void mergeLong(std::vector<std::int32_t>& symbols) const
    {
        struct Candidate
        {
            std::int32_t rank, place, id;
            bool operator>(const Candidate& o) const { return rank != o.rank ? rank > o.rank : place > o.place; }
        };
        std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
        const auto count = static_cast<std::int32_t>(symbols.size());
        std::vector<Symbol> list(symbols.size());
        const auto at = [&](std::int32_t i) -> Symbol& { return list[static_cast<std::size_t>(i)]; };
        const auto offer = [&](std::int32_t left) {
            if (left < 0 || at(left).next < 0)
                return;
            if (const Merge* merge = m_merges.get(at(left).id, at(at(left).next).id))
                queue.push({merge->rank, left, merge->id});
        };
        for (std::int32_t i = 0; i < count; ++i)
            at(i) = {symbols[static_cast<std::size_t>(i)], i - 1, i + 1 < count ? i + 1 : -1, false};
        for (std::int32_t i = 0; i < count; ++i)
            offer(i);
        while (!queue.empty()) {
            const Candidate top = queue.top();
            queue.pop();
            Symbol& left = at(top.place);
            if (left.gone || left.next < 0)
                continue;
            Symbol& right = at(left.next);
            const Merge* merge = m_merges.get(left.id, right.id);
            if (!merge || merge->rank != top.rank || merge->id != top.id)
                continue; // a neighbour has changed since
            left.id = merge->id;
            left.next = right.next;
            right.gone = true;
            if (left.next >= 0)
                at(left.next).previous = top.place;
            offer(left.previous);
            offer(top.place);
        }
        symbols.clear();
        for (std::int32_t i = 0; i >= 0; i = at(i).next)
            symbols.push_back(at(i).id);
    }

    MergeTable m_merges;
    BpeOptions m_options;
    std::optional<std::int32_t> m_unknown;
    std::array<std::int32_t, 512> m_single{};
    std::array<std::int32_t, 256> m_bytes{};
};

} // namespace

std::unique_ptr<const WordModel> makeBpe(Vocabulary vocabulary, const Merges& merges, const BpeOptions& options,
                                         const std::string& where)
{
    return std::make_unique<Bpe>(std::move(vocabulary), merges, options, where);
}

} // namespace mama::text
