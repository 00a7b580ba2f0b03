// Decoders of tokenizer.json: token strings back to text.
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_parts.h"

#include <charconv>

namespace mama::text {
namespace {

using Tokens = std::vector<std::string>;

void replaceAll(std::string& text, const std::string& from, const std::string& to)
{
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// Undoes the blanks that joining words puts before marks.
void cleanUp(std::string& text)
{
    for (const auto& [from, to] : {std::pair{" .", "."},
                                   {" ?", "?"},
                                   {" !", "!"},
                                   {" ,", ","},
                                   {" ' ", "'"},
                                   {" n't", "n't"},
                                   {" 'm", "'m"},
                                   {" do not", " don't"},
                                   {" 's", "'s"},
                                   {" 've", "'ve"},
                                   {" 're", "'re"}})
        replaceAll(text, from, to);
}

int byteOf(const std::string& token)
{
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>')
        return -1;
    int value = 0;
    const char* const end = token.data() + 5;
    const auto [stop, error] = std::from_chars(token.data() + 3, end, value, 16);
    return error == std::errc() && stop == end && value >= 0 ? value : -1;
}

// Runs of <0xNN> that are UTF-8 become their text, others one U+FFFD a byte.
Tokens withoutBytes(const Tokens& tokens)
{
    Tokens result;
    std::string run;
    const auto flush = [&] {
        if (run.empty())
            return;
        if (unicode::wellFormed(run) == run)
            result.push_back(run);
        else
            for (std::size_t i = 0; i < run.size(); ++i)
                result.emplace_back("\xEF\xBF\xBD");
        run.clear();
    };
    for (const std::string& token : tokens) {
        if (const int byte = byteOf(token); byte >= 0) {
            run += static_cast<char>(byte);
            continue;
        }
        flush();
        result.push_back(token);
    }
    flush();
    return result;
}

Decoder metaspaceDecoder(const nlohmann::json& description, const std::string& where)
{
    const std::string mark = stringAt(description, "replacement", "\xE2\x96\x81", where);
    const bool prefixed =
        stringAt(description, "prepend_scheme",
                 flagAt(description, "add_prefix_space", true, where) ? "always" : "never", where) != "never";
    if (mark.empty())
        broken(where, {TextId("tokenizer.decoder_replacement_empty", "\"replacement\" is empty")});
    return [=](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i == 0 && prefixed)
                replaceAll(tokens[i], mark, "");
            else
                replaceAll(tokens[i], mark, " ");
        }
        return tokens;
    };
}

Decoder stripDecoder(const nlohmann::json& description, const std::string& where)
{
    const std::string mark = stringAt(description, "content", " ", where);
    const std::int64_t start = integerOf(description.value("start", nlohmann::json(0)), where);
    const std::int64_t stop = integerOf(description.value("stop", nlohmann::json(0)), where);
    return [=](Tokens tokens) {
        for (std::string& token : tokens) {
            for (std::int64_t i = 0; i < start && !mark.empty() && token.starts_with(mark); ++i)
                token.erase(0, mark.size());
            for (std::int64_t i = 0; i < stop && !mark.empty() && token.ends_with(mark); ++i)
                token.erase(token.size() - mark.size());
        }
        return tokens;
    };
}

Decoder suffixDecoder(const std::string& suffix)
{
    return [suffix](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size() && !suffix.empty(); ++i)
            replaceAll(tokens[i], suffix, i + 1 < tokens.size() ? " " : "");
        return tokens;
    };
}

Decoder replaceDecoder(const nlohmann::json& description, const std::string& where)
{
    const auto pattern = std::make_shared<const TextPattern>(description, where);
    return [pattern, where, by = stringAt(description, "content", "", where)](Tokens tokens) {
        std::size_t all = 0;
        for (std::string& token : tokens) {
            token = pattern->replaced(token, by);
            checkGrowth(all += token.size(), where);
        }
        return tokens;
    };
}

Decoder sequence(const nlohmann::json& description, const std::string& where)
{
    std::vector<Decoder> steps;
    const nlohmann::json& list = arrayAt(description, "decoders", where);
    for (std::size_t i = 0; i < list.size(); ++i)
        if (Decoder step = makeDecoder(list[i], inside(where, i)))
            steps.push_back(std::move(step));
    return [steps](Tokens tokens) {
        for (const Decoder& step : steps)
            tokens = step(std::move(tokens));
        return tokens;
    };
}

} // namespace

Decoder wordPieceDecoder(const std::string& prefix, bool cleanup)
{
    return [=](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (i > 0 && tokens[i].starts_with(prefix))
                tokens[i].erase(0, prefix.size());
            else if (i > 0)
                tokens[i].insert(0, 1, ' ');
            if (cleanup)
                cleanUp(tokens[i]);
        }
        return tokens;
    };
}

Decoder makeDecoder(const nlohmann::json& description, const std::string& where)
{
    if (description.is_null())
        return {};
    const std::string type = typeOf(description, where);
    if (type == "ByteLevel")
        return byteLevelDecoder();
    if (type == "WordPiece")
        return wordPieceDecoder(stringAt(description, "prefix", "##", where),
                                flagAt(description, "cleanup", true, where));
    if (type == "Metaspace")
        return metaspaceDecoder(description, where);
    if (type == "ByteFallback")
        return withoutBytes;
    if (type == "Fuse")
        return [](const Tokens& tokens) {
            std::string all;
            for (const std::string& token : tokens)
                all += token;
            return Tokens{all};
        };
    if (type == "Strip")
        return stripDecoder(description, where);
    if (type == "Replace")
        return replaceDecoder(description, where);
    if (type == "BPEDecoder")
        return suffixDecoder(stringAt(description, "suffix", "</w>", where));
    if (type == "Sequence")
        return sequence(description, where);
    unsupported("decoder", type, where);
}

} // namespace mama::text
