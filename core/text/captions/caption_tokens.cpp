#include "core/text/captions/caption_tokens.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/text/captions/cleaning.h"
#include "core/text/tokenizer/json_members.h"

#include <algorithm>

namespace mama {
namespace {

using nlohmann::json;

const std::vector<std::string> mamaTokens{"<|startoftext|>",  "<|padtext|>",     "<|masktext|>",
                                          "<|separatetext|>", "<|unknowntext|>", "<|keytext|>"};

std::int32_t idOf(const Tokenizer& tokenizer, const std::string& token, const char* role)
{
    const auto id = tokenizer.id(token);
    if (!id)
        throw Error(ErrorCode::Model, "tokenize", std::string(role) + " token \"" + token + "\"",
                    "the vocabulary does not have it");
    return *id;
}

void finish(const Tokenizer& tokenizer, const CaptionRules& rules, bool pad, Tokens& tokens)
{
    if (!rules.separator.empty())
        if (const auto separator = tokenizer.id(rules.separator))
            for (std::size_t i = 0; i < tokens.ids.size(); ++i)
                if (tokens.ids[i] == *separator)
                    tokens.separators.push_back(static_cast<std::int32_t>(i));
    const auto length = static_cast<std::size_t>(std::max(rules.length, 0));
    if (!pad || tokens.ids.size() >= length)
        return;
    tokens.ids.resize(length, rules.padId ? *rules.padId : idOf(tokenizer, rules.pad, "padding"));
    tokens.mask.resize(length, 0);
    if (!tokens.types.empty())
        tokens.types.resize(length, 0);
}

} // namespace

Tokens encodeCaption(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad)
{
    const bool own = tokenizer.isBert();
    idOf(tokenizer, rules.separator, "separator");
    std::string written;
    if (!own && !rules.start.empty()) {
        idOf(tokenizer, rules.start, "start");
        written += rules.start;
    }
    for (const char c : text) {
        if (c == '.' || c == ';')
            written += rules.separator;
        else
            written += c == '\n' ? ' ' : c;
    }
    if (!own && !rules.end.empty()) {
        idOf(tokenizer, rules.end, "end");
        written += rules.end;
    }
    Tokens tokens;
    if (own) {
        tokens = tokenizer.encode(written, {}, rules.length);
    } else {
        tokens.ids = tokenizer.encodePlain(written);
        tokens.cut = rules.length > 0 && tokens.ids.size() > static_cast<std::size_t>(rules.length);
        if (tokens.cut)
            tokens.ids.resize(static_cast<std::size_t>(rules.length));
        tokens.mask.assign(tokens.ids.size(), 1);
    }
    finish(tokenizer, rules, pad, tokens);
    return tokens;
}

Tokens encodeRaw(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool pad,
                 std::optional<std::string_view> pair)
{
    Tokens tokens = tokenizer.encode(text, pair, rules.length);
    finish(tokenizer, rules, pad, tokens);
    return tokens;
}

Tokens encodeText(const Tokenizer& tokenizer, const CaptionRules& rules, std::string_view text, bool raw, bool pad)
{
    if (rules.plain)
        return encodeRaw(tokenizer, rules, cleaned(text, rules.cleaning), pad);
    return raw ? encodeRaw(tokenizer, rules, text, pad) : encodeCaption(tokenizer, rules, text, pad);
}

namespace {

std::string specialToken(const json& config, const char* key, const std::string& otherwise)
{
    if (!config.is_object() || !config.contains(key) || config[key].is_null())
        return otherwise;
    const json& value = config[key];
    const json& content = value.is_object() && value.contains("content") ? value["content"] : value;
    return content.is_string() ? content.get<std::string>() : otherwise;
}

} // namespace

CaptionRules captionRules(const json& captions, const std::string& where)
{
    CaptionRules rules;
    rules.separator = text::stringAt(captions, "separator", rules.separator, where);
    rules.start = text::stringAt(captions, "start", captions.contains("start") ? "" : rules.start, where);
    rules.end = text::stringAt(captions, "end", captions.contains("end") ? "" : rules.end, where);
    rules.pad = text::stringAt(captions, "pad", rules.pad, where);
    if (captions.contains("length")) {
        const std::int64_t length = text::integerOf(captions["length"], where);
        if (length < 1 || length > 1'000'000)
            text::broken(where, "\"length\" is out of range");
        rules.length = static_cast<int>(length);
    }
    rules.plain = text::flagAt(captions, "plain", false, where);
    rules.cleaning = text::stringAt(captions, "cleaning", "", where);
    rules.padded = text::flagAt(captions, "padded", false, where);
    if (captions.contains("pad_id") && !captions["pad_id"].is_null())
        rules.padId = static_cast<std::int32_t>(text::integerOf(captions["pad_id"], where));
    return rules;
}

namespace {

// A plain folder of tokenizer files.
CaptionRules rulesOfFiles(const std::filesystem::path& folder, const Tokenizer& tokenizer)
{
    const std::filesystem::path file = folder / "tokenizer_config.json", map = folder / "special_tokens_map.json";
    json config = text::optionalObject(file);
    const json named = text::optionalObject(map);
    config.update(named);
    CaptionRules rules;
    if (tokenizer.isBert()) {
        rules.separator = specialToken(config, "sep_token", tokenizer.id("[SEP]") ? "[SEP]" : "</s>");
        rules.pad = specialToken(config, "pad_token", tokenizer.id("[PAD]") ? "[PAD]" : "<pad>");
        rules.start.clear();
        rules.end.clear();
        return rules;
    }
    rules.separator = specialToken(config, "sep_token", rules.separator);
    rules.pad = specialToken(config, "pad_token", rules.pad);
    rules.end = specialToken(config, "eos_token", rules.end);
    // Where the separator is still to be added, so is the start token: before that, GPT-2 calls its end token so.
    if (tokenizer.id(rules.separator))
        rules.start = specialToken(config, "bos_token", rules.start);
    return rules;
}

} // namespace

CaptionTokenizer loadCaptionTokenizer(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "model.json";
    const json model = std::filesystem::exists(file) ? readJson(file) : json::object();
    return captionTokenizer(folder, model.is_object() ? model.value("captions", json()) : json());
}

CaptionTokenizer captionTokenizer(const std::filesystem::path& folder, const json& captions)
{
    CaptionTokenizer loaded;
    loaded.plain = loaded.tokenizer = Tokenizer::load(folder);
    if (!captions.is_object()) {
        loaded.rules = rulesOfFiles(folder, *loaded.plain);
        if (!loaded.plain->isBert() && !loaded.plain->id(loaded.rules.separator))
            loaded.tokenizer = loaded.plain->withAddedTokens(mamaTokens);
        return loaded;
    }
    const std::string where = (folder / "model.json").string() + " captions";
    loaded.rules = captionRules(captions, where);
    std::vector<std::string> added;
    if (captions.contains("added_tokens") && !captions["added_tokens"].is_null())
        for (const json& token : text::arrayAt(captions, "added_tokens", where)) {
            if (!token.is_string())
                text::broken(where, "\"added_tokens\" must be a list of strings");
            added.push_back(token.get<std::string>());
        }
    loaded.plain = loaded.tokenizer = loaded.plain->withAddedTokens(added);
    return loaded;
}

} // namespace mama
