#pragma once
#include "core/model/network.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mama {

class SharedFiles;
using NamedTensors = std::map<std::string, at::Tensor>;

// A model whose tensors are its own memory, to be trained and written as a model folder again.
class TrainableModel
{
public:
    // A model folder, or any checkpoint that the importer takes. Error(Model) or Error(Format) names what is wrong.
    explicit TrainableModel(const std::filesystem::path& start);

    nlohmann::json description; // model.json
    Parameters parameters; // float32 on the CPU until place(), contiguous; change them in place so that networks built
                           // on them see it

    // For a model that stays an image tower: no text in the description, no text tensors, no tokenizer.
    void dropText();

    // Puts the language model of another model folder or checkpoint, with its tokenizer, in the place of its own; the
    // heads of the former one are left as they are. Error(Model) if there is none.
    void takeText(const std::filesystem::path& from);
    std::filesystem::path tokenizerFolder() const; // that its tokenizer's files are in; empty: it has none

    // All tensors on a device, those of floating point in a type; before anything is built on them.
    void place(at::Device device, at::ScalarType type);

    // model.json, the weights and the tokenizer's files into an existing folder. The weights are one model.safetensors,
    // or, with shared files and where it is worthSharing(), Hugging Face's sharded form: model-trained.safetensors
    // with the trained tensors and the running statistics, model-frozen.safetensors with all others, shared, and
    // model.safetensors.index.json with the SHA-256 of both. shared may be null. Error(Io) names the file.
    void save(const std::filesystem::path& folder, const SharedFiles* shared, const NamedTensors& trained) const;
    // The values of a folder that save() wrote, in place. Error(Format) names a file that is not the one written,
    // Error(Io) one that is missing, Error(Model) a tensor that is missing or misshapen.
    void load(const std::filesystem::path& folder);

private:
    // A tensor as it was when the shared file was found to hold it: the tensor itself and its count of changes in
    // place.
    using Stamps = std::map<std::string, std::pair<const void*, std::int64_t>>;
    struct SharedWeights
    {
        std::filesystem::path file;
        Stamps stamps;
        std::string sum; // SHA-256
    };

    std::map<std::string, std::string> saveShards(const std::filesystem::path& folder, const SharedFiles& shared,
                                                  const NamedTensors& changing, const NamedTensors& frozen) const;
    void provideFrozen(const SharedFiles& shared, const NamedTensors& frozen) const;
    void saveTokenizer(const std::filesystem::path& folder, const SharedFiles* shared) const;

    std::vector<std::filesystem::path> m_tokenizerFiles;
    mutable std::optional<SharedWeights> m_shared; // what is known of the shared file, so that it is compared once only
};

// A safetensors file of these tensors (float32, float64, int64, bfloat16), by rename.
void writeTensors(const std::filesystem::path& file, const NamedTensors& tensors);
// Copies the values of a file, or of a folder's weights, into tensors of the same names and shapes. Error(Model) names
// the first that does not fit.
void readTensorsInto(const std::filesystem::path& path, const NamedTensors& tensors);

} // namespace mama
