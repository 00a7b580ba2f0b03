#include "core/text/tokenizer/tokenizer_files.h"

#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/text/tokenizer/json_members.h"
#include "core/text/tokenizer/pipeline_tokenizer.h"

namespace mama::text {
namespace {

using nlohmann::json;

// Lines without their line ends; the last one may lack its own. vocab.txt keeps empty lines: they count as ids.
std::vector<std::string> linesOf(const std::filesystem::path& path)
{
    const std::string content = readText(path);
    if (!isUtf8(content))
        broken(path.string(), {TextId("tokenizer.file_not_utf", "the file is not UTF-8")});
    return splitLines(content);
}

std::int32_t idIn(const Vocabulary& vocabulary, const std::string& token, const std::filesystem::path& file)
{
    const auto id = vocabulary.id(token);
    if (!id)
        broken(file.string(), {TextId("tokenizer.vocabulary_has_no", "the vocabulary has no %1"), token});
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
                   {TextId("tokenizer.line_must_two_tokens_one",
                           "a line must be two tokens with one blank between them")});
        merges.emplace_back(lines[i].substr(0, blank), lines[i].substr(blank + 1));
    }
    return merges;
}

} // namespace

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
                broken(where + " added_tokens", {TextId("tokenizer.entry_must_object_id_content",
                                                        "an entry must be an object with \"id\" and \"content\"")});
            listed.push_back(
                addedTokenOf(entry, integerOf(entry["id"], where + " added_tokens"), where + " added_tokens"));
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

} // namespace mama::text
