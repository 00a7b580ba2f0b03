#include "core/weights/files/weight_file.h"

#include "core/base/mapped_file.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"
#include "core/weights/files/safetensors.h"
#include "core/weights/files/torch_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::string_view text(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The weights of a Hugging Face or PEFT folder, in the order in which their libraries look.
fs::path weightsOf(const fs::path& folder)
{
    static constexpr std::array names{"model.safetensors",           "model.safetensors.index.json",
                                      "pytorch_model.bin",           "pytorch_model.bin.index.json",
                                      "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
                                      "adapter_model.safetensors",   "adapter_model.bin"};
    for (const char* file : names)
        if (fs::is_regular_file(folder / file))
            return folder / file;
    for (const char* file : names)
        if (fs::exists(folder / file))
            weights::fail(folder / file,
                          {TextId("weight_file.not_regular", "not a regular file but a folder, a pipe or a device")},
                          ErrorCode::Io);
    weights::fail(
        folder,
        {TextId(
            "weight_file.folder_holds_no_model_safetensors",
            "the folder holds no model.safetensors, pytorch_model.bin, adapter_model.safetensors or an index of shards")},
        ErrorCode::Io);
}

std::shared_ptr<const WeightFile> openMapped(MappedFile file, const std::string& part)
{
    const std::string_view start = text(file.bytes());
    const fs::path path = file.path();
    if (start.empty())
        weights::fail(path, {TextId("weight_file.file_empty", "the file is empty")});
    if (start.starts_with("PK"))
        return weights::openTorchFile(std::move(file), part);
    if (start.starts_with("version https://git-lfs"))
        weights::fail(path,
                      {TextId("weight_file.git_lfs_pointer_not_weights",
                              "this is a Git LFS pointer, not the weights: fetch the file itself (git lfs pull)")});
    const bool looksLikeHeader = start.size() > 8 && start[8] == '{';
    if ((path.extension() == ".safetensors" && start.front() != '<') || looksLikeHeader)
        return weights::openSafetensors(std::move(file));
    if (start.front() == '\x80')
        weights::fail(
            path,
            {TextId(
                "weight_file.raw_pickle_or_pytorch_file",
                "a raw pickle or a PyTorch file from before version 1.6: such files are programs and are never run; save it again with a current PyTorch or as safetensors")});
    weights::fail(
        path,
        {TextId("weight_file.neither_safetensors_nor_pytorch_zip", "neither a safetensors nor a PyTorch zip file%1"),
         start.front() == '<' ? UserText{TextId("weight_file.looks_like_web_page", " (it looks like a web page)")}
                              : UserText()});
}

} // namespace

std::size_t bytesPerElement(TensorType type)
{
    switch (type) {
    case TensorType::F64:
    case TensorType::I64: return 8;
    case TensorType::F32:
    case TensorType::I32: return 4;
    case TensorType::F16:
    case TensorType::BF16:
    case TensorType::I16: return 2;
    case TensorType::I8:
    case TensorType::U8:
    case TensorType::Bool: return 1;
    }
    return 1;
}

const char* name(TensorType type)
{
    static constexpr std::array names{"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"};
    return names[static_cast<std::size_t>(type)];
}

std::int64_t TensorInfo::elements() const
{
    std::int64_t count = 0;
    return weights::elementCount(shape, count) ? count : 0;
}

std::shared_ptr<const WeightFile> WeightFile::open(const fs::path& path, const std::string& part)
{
    if (fs::is_directory(path))
        return open(weightsOf(path), part);
    if (path.extension() == ".json")
        return weights::openSharded(path);
    auto file = openMapped(MappedFile(path), part);
    file->check();
    return file;
}

void WeightFile::check() const
{
    for (const MappedFile* file : mappings())
        file->check();
}

std::string WeightFile::hash() const
{
    const auto all = mappings();
    if (all.size() == 1 && all.front()->path() == path())
        return sha256(*all.front());
    std::map<std::string, std::string> sums;
    for (const MappedFile* file : all)
        sums[file->path().filename().string()] = sha256(*file);
    return weights::hashOfSums(sums);
}

const TensorInfo* WeightFile::find(const std::string& wanted) const
{
    const auto& all = tensors();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const TensorInfo& info) { return info.name == wanted; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace mama
