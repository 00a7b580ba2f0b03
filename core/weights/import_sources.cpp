#include "core/weights/import_sources.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/json_text.h"
#include "core/weights/base_text.h"
#include "core/weights/check_description.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/files/checked.h"

#include <algorithm>
#include <array>

namespace fs = std::filesystem;

namespace mama::weights {
namespace {

using nlohmann::json;

constexpr std::array tokenizerNames{
    "tokenizer.json",          "vocab.json",      "merges.txt",        "vocab.txt",   "tokenizer_config.json",
    "special_tokens_map.json", "tokenizer.model", "added_tokens.json", "spiece.model"};

json object(json value, const fs::path& path)
{
    if (!value.is_object())
        throw Error(ErrorCode::Format, {action::readConfiguration}, path.string(),
                    {TextId("weights.not_json_object", "not a JSON object")});
    return value;
}

// An object of another program's making: one of the files that the import depends on. Every key that is given twice is
// noted.
json readObject(const fs::path& path, ImportSources& sources)
{
    std::vector<std::string> twice;
    json value = object(readOthersJson(path, twice), path);
    sources.configFiles.push_back(path);
    for (const std::string& key : twice)
        sources.assumed.push_back(path.filename().string() + ": the last value of " + key + ", which is given twice");
    return value;
}

// Small files beside the weights: what is there is used, what is not is not missed.
void addIfThere(ImportSources& sources, const fs::path& path)
{
    if (fs::is_regular_file(path))
        sources.configs.add(readObject(path, sources));
}

bool isAdapterFolder(const fs::path& folder) { return fs::is_regular_file(folder / "adapter_config.json"); }

std::string formatOf(const ImportSources& sources)
{
    if (sources.ownDescription.is_object())
        return "model";
    const fs::path extension = sources.model->path().extension();
    if (extension == ".safetensors" || extension == ".json")
        return sources.configs.hasModelType("") ? "hf" : "safetensors";
    return sources.model->metadata().contains("pytorch-lightning_version") ? "lightning" : "pth";
}

void findTokenizer(ImportSources& sources, const std::vector<fs::path>& folders)
{
    for (const fs::path& folder : folders) {
        if (folder.empty())
            continue;
        for (const char* name : tokenizerNames)
            if (fs::is_regular_file(folder / name))
                sources.tokenizerFiles.push_back(folder / name);
        if (!sources.tokenizerFiles.empty())
            return;
    }
}

// Lightning's hyper_parameters, with the values of a pickled argparse object inside them.
void addHyperParameters(ImportSources& sources)
{
    const json& metadata = sources.model->metadata();
    // Mammo-CLIP's trainer keeps its whole configuration.
    if (const auto config = metadata.find("config"); config != metadata.end() && config->is_object())
        sources.configs.add(*config);
    const auto found = metadata.find("hyper_parameters");
    if (found == metadata.end() || !found->is_object())
        return;
    sources.configs.add(*found);
    for (const auto& [key, value] : found->items())
        if (value.is_object() && value.contains("state"))
            sources.configs.add(value["state"]);
}

// A checkpoint of training holds the language model itself too; then nothing is added.
void addBaseText(ImportSources& sources)
{
    const fs::path base = sources.ownDescription.is_object() ? baseTextWeights(sources.ownDescription) : fs::path();
    const auto& tensors = sources.model->tensors();
    const bool complete = std::any_of(tensors.begin(), tensors.end(), [](const TensorInfo& info) {
        return info.name.starts_with(names::textTower) && info.name.find(".lora_") == std::string::npos;
    });
    if (!base.empty() && !complete)
        sources.baseText = WeightFile::open(base);
}

} // namespace

namespace {

ImportSources sourcesOf(const ImportOptions& options)
{
    ImportSources sources;
    sources.weights = options.checkpoint;
    sources.adapter = options.adapter;
    if (!fs::exists(options.checkpoint))
        throw Error(ErrorCode::Io, {action::readWeights}, options.checkpoint.string(),
                    {TextId("weights.there_no_such_file_or", "there is no such file or folder")});
    if (fs::is_directory(options.checkpoint) && isAdapterFolder(options.checkpoint) && sources.adapter.empty()) {
        if (options.textModel.empty())
            throw Error(
                ErrorCode::Model, "read weights", options.checkpoint.string(),
                {TextId(
                    "weights.adapter_alone_give_model_belongs",
                    "an adapter alone: give the model it belongs to as the checkpoint and this folder with --adapter, or its base with --text-model")});
        sources.adapter = options.checkpoint;
        sources.weights = options.textModel;
    }
    const fs::path beside = fs::is_directory(sources.weights)       ? sources.weights
                            : sources.weights.parent_path().empty() ? fs::path(".")
                                                                    : sources.weights.parent_path();
    if (!options.config.empty())
        sources.configs.add(readObject(options.config, sources));
    if (fs::is_directory(sources.weights) && fs::is_regular_file(beside / "model.json")) {
        sources.configs.add(sources.ownDescription = object(readJson(beside / "model.json"), beside / "model.json"));
        sources.configFiles.push_back(beside / "model.json");
        checkDescription(sources.ownDescription, beside / "model.json");
    }
    if (!options.textModel.empty())
        addIfThere(sources, options.textModel / "config.json");
    for (const char* name : {"config.json", "open_clip_config.json", "preprocessor_config.json", "model_config.json",
                             "sentence_bert_config.json", "1_Pooling/config.json"})
        addIfThere(sources, beside / name);
    sources.model = WeightFile::open(sources.weights, options.weights);
    if (sources.model->path().extension() == ".json")
        sources.configFiles.push_back(sources.model->path());
    if (!sources.adapter.empty()) {
        sources.adapterConfig = readObject(sources.adapter / "adapter_config.json", sources);
        const bool safe = fs::is_regular_file(sources.adapter / "adapter_model.safetensors");
        sources.adapterFile =
            WeightFile::open(sources.adapter / (safe ? "adapter_model.safetensors" : "adapter_model.bin"));
    }
    addBaseText(sources);
    addHyperParameters(sources);
    sources.format = formatOf(sources);
    findTokenizer(sources, {options.textModel,
                            fs::is_directory(sources.weights) || sources.configs.hasModelType("") ||
                                    sources.configs.top("model_cfg")
                                ? beside
                                : fs::path(),
                            sources.adapter});
    return sources;
}

} // namespace

// Links in a circle, folders without permission: whatever the system says of a path while one is looked for.
ImportSources openSources(const ImportOptions& options)
{
    try {
        return sourcesOf(options);
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, {action::readWeights}, error.path1().string(), error.code().message());
    }
}

} // namespace mama::weights
