// libFuzzer on the tokenizers: files and texts. Input: "{...}" is a tokenizer.json; else the first byte says what
// follows: V vocab.txt, M vocab.json NUL merges.txt, S a SentencePiece model, C tokenizer_config.json NUL
// special_tokens_map.json NUL model.json beside a fixed vocabulary, G tokenizer_config.json NUL SigLIP's spiece.model,
// B tokenizer_config.json NUL CLIP's vocab.json NUL merges.txt, anything else a text for one tokenizer of each kind.
// What loads, encodes and decodes; errors are the expected end, anything else is a finding. Seeds: tests/fuzz/run.
#include "core/base/error.h"
#include "core/text/captions/caption_tokens.h"
#include "tests/fuzz/memory_file.h"

#include <cstdio>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::pair<const char*, std::string_view>>;

// A small SentencePiece model in protobuf's own bytes: <unk>, <s>, </s>, "▁", "a", "b", "▁a", "ab".
constexpr char sentencePieceBytes[] =
    "\x0A\x0E\x0A\x05<unk>\x15\0\0\0\0\x18\x02\x0A\x0C\x0A\x03<s>\x15\0\0\0\0\x18\x03\x0A\x0D\x0A\x04</s>\x15\0\0\0\0\x18\x03"
    "\x0A\x0A\x0A\x03\xE2\x96\x81\x15\0\0\x80\xBF\x0A\x08\x0A\x01"
    "a\x15\0\0\0\xC0\x0A\x08\x0A\x01"
    "b\x15\0\0\x40\xC0"
    "\x0A\x0B\x0A\x04\xE2\x96\x81"
    "a\x15\0\0\x80\xBF\x0A\x09\x0A\x02"
    "ab\x15\0\0\x80\xBF";
constexpr std::string_view sentencePieceModel(sentencePieceBytes, sizeof sentencePieceBytes - 1);
constexpr std::string_view words =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nmass\n##a\n##es\n##\xC3\xA9\n.\n,\n\xE4\xB9\xB3\n";
constexpr std::string_view letters =
    R"({"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġa": 4, "Ã": 5, "©": 6, "Ã©": 7, "<|endoftext|>": 8, "<s>": 9, "</s>": 10})";
constexpr std::string_view merges = "#version: 0.2\na b\nĠ a\nÃ ©\n";
constexpr std::string_view unigram =
    R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}]},
 "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["<unk>", 0], ["▁", -1], ["a", -2], ["▁a", -1.5], ["<0x0A>", -9], ["<0xC3>", -9]]},
 "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true}, {"type": "Fuse"}]},
 "added_tokens": [{"id": 6, "content": "<x>", "lstrip": true, "rstrip": true, "special": true}, {"id": 7, "content": "ma", "single_word": true}]})";

// One folder in memory for the whole run.
const fs::path& folder()
{
    static const mama::test::MemoryFolder kept("tokenizer");
    return kept.path();
}

void write(const Files& files)
{
    std::error_code failed;
    fs::remove_all(folder(), failed);
    fs::create_directories(folder());
    for (const auto& [name, content] : files)
        if (std::FILE* file = std::fopen((folder() / name).c_str(), "wb")) {
            std::fwrite(content.data(), 1, content.size(), file);
            std::fclose(file);
        }
}

void use(const mama::CaptionTokenizer& loaded, std::string_view text)
{
    const mama::Tokenizer& tokenizer = *loaded.tokenizer;
    try {
        const mama::Tokens tokens = tokenizer.encode(text, text.substr(text.size() / 2), 40);
        if (tokens.ids.size() != tokens.mask.size())
            std::abort();
        static_cast<void>(tokenizer.decode(tokens.ids));
        static_cast<void>(tokenizer.decode(tokenizer.encodePlain(text)));
        static_cast<void>(tokenizer.decode({-1, 0, 1, 2, tokenizer.size(), 0x7fffffff}));
        static_cast<void>(mama::encodeCaption(tokenizer, loaded.rules, text));
    } catch (const mama::Error&) {
        return; // for instance no separator
    }
}

void loadAndUse(const Files& files, std::string_view text)
{
    try {
        write(files);
        const mama::CaptionTokenizer loaded = mama::loadCaptionTokenizer(folder());
        use(loaded, "A mass  of 12 mm, don't \xC3\xA9 \xE4\xB9\xB3 \xE2\x96\x81<|endoftext|> [SEP]\n; ab.");
        use(loaded, text);
    } catch (const mama::Error&) {
        return;
    }
}

// Up to and without the next NUL, which is taken off too.
std::string_view part(std::string_view& rest)
{
    const std::string_view first = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(rest.size(), first.size() + 1));
    return first;
}

void encodeText(std::string_view text)
{
    static const std::vector<mama::CaptionTokenizer> fixed = [] {
        std::vector<mama::CaptionTokenizer> all;
        for (const Files& files :
             {Files{{"vocab.txt", words}}, Files{{"vocab.json", letters}, {"merges.txt", merges}},
              Files{{"tokenizer.json", unigram}}, Files{{"tokenizer.model", sentencePieceModel}}}) {
            write(files);
            all.push_back(mama::loadCaptionTokenizer(folder()));
        }
        return all;
    }();
    for (const mama::CaptionTokenizer& loaded : fixed)
        use(loaded, text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    std::string_view rest = all.substr(std::min<std::size_t>(1, size));
    const std::string_view tail = all.substr(size - std::min<std::size_t>(size, 200));
    switch (size > 0 ? data[0] : 0) {
    case '{': loadAndUse({{"tokenizer.json", all}}, tail); break;
    case 'V': loadAndUse({{"vocab.txt", rest}}, tail); break;
    case 'S': loadAndUse({{"tokenizer.model", rest}}, tail); break;
    case 'M': {
        const std::string_view vocabulary = part(rest);
        loadAndUse({{"vocab.json", vocabulary}, {"merges.txt", rest}}, tail);
        break;
    }
    case 'G': {
        const std::string_view config = part(rest);
        loadAndUse({{"tokenizer_config.json", config}, {"spiece.model", rest}}, tail);
        break;
    }
    case 'B': {
        const std::string_view config = part(rest), vocabulary = part(rest);
        loadAndUse({{"tokenizer_config.json", config}, {"vocab.json", vocabulary}, {"merges.txt", rest}}, tail);
        break;
    }
    case 'C': {
        const std::string_view config = part(rest), map = part(rest);
        loadAndUse({{"vocab.json", letters},
                    {"merges.txt", merges},
                    {"tokenizer_config.json", config},
                    {"special_tokens_map.json", map},
                    {"model.json", rest}},
                   tail);
        break;
    }
    default: encodeText(all.substr(0, 4000));
    }
    return 0;
}
