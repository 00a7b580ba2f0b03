// The file layouts in which Hugging Face tokenizers come.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_tokenizer.h"

#include <algorithm>
#include <set>

namespace mama {
namespace text {
namespace {

using nlohmann::json;

json readObject(const std::filesystem::path& path)
{
    json document = readJson(path);
    if (!document.is_object())
        broken(path.string(), "the document must be a JSON object");
    return document;
}

json optionalObject(const std::filesystem::path& path)
{
    return std::filesystem::exists(path) ? readObject(path) : json::object();
}

// Lines without their line ends; the last one may lack its own. vocab.txt keeps empty lines: they count as ids.
std::vector<std::string> linesOf(const std::filesystem::path& path)
{
    const std::string content = readText(path);
    if (!isUtf8(content))
        broken(path.string(), "the file is not UTF-8");
    return splitLines(content);
}

AddedToken addedToken(const json& entry, std::int64_t id, const std::string& where)
{
    if (id < 0 || id > (1 << 24))
        broken(where, "token id " + std::to_string(id) + " is out of range");
    AddedToken token;
    token.content = stringAt(entry, "content", "", where);
    token.id = static_cast<std::int32_t>(id);
    token.singleWord = flagAt(entry, "single_word", false, where);
    token.leftStrip = flagAt(entry, "lstrip", false, where);
    token.rightStrip = flagAt(entry, "rstrip", false, where);
    token.normalized = flagAt(entry, "normalized", !flagAt(entry, "special", false, where), where);
    if (token.content.empty())
        broken(where, "an added token has no \"content\"");
    return token;
}

// A special token is given as a string or as an object with "content".
std::string contentOf(const json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    return value.is_object() && value.contains("content") && value["content"].is_string()
               ? value["content"].get<std::string>()
               : std::string();
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

std::int32_t idIn(const Vocabulary& vocabulary, const std::string& token, const std::filesystem::path& file)
{
    const auto id = vocabulary.id(token);
    if (!id)
        broken(file.string(), "the vocabulary has no " + token);
    return *id;
}

Merges readMerges(const std::filesystem::path& path)
{
    Merges merges;
    const std::vector<std::string> lines = linesOf(path);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].empty() || lines[i].starts_with("#version"))
            continue;
        const std::size_t blank = lines[i].find(' ');
        if (blank == std::string::npos || blank == 0 || blank + 1 == lines[i].size() ||
            lines[i].find(' ', blank + 1) != std::string::npos)
            broken(path.string() + " line " + std::to_string(i + 1),
                   "a line must be two tokens with one blank between them");
        merges.emplace_back(lines[i].substr(0, blank), lines[i].substr(blank + 1));
    }
    return merges;
}

} // namespace

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
                broken(configFile.string(), "added_tokens_decoder: \"" + id.substr(0, 40) + "\" is not a token id");
            all.add(addedToken(entry, std::stoll(id), configFile.string()));
        }
    for (const auto& [content, id] : added.items())
        all.add(addedToken(json{{"content", content}, {"special", true}}, integerOf(id, addedFile.string()),
                           addedFile.string()));
    for (const json& object : {config, optionalObject(folder / "special_tokens_map.json")})
        all.addNamed(object, {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token",
                              "mask_token", "additional_special_tokens", "extra_special_tokens"});
    return all.take();
}

std::shared_ptr<const Tokenizer> loadTokenizerJson(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "tokenizer.json";
    const json document = readObject(file);
    const auto part = [&](const char* key) { return document.contains(key) ? document[key] : json(); };
    const std::string where = file.string();
    auto stages = std::make_shared<Stages>();
    stages->normalizer = makeNormalizer(part("normalizer"), where + " normalizer");
    stages->preTokenizer = makePreTokenizer(part("pre_tokenizer"), where + " pre_tokenizer");
    stages->model = makeWordModel(part("model"), where + " model");
    stages->around = makeTemplate(part("post_processor"), where + " post_processor");
    stages->decoder = makeDecoder(part("decoder"), where + " decoder");
    std::vector<AddedToken> listed;
    if (document.contains("added_tokens") && !document["added_tokens"].is_null())
        for (const json& entry : arrayAt(document, "added_tokens", where)) {
            if (!entry.is_object() || !entry.contains("id"))
                broken(where + " added_tokens", "an entry must be an object with \"id\" and \"content\"");
            listed.push_back(
                addedToken(entry, integerOf(entry["id"], where + " added_tokens"), where + " added_tokens"));
        }
    std::vector<AddedToken> added = addedTokensOf(folder, std::move(listed), stages->model->vocabulary());
    return std::make_shared<PipelineTokenizer>(std::move(stages), std::move(added));
}

