#pragma once
#include "core/model/network.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

// A model whose tensors are its own memory, to be trained and written as a model folder again.
class TrainableModel
{
public:
    // A model folder, or any checkpoint that the importer takes. Error(Model) or Error(Format) names what is wrong.
    explicit TrainableModel(const std::filesystem::path& start);

    nlohmann::json description; // model.json
    Parameters parameters;      // float32 on the CPU until place(), contiguous; change them in place so that networks built on them see it

    // For a model that stays an image tower: no text in the description, no text tensors, no tokenizer.
    void dropText();

    // All tensors on a device, those of floating point in a type; before anything is built on them.
    void place(at::Device device, at::ScalarType type);

    // model.json, model.safetensors and the tokenizer's files into an existing folder.
    void save(const std::filesystem::path& folder) const;
    // The values of a folder that save() wrote, in place. Error(Model) names a tensor that is missing or misshapen.
    void load(const std::filesystem::path& folder);

private:
    std::vector<std::filesystem::path> m_tokenizerFiles;
};

using NamedTensors = std::map<std::string, at::Tensor>;
// A safetensors file of these tensors (float32, float64, int64, bfloat16), by rename.
void writeTensors(const std::filesystem::path& file, const NamedTensors& tensors);
// Copies a file's values into tensors of the same names and shapes. Error(Model) names the first that does not fit.
void readTensorsInto(const std::filesystem::path& file, const NamedTensors& tensors);

} // namespace mama
