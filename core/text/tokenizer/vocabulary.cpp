#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

#include <algorithm>
#include <set>

namespace mama::text {

Vocabulary::Vocabulary(const std::vector<std::pair<std::string, std::int64_t>>& entries, const std::string& where)
{
    // The table by id is as long as the largest id, so that one must be in proportion to the file.
    const auto limit = static_cast<std::int64_t>(entries.size()) * 4 + 65536;
    m_ids.reserve(entries.size());
    for (const auto& [token, id] : entries) {
        if (id < 0 || id >= limit)
            broken(where, {TextId("tokenizer.token_id_out_range_vocabulary",
                                  "token id %1 is out of range for a vocabulary of %2"),
                           id, entries.size()});
        const auto [place, added] = m_ids.try_emplace(token, static_cast<std::int32_t>(id));
        place->second = static_cast<std::int32_t>(id);
        if (m_tokens.size() <= static_cast<std::size_t>(id))
            m_tokens.resize(static_cast<std::size_t>(id) + 1, nullptr);
        m_tokens[static_cast<std::size_t>(id)] = &place->first;
    }
    std::set<std::size_t> lengths;
    for (const auto& entry : entries)
        if (!entry.first.empty())
            lengths.insert(entry.first.size());
    m_lengths.assign(lengths.begin(), lengths.end());
}

std::optional<std::int32_t> Vocabulary::id(std::string_view token) const
{
    const auto found = m_ids.find(token);
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

const std::string* Vocabulary::token(std::int32_t id) const
{
    return id < 0 || id >= size() ? nullptr : m_tokens[static_cast<std::size_t>(id)];
}

namespace {

Vocabulary vocabularyOf(const nlohmann::json& description, const std::string& where)
{
    const nlohmann::json& object = objectAt(description, "vocab", where);
    std::vector<std::pair<std::string, std::int64_t>> entries;
    entries.reserve(object.size());
    for (const auto& [token, id] : object.items())
        entries.emplace_back(token, integerOf(id, where));
    return Vocabulary(entries, where);
}

Merges mergesOf(const nlohmann::json& description, const std::string& where)
{
    Merges merges;
    for (const nlohmann::json& entry : arrayAt(description, "merges", where)) {
        if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
            merges.emplace_back(entry[0].get<std::string>(), entry[1].get<std::string>());
            continue;
        }
        const std::string text = entry.is_string() ? entry.get<std::string>() : std::string();
        const std::size_t blank = text.find(' ');
        if (blank == std::string::npos || text.find(' ', blank + 1) != std::string::npos)
            broken(where,
                   {TextId("tokenizer.merge_not_pair_tokens", "merge %1 is not a pair of tokens"), merges.size()});
        merges.emplace_back(text.substr(0, blank), text.substr(blank + 1));
    }
    return merges;
}

std::unique_ptr<const WordModel> unigramOf(const nlohmann::json& description, const std::string& where)
{
    std::vector<std::pair<std::string, std::int64_t>> entries;
    std::vector<double> scores;
    for (const nlohmann::json& entry : arrayAt(description, "vocab", where)) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
            broken(where, {TextId("tokenizer.vocabulary_entry_not_token_score",
                                  "vocabulary entry %1 is not a token with its score"),
                           entries.size()});
        entries.emplace_back(entry[0].get<std::string>(), static_cast<std::int64_t>(entries.size()));
        scores.push_back(entry[1].get<double>());
    }
    std::optional<std::int32_t> unknown;
    if (description.contains("unk_id") && !description["unk_id"].is_null()) {
        const std::int64_t id = integerOf(description["unk_id"], where);
        if (id < 0 || id >= static_cast<std::int64_t>(entries.size()))
            broken(where, {TextId("tokenizer.unk_id_not_vocabulary", "\"unk_id\" is not in the vocabulary")});
        unknown = static_cast<std::int32_t>(id);
    }
    return makeUnigram(Vocabulary(entries, where), std::move(scores), unknown,
                       flagAt(description, "byte_fallback", false, where), where);
}

} // namespace

std::unique_ptr<const WordModel> makeWordModel(const nlohmann::json& description, const std::string& where)
{
    if (!description.is_object())
        broken(where, {TextId("tokenizer.model_missing", "\"model\" is missing")});
    std::string type = stringAt(description, "type", "", where);
    if (type.empty()) // files older than the "type" member
        type = description.contains("merges") ? "BPE" : "WordPiece";
    if (type == "BPE") {
        BpeOptions options;
        if (const std::string unknown = stringAt(description, "unk_token", "", where); !unknown.empty())
            options.unknown = unknown;
        options.prefix = stringAt(description, "continuing_subword_prefix", "", where);
        options.suffix = stringAt(description, "end_of_word_suffix", "", where);
        options.fuseUnknown = flagAt(description, "fuse_unk", false, where);
        options.byteFallback = flagAt(description, "byte_fallback", false, where);
        options.wholeWords = flagAt(description, "ignore_merges", false, where);
        return makeBpe(vocabularyOf(description, where), mergesOf(description, where), options, where);
    }
    if (type == "WordPiece") {
        WordPieceOptions options;
        options.unknown = stringAt(description, "unk_token", options.unknown, where);
        options.prefix = stringAt(description, "continuing_subword_prefix", options.prefix, where);
        if (description.contains("max_input_chars_per_word")) {
            const std::int64_t longest = integerOf(description["max_input_chars_per_word"], where);
            if (longest < 0 || longest > 10000)
                broken(where,
                       {TextId("tokenizer.max_input_chars_per_word", "\"max_input_chars_per_word\" is out of range")});
            options.longestWord = static_cast<std::size_t>(longest);
        }
        return makeWordPiece(vocabularyOf(description, where), options, where);
    }
    if (type == "Unigram")
        return unigramOf(description, where);
    unsupported("model", type, where);
}

} // namespace mama::text
