#include "core/training/model/trainable_model.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/mapped_file.h"
#include "core/training/loop/shared_files.h"
#include "core/training/settings/trained_tensors.h"
#include "core/training/settings/training_actions.h"
#include "core/weights/card_words.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/import_weights.h"

#include <algorithm>
#include <cstring>
#include <torch/torch.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

using nlohmann::json;

TensorType typeOf(const torch::Tensor& tensor, const std::string& name)
{
    switch (tensor.scalar_type()) {
    case torch::kFloat: return TensorType::F32;
    case torch::kDouble: return TensorType::F64;
    case torch::kLong: return TensorType::I64;
    case torch::kBFloat16: return TensorType::BF16;
    default:
        throw Error(ErrorCode::Internal, {action::writeCheckpoint}, name,
                    {TextId("checkpoint.unknown_type", "a type that is not written")});
    }
}

constexpr const char* trainedFile = "model-trained.safetensors";
constexpr const char* frozenFile = "model-frozen.safetensors";

// Whether a weights file holds these tensors and no others, to the bit.
bool holds(const fs::path& path, const NamedTensors& tensors)
{
    try {
        const auto file = WeightFile::open(path);
        if (file->tensors().size() != tensors.size())
            return false;
        for (const TensorInfo& info : file->tensors()) {
            const auto own = tensors.find(info.name);
            if (own == tensors.end() || info.shape != own->second.sizes().vec() ||
                info.type != typeOf(own->second, info.name))
                return false;
            const torch::Tensor plain = own->second.detach().cpu().contiguous();
            const TensorBytes data = file->bytes(info);
            if (!data.bytes.empty() && std::memcmp(plain.const_data_ptr(), data.bytes.data(), data.bytes.size()) != 0)
                return false;
        }
        return true;
    } catch (const Error&) { // cut off, no weights at all: to be written anew
        return false;
    }
}

bool sameBytes(const fs::path& a, const fs::path& b)
{
    const MappedFile first(a), second(b);
    return std::ranges::equal(first.bytes(), second.bytes());
}

double bytesOf(const NamedTensors& tensors)
{
    double sum = 0;
    for (const auto& [name, tensor] : tensors)
        sum += static_cast<double>(tensor.nbytes());
    return sum;
}

} // namespace

void writeTensors(const fs::path& file, const NamedTensors& tensors)
{
    std::vector<torch::Tensor> kept;
    std::vector<NamedTensor> named;
    for (const bool wide : {true, false}) // eight-byte elements first: every tensor lies on a multiple of its size
        for (const auto& [name, tensor] : tensors) {
            const torch::Tensor plain = tensor.detach().cpu().contiguous();
            if ((plain.element_size() == 8) != wide)
                continue;
            kept.push_back(plain);
            named.push_back({{name, typeOf(plain, name), plain.sizes().vec()},
                             {static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()}});
        }
    writeSafetensors(file, named, {{"format", "pt"}});
}

void readTensorsInto(const fs::path& path, const NamedTensors& tensors)
{
    const auto file = WeightFile::open(path);
    const torch::NoGradGuard noGradients;
    for (const auto& [name, tensor] : tensors) {
        const TensorInfo* info = file->find(name);
        if (!info || info->shape != tensor.sizes().vec() || info->type != typeOf(tensor, name))
            throw Error(ErrorCode::Model, {action::readCheckpoint}, file->path().string() + " tensor " + name,
                        info ? UserText{TextId("checkpoint.other_shape",
                                               "has another shape or type than the model of this run")}
                             : UserText{TextId("checkpoint.no_tensor", "is missing")});
        const TensorBytes data = file->bytes(*info);
        torch::Tensor copy = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU));
        if (!data.bytes.empty())
            std::memcpy(copy.data_ptr(), data.bytes.data(), data.bytes.size());
        tensor.detach().copy_(copy);
    }
    file->check();
}

TrainableModel::TrainableModel(const fs::path& start)
{
    ImportOptions options;
    options.checkpoint = start;
    const auto imported = importWeights(options);
    description = imported->description;
    m_tokenizerFiles = imported->tokenizerFiles;
    const Parameters views = parametersOf(*imported); // of read-only memory
    for (const auto& [name, tensor] : views.all())
        parameters.set(name, tensor.clone(torch::MemoryFormat::Contiguous));
    for (const auto& file : imported->weightFiles)
        file->check();
}

void TrainableModel::dropText()
{
    Parameters kept;
    for (const auto& [name, tensor] : parameters.all())
        if (!name.starts_with(names::textEncoder))
            kept.set(name, tensor);
    parameters = kept;
    description["text"] = nullptr;
    description["captions"] = nullptr;
    m_tokenizerFiles.clear();
}

