#include "core/weights/files/safetensors.h"

#include "core/weights/files/checked.h"
#include "core/weights/files/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <unordered_map>

static_assert(std::endian::native == std::endian::little, "weights are read in place as little endian");

namespace mama::weights {
namespace {

constexpr std::size_t largestCopy = std::size_t{16} << 20U;
constexpr std::uint64_t longestHeader = 100'000'000; // as the reference implementation

// begin and end of every tensor against its shape, and all of them against the file: no hole, no overlap.
void checkTiling(std::vector<SafetensorsEntry> entries, std::uint64_t dataSize, const std::filesystem::path& file)
{
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t at = 0;
    for (const auto& entry : entries) {
        const std::string tensor = "tensor " + inQuotes(entry.info.name);
        if (entry.end < entry.begin)
            fail(file, tensor + " ends before it starts");
        if (entry.end > dataSize)
            fail(file, tensor + " ends at byte " + std::to_string(entry.end) + " of the data, which has only " +
                           std::to_string(dataSize) + ": the file is cut off or its header is wrong");
        if (entry.begin != at)
            fail(file, tensor + (entry.begin < at ? " overlaps the one before it" : " leaves a hole before it"));
        std::int64_t count = 0;
        if (!elementCount(entry.info.shape, count) || count > INT64_MAX / 8)
            fail(file, tensor + " has a shape that is too large: " + shapeText(entry.info.shape));
        const std::uint64_t needed = static_cast<std::uint64_t>(count) * bytesPerElement(entry.info.type);
        if (needed != entry.end - entry.begin)
            fail(file, tensor + " of shape " + shapeText(entry.info.shape) + " needs " + std::to_string(needed) +
                           " bytes and has " + std::to_string(entry.end - entry.begin));
        at = entry.end;
    }
    if (at != dataSize)
        fail(file, std::to_string(dataSize - at) + " bytes at the end belong to no tensor");
}

class Safetensors : public WeightFile
{
public:
    explicit Safetensors(MappedFile file) : m_file(std::move(file)) { read(); }

    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }
    const nlohmann::json& metadata() const override { return m_metadata; }
    const std::filesystem::path& path() const override { return m_file.path(); }
    TensorBytes bytes(const TensorInfo& tensor) const override
    {
        const auto found = m_ranges.find(tensor.name);
        if (found == m_ranges.end())
            fail(path(), "there is no tensor " + inQuotes(tensor.name));
        return aligned(found->second, tensor.type);
    }

private:
    void read()
    {
        const auto bytes = m_file.bytes();
        std::uint64_t length = 0;
        if (bytes.size() < sizeof length)
            fail(path(), "only " + std::to_string(bytes.size()) + " bytes: too short for a safetensors file");
        std::memcpy(&length, bytes.data(), sizeof length);
        if (length > longestHeader || length > bytes.size() - sizeof length)
            fail(path(), "the header's length, " + std::to_string(length) + " bytes, is larger than " +
                             (length > longestHeader ? "the format allows" : "the file"));
        const auto json = bytes.subspan(sizeof length, length);
        SafetensorsHeader header =
            parseSafetensorsHeader({reinterpret_cast<const char*>(json.data()), json.size()}, path());
        const auto data = bytes.subspan(sizeof length + length);
        checkTiling(header.entries, data.size(), path());
        for (auto& entry : header.entries) {
            m_ranges.emplace(entry.info.name, data.subspan(entry.begin, entry.end - entry.begin));
            m_tensors.push_back(std::move(entry.info));
        }
        for (const auto& [key, value] : header.metadata)
            m_metadata[key] = value;
    }

    MappedFile m_file;
    std::vector<TensorInfo> m_tensors;
    std::unordered_map<std::string, std::span<const std::byte>> m_ranges;
    nlohmann::json m_metadata = nlohmann::json::object();
};

} // namespace

TensorBytes aligned(std::span<const std::byte> bytes, TensorType type)
{
    if (bytes.size() > largestCopy || reinterpret_cast<std::uintptr_t>(bytes.data()) % bytesPerElement(type) == 0)
        return {bytes, nullptr};
    auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    return {*copy, copy};
}

std::shared_ptr<const WeightFile> openSafetensors(MappedFile file)
{
    return std::make_shared<Safetensors>(std::move(file));
}

} // namespace mama::weights
