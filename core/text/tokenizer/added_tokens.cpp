#include "core/text/tokenizer/added_tokens.h"

#include "core/text/tokenizer/unicode.h"

#include <algorithm>

namespace mama::text {
namespace {

// The character that ends before `at`; at > 0.
char32_t before(std::string_view text, std::size_t at)
{
    do
        --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return unicode::next(text, at);
}

std::size_t skipSpacesBack(std::string_view text, std::size_t at, std::size_t begin)
{
    while (at > begin && unicode::isSpace(before(text, at))) {
        do
            --at;
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    }
    return at;
}

std::size_t skipSpaces(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        std::size_t next = at;
        if (!unicode::isSpace(unicode::next(text, next)))
            break;
        at = next;
    }
    return at;
}

bool standsAlone(std::string_view text, std::size_t begin, std::size_t end)
{
    std::size_t next = end;
    return (begin == 0 || !unicode::isWord(before(text, begin))) &&
           (end == text.size() || !unicode::isWord(unicode::next(text, next)));
}

} // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalizer& normalizer) : m_tokens(std::move(tokens))
{
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        std::string text = m_tokens[i].content;
        if (m_tokens[i].normalized && normalizer)
            normalizer(text);
        if (!text.empty())
            m_byFirst[m_tokens[i].normalized ? 1 : 0][text[0]].push_back({text, i});
    }
    for (auto& map : m_byFirst)
        for (auto& [first, entries] : map)
            std::stable_sort(entries.begin(), entries.end(),
                             [](const Entry& a, const Entry& b) { return a.text.size() > b.text.size(); });
}

const AddedTokens::Entry* AddedTokens::matchAt(std::string_view text, std::size_t at, bool normalized) const
{
    const auto& map = m_byFirst[normalized ? 1 : 0];
    const auto found = map.find(text[at]);
    if (found == map.end())
        return nullptr;
    for (const Entry& entry : found->second)
        if (text.substr(at, entry.text.size()) == entry.text)
            return &entry;
    return nullptr;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text, bool normalized) const
{
    if (m_byFirst[normalized ? 1 : 0].empty() || text.empty())
        return {{text, -1}};
    std::vector<Part> parts;
    std::size_t done = 0; // everything before it is in parts
    for (std::size_t at = 0; at < text.size();) {
        const Entry* entry = matchAt(text, at, normalized);
        if (!entry) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[entry->token];
        std::size_t begin = at, end = at + entry->text.size();
        at = end;
        if (token.singleWord && !standsAlone(text, begin, end))
            continue;
        if (token.leftStrip)
            begin = std::max(skipSpacesBack(text, begin, done), done);
        if (token.rightStrip)
            end = skipSpaces(text, end);
        if (done < begin)
            parts.push_back({text.substr(done, begin - done), -1});
        parts.push_back({text.substr(begin, end - begin), token.id});
        done = end;
        at = std::max(at, end);
    }
    if (done < text.size())
        parts.push_back({text.substr(done), -1});
    return parts;
}

const AddedToken* AddedTokens::byId(std::int32_t id) const
{
    const auto found = std::find_if(m_tokens.begin(), m_tokens.end(), [id](const AddedToken& t) { return t.id == id; });
    return found == m_tokens.end() ? nullptr : &*found;
}

const AddedToken* AddedTokens::byContent(std::string_view content) const
{
    const auto found =
        std::find_if(m_tokens.begin(), m_tokens.end(), [content](const AddedToken& t) { return t.content == content; });
    return found == m_tokens.end() ? nullptr : &*found;
}

} // namespace mama::text
