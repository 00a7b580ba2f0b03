#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// A model folder: it holds model.json and the weights, one model.safetensors or shards with their index.
struct FoundModel
{
    std::string name; // of the folder
    std::filesystem::path path;
};

// Where models are looked for by name: $MAMA_MODELS (colon-separated), share/mama-workstation/models beside the
// program's bin folder, and models in the cache folder.
std::vector<std::filesystem::path> modelFolders();
// Model folders directly below the given ones; the first of a name wins.
std::vector<FoundModel> listModels(const std::vector<std::filesystem::path>& folders);
// A folder, or the name of a model in modelFolders(). Error(Model) lists the names there are.
std::filesystem::path findModel(const std::string& folderOrName);

} // namespace mama