std::shared_ptr<const Tokenizer> loadByteLevelFiles(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "vocab.json";
    std::vector<std::pair<std::string, std::int64_t>> entries;
    const json vocabularyFile = readObject(file);
    for (const auto& [token, id] : vocabularyFile.items())
        entries.emplace_back(token, integerOf(id, file.string()));
    const json config = optionalObject(folder / "tokenizer_config.json");
    auto stages = std::make_shared<Stages>();
    stages->preTokenizer = byteLevelPreTokenizer(
        flagAt(config, "add_prefix_space", false, (folder / "tokenizer_config.json").string()), true);
    stages->decoder = byteLevelDecoder();
    stages->model = makeBpe(Vocabulary(entries, file.string()), readMerges(folder / "merges.txt"), {},
                            (folder / "merges.txt").string());
    const Vocabulary& vocabulary = stages->model->vocabulary();
    if (contentOf(config.value("tokenizer_class", json(""))).starts_with("Roberta"))
        stages->around = robertaTemplate(idIn(vocabulary, "<s>", file), idIn(vocabulary, "</s>", file));
    // GPT-2's own tokenizer marks its end of text even if no file beside the vocabulary names it.
    std::vector<AddedToken> own;
    if (const auto id = vocabulary.id("<|endoftext|>"))
        own.push_back({"<|endoftext|>", *id});
    std::vector<AddedToken> added = addedTokensOf(folder, std::move(own), vocabulary);
    return std::make_shared<PipelineTokenizer>(std::move(stages), std::move(added));
}

std::shared_ptr<const Tokenizer> loadVocabularyText(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "vocab.txt", configFile = folder / "tokenizer_config.json";
    std::vector<std::pair<std::string, std::int64_t>> entries;
    for (std::string& line : linesOf(file))
        entries.emplace_back(std::move(line), static_cast<std::int64_t>(entries.size()));
    const json config = optionalObject(configFile);
    const bool lowercase = flagAt(config, "do_lower_case", true, configFile.string());
    auto stages = std::make_shared<Stages>();
    stages->normalizer = bertNormalizer(true, flagAt(config, "tokenize_chinese_chars", true, configFile.string()),
                                        flagAt(config, "strip_accents", lowercase, configFile.string()), lowercase);
    stages->preTokenizer = bertPreTokenizer();
    stages->decoder = wordPieceDecoder("##", true);
    stages->model = makeWordPiece(Vocabulary(entries, file.string()), {}, file.string());
    const Vocabulary& vocabulary = stages->model->vocabulary();
    stages->around = bertTemplate(idIn(vocabulary, "[CLS]", file), idIn(vocabulary, "[SEP]", file));
    std::vector<AddedToken> own;
    for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
        if (const auto id = vocabulary.id(token))
            own.push_back({token, *id});
    std::vector<AddedToken> added = addedTokensOf(folder, std::move(own), vocabulary);
    return std::make_shared<PipelineTokenizer>(std::move(stages), std::move(added));
}

} // namespace text

std::shared_ptr<const Tokenizer> Tokenizer::load(const std::filesystem::path& folder)
{
    if (std::filesystem::exists(folder / "tokenizer.json"))
        return text::loadTokenizerJson(folder);
    if (std::filesystem::exists(folder / "vocab.json") && std::filesystem::exists(folder / "merges.txt"))
        return text::loadByteLevelFiles(folder);
    if (std::filesystem::exists(folder / "vocab.txt"))
        return text::loadVocabularyText(folder);
    if (std::filesystem::exists(folder / "tokenizer.model"))
        return text::loadSentencePiece(folder);
    throw Error(ErrorCode::Io, "read tokenizer", folder.string(),
                "the folder has none of tokenizer.json, vocab.json with merges.txt, vocab.txt, tokenizer.model");
}

} // namespace mama
