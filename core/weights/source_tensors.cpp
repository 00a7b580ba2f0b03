#include "core/weights/source_tensors.h"

#include "core/base/text_escape.h"
#include "core/weights/files/checked.h"
#include "core/weights/files/pages.h"

#include <algorithm>
#include <cstring>

namespace mama::weights {
namespace {

bool isFloat(TensorType type)
{
    return type == TensorType::F64 || type == TensorType::F32 || type == TensorType::F16 || type == TensorType::BF16;
}

// Element i, wherever it lies: large tensors of files with an odd header are views that are not aligned.
template <class T>
T at(std::span<const std::byte> bytes, std::size_t i)
{
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
    return value;
}

// Largest magnitude as an integer, sign bit off: for IEEE formats it is the exponent's ceiling exactly when a
// value is infinite or not a number.
template <class T>
T largestBits(std::span<const std::byte> bytes)
{
    constexpr T mask = static_cast<T>(~T{0}) >> 1U;
    T largest = 0;
    for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
        largest = std::max(largest, static_cast<T>(at<T>(bytes, i) & mask));
    return largest;
}

template <class T>
bool anyNegative(std::span<const std::byte> bytes)
{
    constexpr T sign = static_cast<T>(T{1} << (8 * sizeof(T) - 1));
    for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
        if ((at<T>(bytes, i) & sign) != 0 && at<T>(bytes, i) != sign)
            return true;
    return false;
}

template <class T>
UserText wrongIn(const CanonicalTensor& tensor, T infinity)
{
    T largest = 0;
    bool negative = false;
    inPieces(tensor.pieces, [&](std::span<const std::byte> part) {
        largest = std::max(largest, largestBits<T>(part));
        negative = negative || (tensor.info.name.ends_with("running_var") && anyNegative<T>(part));
    });
    if (largest >= infinity)
        return largest == infinity ? UserText{TextId("weights.infinite", "holds an infinite value")}
                                   : UserText{TextId("weights.no_number", "holds a value that is not a number")};
    return negative ? UserText{TextId("weights.negative_variance", "holds a negative variance")} : UserText();
}

} // namespace

UserText wrongValues(const CanonicalTensor& tensor)
{
    switch (tensor.info.type) {
    case TensorType::F64: return wrongIn<std::uint64_t>(tensor, 0x7FF0000000000000);
    case TensorType::F32: return wrongIn<std::uint32_t>(tensor, 0x7F800000);
    case TensorType::F16: return wrongIn<std::uint16_t>(tensor, 0x7C00);
    case TensorType::BF16: return wrongIn<std::uint16_t>(tensor, 0x7F80);
    default: return {};
    }
}

void FilledMatrices::add(const CanonicalTensor& tensor, const std::string& source)
{
    const TensorInfo& info = tensor.info;
    const auto sides = std::ranges::count_if(info.shape, [](std::int64_t side) { return side > 1; });
    const std::size_t size = bytesPerElement(info.type);
    if (!isFloat(info.type) || sides < 2 || tensor.pieces.front().bytes.size() < size ||
        info.name.find(".lora_") != std::string::npos)
        return;
    const auto first = tensor.pieces.front().bytes.first(size);
    bool constant = true;
    inPieces(tensor.pieces, [&](std::span<const std::byte> part) {
        for (std::size_t at = 0; constant && at < part.size(); at += size)
            constant = std::memcmp(part.data() + at, first.data(), size) == 0;
    });
    const bool zero = constant && std::ranges::all_of(first, [](std::byte each) { return each == std::byte{0}; });
    m_first = m_matrices++ == 0 ? source : m_first;
    m_firstZero = zero && m_zeros == 0 ? source : m_firstZero;
    m_constant += constant ? 1 : 0;
    m_zeros += zero ? 1 : 0;
}

void SourceTensors::add(const std::shared_ptr<const WeightFile>& file, const Naming& naming, ImportReport& report)
{
    for (const TensorInfo& info : file->tensors()) {
        const MappedName mapped = mapName(info.name, naming);
        if (mapped.canonical.empty()) {
            report.leftOver.push_back({info, mapped.reason});
            continue;
        }
        auto& pieces = m_pieces[mapped.canonical];
        if (std::any_of(pieces.begin(), pieces.end(), [&](const Piece& piece) { return piece.part == mapped.part; })) {
            report.problems.push_back({TextId("weights.same_tensor", "%1 and %2 are the same tensor, %3"),
                                       inQuotes(info.name), inQuotes(pieces.front().info.name), mapped.canonical});
            continue;
        }
        pieces.push_back({info, file, mapped.part, mapped.parts});
        std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.part < b.part; });
    }
}

