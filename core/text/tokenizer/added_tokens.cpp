#include "core/text/tokenizer/added_tokens.h"

#include "core/text/tokenizer/json_members.h"

#include <algorithm>
#include <set>

namespace mama::text {
namespace {

using nlohmann::json;

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

class Collector
{
public:
    Collector(std::vector<AddedToken> listed, const Vocabulary& vocabulary)
        : m_tokens(std::move(listed)), m_vocabulary(vocabulary)
    {
        for (const AddedToken& token : m_tokens)
            m_seen.insert(token.content);
    }
    void add(AddedToken token)
    {
        if (m_seen.insert(token.content).second)
            m_tokens.push_back(std::move(token));
    }
    // Only a token that the vocabulary has: a name in a configuration alone gives no id.
    void addNamed(const json& value)
    {
        const std::string content = contentOf(value);
        if (const auto id = content.empty() ? std::nullopt : m_vocabulary.id(content)) {
            AddedToken token{content, *id};
            if (value.is_object()) {
                token.leftStrip = value.value("lstrip", json(false)) == true;
                token.rightStrip = value.value("rstrip", json(false)) == true;
                token.singleWord = value.value("single_word", json(false)) == true;
            }
            add(std::move(token));
        }
    }
    void addNamed(const json& object, std::initializer_list<const char*> keys)
    {
        for (const char* key : keys)
            if (object.contains(key)) {
                const json& value = object[key];
                if (value.is_array())
                    for (const json& entry : value)
                        addNamed(entry);
                else
                    addNamed(value);
            }
    }
    std::vector<AddedToken> take() { return std::move(m_tokens); }

private:
    std::vector<AddedToken> m_tokens;
    std::set<std::string> m_seen;
    const Vocabulary& m_vocabulary;
};

} // namespace

AddedToken addedTokenOf(const nlohmann::json& entry, std::int64_t id, const std::string& where)
{
    if (id < 0 || id > (1 << 24))
        broken(where, {TextId("tokenizer.token_id_out_range", "token id %1 is out of range"), id});
    AddedToken token;
    token.content = stringAt(entry, "content", "", where);
    token.id = static_cast<std::int32_t>(id);
    token.singleWord = flagAt(entry, "single_word", false, where);
    token.leftStrip = flagAt(entry, "lstrip", false, where);
    token.rightStrip = flagAt(entry, "rstrip", false, where);
    token.normalized = flagAt(entry, "normalized", !flagAt(entry, "special", false, where), where);
    if (token.content.empty())
        broken(where, {TextId("tokenizer.added_token_has_no_content", "an added token has no \"content\"")});
    return token;
}

std::vector<AddedToken> addedTokensOf(const std::filesystem::path& folder, std::vector<AddedToken> listed,
                                      const Vocabulary& vocabulary)
{
    Collector all(std::move(listed), vocabulary);
    const std::filesystem::path configFile = folder / "tokenizer_config.json", addedFile = folder / "added_tokens.json";
    const json config = optionalObject(configFile), added = optionalObject(addedFile);
    if (config.contains("added_tokens_decoder"))
        for (const auto& [id, entry] : objectAt(config, "added_tokens_decoder", configFile.string()).items()) {
            const bool digits = !id.empty() && id.size() < 10 &&
                                std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
            if (!digits)
                broken(configFile.string(), {TextId("tokenizer.added_tokens_decoder_not_token",
                                                    "added_tokens_decoder: \"%1\" is not a token id"),
                                             id.substr(0, 40)});
            all.add(addedTokenOf(entry, std::stoll(id), configFile.string()));
        }
    for (const auto& [content, id] : added.items())
        all.add(addedTokenOf(json{{"content", content}, {"special", true}}, integerOf(id, addedFile.string()),
                             addedFile.string()));
    for (const json& object : {config, optionalObject(folder / "special_tokens_map.json")})
        all.addNamed(object, {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token",
                              "mask_token", "additional_special_tokens", "extra_special_tokens"});
    return all.take();
}

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
