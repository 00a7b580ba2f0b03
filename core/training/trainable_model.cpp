#include "core/training/trainable_model.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/weights/import_weights.h"

#include <cstring>
#include <torch/torch.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

TensorType typeOf(const torch::Tensor& tensor, const std::string& name)
{
    switch (tensor.scalar_type()) {
    case torch::kFloat: return TensorType::F32;
    case torch::kDouble: return TensorType::F64;
    case torch::kLong: return TensorType::I64;
    case torch::kBFloat16: return TensorType::BF16;
    default: throw Error(ErrorCode::Internal, "write checkpoint", name, "a type that is not written");
    }
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
            named.push_back({{name, typeOf(plain, name), plain.sizes().vec()}, {static_cast<const std::byte*>(plain.const_data_ptr()), plain.nbytes()}});
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
            throw Error(ErrorCode::Model, "load checkpoint", path.string() + " tensor " + name, info ? "has another shape or type than the model of this run" : "is missing");
        const TensorBytes data = file->bytes(*info);
        torch::Tensor copy = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU));
        if (!data.bytes.empty())
            std::memcpy(copy.data_ptr(), data.bytes.data(), data.bytes.size());
        tensor.detach().copy_(copy);
    }
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
}

void TrainableModel::dropText()
{
    Parameters kept;
    for (const auto& [name, tensor] : parameters.all())
        if (!name.starts_with("text_encoder_q."))
            kept.set(name, tensor);
    parameters = kept;
    description["text"] = nullptr;
    description["captions"] = nullptr;
    m_tokenizerFiles.clear();
}

void TrainableModel::place(at::Device device, at::ScalarType type)
{
    const Parameters before = parameters;
    for (const auto& [name, tensor] : before.all())
        parameters.set(name, tensor.is_floating_point() ? tensor.to(device, type) : tensor.to(device));
}

void TrainableModel::save(const fs::path& folder) const
{
    writeTensors(folder / "model.safetensors", parameters.all());
    nlohmann::json now = description;
    now["hash"] = sha256OfFile(folder / "model.safetensors");
    writeAtomically(folder / "model.json", now.dump(2) + "\n");
    std::error_code failed;
    for (const fs::path& file : m_tokenizerFiles)
        if (!fs::copy_file(file, folder / file.filename(), fs::copy_options::overwrite_existing, failed))
            throw Error(ErrorCode::Io, "write checkpoint", (folder / file.filename()).string(), failed.message());
}

void TrainableModel::load(const fs::path& folder) { readTensorsInto(folder / "model.safetensors", parameters.all()); }

} // namespace mama