std::vector<std::int64_t> SourceTensors::shape(const std::string& name) const
{
    const auto found = m_pieces.find(name);
    if (found == m_pieces.end())
        return {};
    std::vector<std::int64_t> shape = found->second.front().info.shape;
    for (std::size_t i = 1; i < found->second.size() && !shape.empty(); ++i)
        if (!found->second[i].info.shape.empty() &&
            __builtin_add_overflow(shape.front(), found->second[i].info.shape.front(), &shape.front()))
            return {};
    return shape;
}

std::int64_t SourceTensors::size(const std::string& name, std::size_t dimension) const
{
    const auto all = shape(name);
    return dimension < all.size() ? all[dimension] : 0;
}

std::vector<std::string> SourceTensors::names() const
{
    std::vector<std::string> all;
    for (const auto& [name, pieces] : m_pieces)
        all.push_back(name);
    return all;
}

std::int64_t SourceTensors::depth(const std::string& prefix) const
{
    std::int64_t depth = 0;
    for (auto at = m_pieces.lower_bound(prefix); at != m_pieces.end() && at->first.starts_with(prefix); ++at)
        if (const auto index = layerIndex(at->first, prefix))
            depth = std::max(depth, std::int64_t{*index} + 1);
    return depth;
}

void SourceTensors::leaveOver(const std::string& name, const std::string& reason, ImportReport& report)
{
    const auto found = m_pieces.find(name);
    if (found == m_pieces.end())
        return;
    for (const Piece& piece : found->second)
        report.leftOver.push_back({piece.info, reason});
    m_pieces.erase(found);
}

TensorInfo SourceTensors::check(const std::string& name, bool integer, ImportReport& report) const
{
    const auto& pieces = m_pieces.at(name);
    const Piece& first = pieces.front();
    const TensorInfo info{name, first.info.type, shape(name)};
    if (isFloat(first.info.type) == integer)
        report.problems.push_back({TextId("weights.has_type_expected", "%1 has the type %2, expected %3"),
                                   inQuotes(first.info.name), mama::name(first.info.type),
                                   integer ? UserText{TextId("weights.integer_type", "an integer type")}
                                           : UserText{TextId("weights.f32_f16_bf16_or_f64", "F32, F16, BF16 or F64")}});
    if (first.parts > 1 && pieces.size() != static_cast<std::size_t>(first.parts))
        report.problems.push_back(
            {TextId("weights.needs_tensors_stacked_file_has", "%1 needs %2 tensors to be stacked, the file has %3"),
             name, first.parts, pieces.size()});
    for (const Piece& piece : pieces) {
        const bool fits = piece.info.type == first.info.type && piece.info.shape.size() == first.info.shape.size() &&
                          (pieces.size() == 1 || (!piece.info.shape.empty() &&
                                                  std::equal(piece.info.shape.begin() + 1, piece.info.shape.end(),
                                                             first.info.shape.begin() + 1)));
        if (!fits)
            report.problems.push_back({TextId("weights.cannot_stacked", "%1 %2 cannot be stacked with %3 %4"),
                                       inQuotes(piece.info.name), shapeText(piece.info.shape),
                                       inQuotes(first.info.name), shapeText(first.info.shape)});
    }
    if (first.part != 0)
        report.problems.push_back({TextId("weights.lacks_first_part", "%1 lacks its first part"), name});
    return info;
}

std::vector<std::string> SourceTensors::sourceNames(const std::string& name) const
{
    std::vector<std::string> names;
    for (const Piece& piece : m_pieces.at(name))
        names.push_back(piece.info.name);
    return names;
}

CanonicalTensor SourceTensors::read(const std::string& name) const
{
    const auto& pieces = m_pieces.at(name);
    CanonicalTensor tensor{{name, pieces.front().info.type, shape(name)}, {}, pieces.front().file};
    for (const Piece& piece : pieces)
        tensor.pieces.push_back(piece.file->bytes(piece.info));
    return tensor;
}

} // namespace mama::weights
