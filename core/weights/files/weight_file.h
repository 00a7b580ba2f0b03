#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace mama {

class MappedFile;

enum class TensorType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };
std::size_t bytesPerElement(TensorType type);
const char* name(TensorType type); // "F32", as safetensors writes it

struct TensorInfo
{
    std::string name;
    TensorType type = TensorType::F32;
    std::vector<std::int64_t> shape;

    std::int64_t elements() const;
};

// A tensor's bytes, C order, little endian. Points into the mapped file wherever that is possible (safetensors,
// uncompressed contiguous zip entries); otherwise it owns a copy.
struct TensorBytes
{
    std::span<const std::byte> bytes;
    std::shared_ptr<const std::vector<std::byte>> copy; // keeps `bytes` alive when not mapped
};

// A file of named tensors, read without running anything in it: safetensors (also sharded through its
// *.index.json), PyTorch zip files (.ckpt, .pth, .bin). Every size is checked against the file before anything is
// allocated. The object keeps the mapping; views live as long as it does.
class WeightFile
{
public:
    // Error(Format) names file, tensor or byte, and the reason; Error(Io) if it cannot be opened.
    // part: the one of several dictionaries of tensors in a file of torch (others() has its name); where there is none
    // of that name, as without it.
    static std::shared_ptr<const WeightFile> open(const std::filesystem::path& path, const std::string& part = {});
    virtual ~WeightFile() = default;

    virtual const std::vector<TensorInfo>& tensors() const = 0;
    virtual TensorBytes bytes(const TensorInfo& tensor) const = 0;
    // Plain values beside the tensors (epoch, hyper_parameters, safetensors __metadata__); classes that were
    // skipped appear as {"skipped class": "module.Name"}.
    virtual const nlohmann::json& metadata() const = 0;
    virtual const std::filesystem::path& path() const = 0;
    // The dictionary that was read, and the further ones of the same file with their numbers of tensors.
    virtual std::string part() const { return {}; }
    virtual std::map<std::string, std::size_t> others() const { return {}; }
    // The mapped files that hold the tensors: path() itself, or the shards by name.
    virtual std::vector<const MappedFile*> mappings() const = 0;
    // Error(Io) if another process changed or cut one of them since they were opened.
    void check() const;
    // Reads every byte of the files whose SHA-256 the index gives. Error(Format) names the first that has another.
    virtual void verify() const {}

    // SHA-256 of what is mapped; of shards that of their sums, one "SUM  NAME" a line. Reads every byte.
    std::string hash() const;
    const TensorInfo* find(const std::string& name) const;
};

struct NamedTensor
{
    TensorInfo info;
    std::span<const std::byte> bytes;
    bool mapped = false;                // bytes of a mapped file: pages may be given back once they are written
    std::vector<TensorBytes> more = {}; // what follows the bytes, where a tensor lies in pieces
};

// A safetensors file (header padded to 8 bytes, tensors in the given order); appears by rename when complete.
void writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const nlohmann::json& metadata);

// Hugging Face's model.safetensors.index.json over safetensors files of that folder, by rename. sums: file name ->
// SHA-256, which the index keeps beside the size (verify() reads them). Gives what hash() says of the whole.
// Error(Internal) names a tensor that lies in two of the files.
std::string writeShardIndex(const std::filesystem::path& folder, const std::map<std::string, std::string>& sums);

} // namespace mama
