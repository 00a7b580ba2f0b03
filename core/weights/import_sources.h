#pragma once
#include "core/weights/config_sources.h"
#include "core/weights/import_weights.h"

namespace mama::weights {

// Files and folders that one import reads, found from the options.
struct ImportSources
{
    std::filesystem::path weights; // the file (or index) that holds the model's tensors
    std::filesystem::path adapter; // PEFT folder or empty
    std::shared_ptr<const WeightFile> model, adapterFile;
    std::shared_ptr<const WeightFile> baseText; // of a model folder that only names its language model, else null
    nlohmann::json adapterConfig;               // null without adapter
    nlohmann::json ownDescription;              // model.json of a model folder of ours, else null
    ConfigSources configs;
    std::vector<std::filesystem::path> tokenizerFiles, configFiles;
    std::vector<std::string> assumed; // notes on files that can be read in two ways
    std::string format;               // "lightning", "safetensors", "hf", "pth", "model"
};

ImportSources openSources(const ImportOptions& options);

} // namespace mama::weights
