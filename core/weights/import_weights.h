#pragma once
#include "core/base/progress.h"
#include "core/base/user_text.h"
#include "core/weights/families/tensor_list.h"
#include "core/weights/files/weight_file.h"

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mama {

struct ImportOptions
{
    // A .ckpt, .pth, .bin, .safetensors or *.index.json file; or a folder: a Hugging Face model, a PEFT adapter
    // (then textModel or base holds its base), or a model folder of ours.
    std::filesystem::path checkpoint;
    std::filesystem::path
        textModel; // folder of the base language model: config.json, tokenizer, maybe weights; may be empty
    std::filesystem::path config;  // JSON with what weights cannot show; may be empty
    std::filesystem::path adapter; // PEFT adapter folder that goes on top of checkpoint; may be empty
    std::string weights; // of a file with several sets of weights: the dictionary or the prefix of the one to take
    std::string compat = "default"; // or "reference"
    bool checkValues = true;        // look for NaN, infinities, negative variances: reads every byte
    bool hash = true;               // SHA-256 of the source into the description: reads every byte
};

// One tensor of the model under its canonical name (MaMA's own names, PEFT's wrappers removed, q/k/v stacked).
struct CanonicalTensor
{
    TensorInfo info;
    std::vector<TensorBytes> pieces;        // C order, little endian; one behind the other: parts that are stacked
    std::shared_ptr<const WeightFile> file; // keeps a mapped view alive

    std::size_t size() const;  // in bytes
    TensorBytes whole() const; // several pieces: a copy
    NamedTensor named() const; // for a file; as long as this lives
};

struct UsedTensor
{
    TensorInfo info;               // canonical name
    std::vector<std::string> from; // names in the source, several where they are stacked
};

struct LeftOver
{
    TensorInfo info;    // name in the source
    std::string reason; // "causal mask buffer", "unknown name", ...
};

// What became of every tensor; the same lists as `mama checkpoint inspect` prints.
struct ImportReport
{
    std::vector<UsedTensor> used;
    std::vector<LeftOver> leftOver;
    std::vector<TensorInfo> missing;           // canonical name and the shape that the architecture needs
    std::vector<UserText> problems;            // wrong shape, wrong type, NaN, ...: one sentence each
    bool explained = false;                    // the first problem is why something is missing
    std::vector<std::string> assumed;          // what neither weights nor configuration told
    std::map<std::string, std::size_t> others; // further sets of weights in the file, with their numbers of tensors
    std::vector<UserText> notes;               // what a user should know though nothing is wrong
    UserText wrong() const;                    // why it cannot be a model; empty: nothing is wrong or missing
    nlohmann::json json() const; // {"used": [], "left_over": [], "missing": [], "problems": [], "assumed": [],
                                 // "other_weights": {}, "notes": []}
};

struct ImportedModel
{
    nlohmann::json description; // model.json; "image" or "text" is null when absent; "kind" is "unknown" if no model
                                // was recognised
    std::vector<CanonicalTensor> tensors; // sorted by name
    ImportReport report;
    std::vector<std::filesystem::path> tokenizerFiles;          // to be copied beside the weights as they are
    std::vector<std::filesystem::path> configFiles;             // that were read beside the weights
    std::vector<std::shared_ptr<const WeightFile>> weightFiles; // of the model, its adapter, its language model

    const CanonicalTensor* find(const std::string& name) const;
};

// Reads weights of any known naming into canonical names and a description. Memory: only stacked, strided or
// deflated tensors are copied, the rest are views of the mapped files.
// Error(Model) names the file and the first missing, misshapen or broken tensor; Error(Format), Error(Io) from the
// readers. Empty if cancelled.
Cancellable<ImportedModel> importWeights(const ImportOptions& options, const Job& job = {});

// The same, but what is missing or wrong stays in the report instead of being thrown; for looking into files.
Cancellable<ImportedModel> inspectWeights(const ImportOptions& options, const Job& job = {});

// What the architecture of a model.json needs. Error(Unsupported) names a family that is not known, Error(Model) a size
// that no model can have.
std::vector<ExpectedTensor> expectedTensors(const nlohmann::json& description);

} // namespace mama