void TrainableModel::takeText(const fs::path& from)
{
    ImportOptions options;
    options.checkpoint = from;
    const auto imported = importWeights(options);
    if (!imported->description["text"].is_object())
        throw Error(ErrorCode::Model, {action::train}, from.string(),
                    {TextId("train.no_language_model", "has no language model to take")});
    Parameters joined;
    for (const auto& [name, tensor] : parameters.all())
        if (!name.starts_with(names::textTower) && !name.starts_with(names::textGlobal))
            joined.set(name, tensor);
    const Parameters views = parametersOf(*imported);
    for (const auto& [name, tensor] : views.all())
        if (name.starts_with(names::textTower))
            joined.set(name, tensor.clone(torch::MemoryFormat::Contiguous));
    parameters = joined;
    m_tokenizerFiles = imported->tokenizerFiles;
    json provenance = description.value("provenance", json::object());
    const json textProvenance = imported->description.value("provenance", json::object());
    const std::string own = provenance.value("licence", std::string()),
                      text = textProvenance.value("licence", std::string());
    if (!text.empty() && own.find(text) == own.npos)
        provenance["licence"] = joinedSentences(own, "Language model: " + text);
    const std::string source = textProvenance.value("source", std::string());
    if (!source.empty())
        provenance["source"] = provenance.value("source", std::string("unknown")) + "; language model: " + source;
    description["provenance"] = provenance;
}

fs::path TrainableModel::tokenizerFolder() const
{
    return m_tokenizerFiles.empty() ? fs::path() : m_tokenizerFiles.front().parent_path();
}

void TrainableModel::place(at::Device device, at::ScalarType type)
{
    const Parameters before = parameters;
    for (const auto& [name, tensor] : before.all())
        parameters.set(name, tensor.is_floating_point() ? tensor.to(device, type) : tensor.to(device));
}

void TrainableModel::save(const fs::path& folder, const SharedFiles* shared, const NamedTensors& trained) const
{
    NamedTensors changing, frozen;
    for (const auto& [name, tensor] : parameters.all())
        (trained.contains(name) || isStatistic(name) ? changing : frozen)[name] = tensor;
    nlohmann::json now = description;
    if (shared && worthSharing(bytesOf(frozen), bytesOf(parameters.all()))) {
        now["hash"] = writeShardIndex(folder, saveShards(folder, *shared, changing, frozen));
    } else {
        writeTensors(folder / "model.safetensors", parameters.all());
        now["hash"] = sha256OfFile(folder / "model.safetensors");
    }
    writeAtomically(folder / "model.json", now.dump(2) + "\n");
    saveTokenizer(folder, shared);
}

// The shards' sums.
std::map<std::string, std::string> TrainableModel::saveShards(const fs::path& folder, const SharedFiles& shared,
                                                              const NamedTensors& changing,
                                                              const NamedTensors& frozen) const
{
    provideFrozen(shared, frozen);
    shared.place(frozenFile, folder);
    writeTensors(folder / trainedFile, changing);
    return {{trainedFile, sha256OfFile(folder / trainedFile)}, {frozenFile, m_shared->sum}};
}

// Compared value by value once a process, and again only if a tensor was written to in between.
void TrainableModel::provideFrozen(const SharedFiles& shared, const NamedTensors& frozen) const
{
    const fs::path file = shared.file(frozenFile);
    Stamps stamps;
    for (const auto& [name, tensor] : frozen)
        stamps[name] = {tensor.unsafeGetTensorImpl(), tensor._version()};
    if (m_shared && m_shared->file == file && m_shared->stamps == stamps && fs::exists(file))
        return;
    shared.provide(
        frozenFile, [&](const fs::path& path) { return holds(path, frozen); },
        [&](const fs::path& path) { writeTensors(path, frozen); });
    m_shared = {file, stamps, sha256OfFile(file)};
}

void TrainableModel::saveTokenizer(const fs::path& folder, const SharedFiles* shared) const
{
    std::error_code failed;
    for (const fs::path& file : m_tokenizerFiles) {
        const std::string name = file.filename().string();
        if (shared) {
            shared->provide(
                name, [&](const fs::path& path) { return sameBytes(path, file); },
                [&](const fs::path& path) { writeAtomically(path, readText(file)); });
            shared->place(name, folder);
        } else if (!fs::copy_file(file, folder / name, fs::copy_options::overwrite_existing, failed)) {
            throw Error(ErrorCode::Io, {action::writeCheckpoint}, (folder / name).string(), failed.message());
        }
    }
}

void TrainableModel::load(const fs::path& folder)
{
    WeightFile::open(folder)->verify();
    readTensorsInto(folder, parameters.all());
}

} // namespace mama
