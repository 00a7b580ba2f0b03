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
        const UserText tensor{TextId("weight_file.tensor", "tensor %1"), inQuotes(entry.info.name)};
        if (entry.end < entry.begin)
            fail(file, {TextId("weight_file.ends_before_starts", "%1 ends before it starts"), tensor});
        if (entry.end > dataSize)
            fail(file,
                 {TextId(
                      "weight_file.ends_at_byte_data_which",
                      "%1 ends at byte %2 of the data, which has only %3: the file is cut off or its header is wrong"),
                  tensor, entry.end, dataSize});
        if (entry.begin != at)
            fail(file, entry.begin < at
                           ? UserText{TextId("weight_file.overlap", "%1 overlaps the one before it"), tensor}
                           : UserText{TextId("weight_file.hole", "%1 leaves a hole before it"), tensor});
        std::int64_t count = 0;
        if (!elementCount(entry.info.shape, count) || count > INT64_MAX / 8)
            fail(file, {TextId("weight_file.has_shape_too_large", "%1 has a shape that is too large: %2"), tensor,
                        shapeText(entry.info.shape)});
        const std::uint64_t needed = static_cast<std::uint64_t>(count) * bytesPerElement(entry.info.type);
        if (needed != entry.end - entry.begin)
            fail(file, {TextId("weight_file.shape_needs_bytes_has", "%1 of shape %2 needs %3 bytes and has %4"), tensor,
                        shapeText(entry.info.shape), needed, entry.end - entry.begin});
        at = entry.end;
    }
    if (at != dataSize)
        fail(file,
             {TextId("weight_file.bytes_at_end_belong_no", "%1 bytes at the end belong to no tensor"), dataSize - at});
}

class Safetensors : public WeightFile
{
public:
    explicit Safetensors(MappedFile file) : m_file(std::move(file))
    {
        checked(m_file, [this] { return (read(), true); });
    }

    const std::vector<TensorInfo>& tensors() const override { return m_tensors; }
    const nlohmann::json& metadata() const override { return m_metadata; }
    const std::filesystem::path& path() const override { return m_file.path(); }
    std::vector<const MappedFile*> mappings() const override { return {&m_file}; }
    TensorBytes bytes(const TensorInfo& tensor) const override
    {
        const auto found = m_ranges.find(tensor.name);
        if (found == m_ranges.end())
            fail(path(), {TextId("weight_file.there_no_tensor", "there is no tensor %1"), inQuotes(tensor.name)});
        return aligned(found->second, tensor.type);
    }

private:
    void read()
    {
        const auto bytes = m_file.bytes();
        std::uint64_t length = 0;
        if (bytes.size() < sizeof length)
            fail(path(), {TextId("weight_file.only_bytes_too_short_safetensors",
                                 "only %1 bytes: too short for a safetensors file"),
                          bytes.size()});
        std::memcpy(&length, bytes.data(), sizeof length);
        if (length > longestHeader || length > bytes.size() - sizeof length)
            fail(path(), {TextId("weight_file.header_s_length_bytes_larger",
                                 "the header's length, %1 bytes, is larger than %2"),
                          length,
                          length > longestHeader ? UserText{TextId("weight_file.format_allows", "the format allows")}
                                                 : UserText{TextId("weight_file.file", "the file")}});
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
