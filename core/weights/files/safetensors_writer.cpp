#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"
#include "core/weights/files/weight_file.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>
#include <unordered_set>

namespace mama {
namespace {

// nlohmann's ordered objects keep the tensors' order in the header.
std::string headerOf(const std::vector<NamedTensor>& tensors, const nlohmann::json& metadata,
                     const std::filesystem::path& path)
{
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (metadata.is_object() && !metadata.empty()) {
        auto& values = header["__metadata__"];
        for (const auto& [key, value] : metadata.items())
            values[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    std::uint64_t at = 0;
    std::unordered_set<std::string> names;
    for (const NamedTensor& tensor : tensors) {
        std::size_t size = tensor.bytes.size();
        for (const TensorBytes& piece : tensor.more)
            size += piece.bytes.size();
        std::int64_t count = 0;
        const bool fits = weights::elementCount(tensor.info.shape, count) &&
                          static_cast<std::size_t>(count) * bytesPerElement(tensor.info.type) == size;
        if (!fits || !names.insert(tensor.info.name).second)
            throw Error(ErrorCode::Internal, {action::writeWeights}, path.string(),
                        {TextId("weight_file.tensor_named_twice_or_has",
                                "tensor %1 is named twice or has not the bytes of its shape"),
                         tensor.info.name});
        header[tensor.info.name] = {
            {"dtype", name(tensor.info.type)}, {"shape", tensor.info.shape}, {"data_offsets", {at, at + size}}};
        at += size;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

} // namespace

void writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const nlohmann::json& metadata)
{
    const std::string header = headerOf(tensors, metadata, path);
    writeAtomically(path, [&](std::ostream& out) {
        const std::uint64_t length = header.size();
        out.write(reinterpret_cast<const char*>(&length), sizeof length);
        out.write(header.data(), static_cast<std::streamsize>(header.size()));
        const auto put = [&out](std::span<const std::byte> part) {
            out.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
        };
        for (const NamedTensor& tensor : tensors) {
            weights::inPieces(tensor.bytes, tensor.mapped, put);
            weights::inPieces(tensor.more, put);
        }
    });
}

} // namespace mama
