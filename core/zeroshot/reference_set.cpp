#include "core/zeroshot/reference_set.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/hash.h"
#include "core/weights/files/weight_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr const char* formatName = "mama-reference-1";
constexpr float step = 32767; // of a number of a normalised vector
constexpr std::array sides = {Side::Unknown, Side::Right, Side::Left, Side::Both};

std::vector<std::int16_t> quantised(const std::vector<float>& values)
{
    std::vector<std::int16_t> out;
    for (const float value : values)
        out.push_back(static_cast<std::int16_t>(std::lround(std::clamp(value, -1.0F, 1.0F) * step)));
    return out;
}

template <class T>
NamedTensor tensor(const char* name, TensorType type, std::vector<std::int64_t> shape, const std::vector<T>& values)
{
    return {{name, type, std::move(shape)}, std::as_bytes(std::span(values)), false};
}

[[noreturn]] void wrong(const std::filesystem::path& file, const UserText& why)
{
    throw Error(ErrorCode::Format, {action::readReference}, file.string(), why);
}

template <class T>
std::vector<T> valuesOf(const WeightFile& file, const TensorInfo& info)
{
    const TensorBytes bytes = file.bytes(info);
    std::vector<T> out(bytes.bytes.size() / sizeof(T));
    std::memcpy(out.data(), bytes.bytes.data(), out.size() * sizeof(T));
    return out;
}

const TensorInfo& need(const WeightFile& file, const char* name, TensorType type, std::size_t dimensions)
{
    const TensorInfo* found = file.find(name);
    if (!found || found->type != type || found->shape.size() != dimensions)
        wrong(file.path(),
              {TextId("reference.no_tensor", "the tensor %1 is missing or of another type or shape"), name});
    return *found;
}

std::vector<float> vectors(const WeightFile& file, const TensorInfo& info)
{
    std::vector<float> out;
    for (const std::int16_t value : valuesOf<std::int16_t>(file, info))
        out.push_back(static_cast<float>(value) / step);
    const auto dim = static_cast<std::size_t>(info.shape[1]);
    for (std::size_t at = 0; at + dim <= out.size(); at += dim)
        normalise(std::span(out).subspan(at, dim));
    return out;
}

std::string word(const WeightFile& file, const char* key)
{
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end() || !found->is_string())
        wrong(file.path(), {TextId("reference.no_word", "its metadata have no %1"), key});
    return found->get<std::string>();
}

// Studies are numbered from 0 without a gap, each in one piece.
void checkStudies(const std::filesystem::path& file, const std::vector<std::int32_t>& study)
{
    for (std::size_t i = 0; i < study.size(); ++i) {
        const std::int32_t before = i > 0 ? study[i - 1] : -1;
        if (study[i] != before + 1 && (study[i] != before || before < 0))
            wrong(file, {TextId("reference.study_order", "studies are not numbered in order, at image %1"), i});
    }
}

} // namespace

void ReferenceSet::write(const std::filesystem::path& file) const
{
    const auto n = static_cast<std::int64_t>(count());
    const auto p = static_cast<std::int64_t>(patches.size()) / std::max<std::int64_t>(dim, 1);
    const std::vector<std::int16_t> global = quantised(images), sample = quantised(patches);
    std::vector<std::uint8_t> codes;
    for (const Side side : this->sides)
        codes.push_back(
            static_cast<std::uint8_t>(std::find(mama::sides.begin(), mama::sides.end(), side) - mama::sides.begin()));
    writeSafetensors(file,
                     {tensor("images", TensorType::I16, {n, dim}, global),
                      tensor("patches", TensorType::I16, {p, dim}, sample), tensor("side", TensorType::U8, {n}, codes),
                      tensor("study", TensorType::I32, {n}, study)},
                     {{"format", formatName}, {"name", name}, {"model", model}});
}

ReferenceSet ReferenceSet::read(const std::filesystem::path& path)
{
    const auto file = WeightFile::open(path);
    if (word(*file, "format") != formatName)
        wrong(path, {TextId("reference.other_format", "expected the format %1, found %2"), formatName,
                     word(*file, "format")});
    ReferenceSet out;
    out.name = word(*file, "name");
    out.model = word(*file, "model");
    const TensorInfo& images = need(*file, "images", TensorType::I16, 2);
    const TensorInfo& patches = need(*file, "patches", TensorType::I16, 2);
    const TensorInfo& side = need(*file, "side", TensorType::U8, 1);
    const TensorInfo& study = need(*file, "study", TensorType::I32, 1);
    out.dim = images.shape[1];
    if (images.shape[0] < 1 || out.dim < 1 || patches.shape[1] != out.dim || side.shape[0] != images.shape[0] ||
        study.shape[0] != images.shape[0])
        wrong(path, {TextId("reference.sizes_differ", "its tensors do not belong together")});
    out.study = valuesOf<std::int32_t>(*file, study);
    checkStudies(path, out.study);
    out.studies = out.study.back() + 1;
    for (const std::uint8_t code : valuesOf<std::uint8_t>(*file, side)) {
        if (code >= mama::sides.size())
            wrong(path, {TextId("reference.no_side", "%1 is no side"), code});
        out.sides.push_back(mama::sides[code]);
    }
    out.images = vectors(*file, images);
    out.patches = vectors(*file, patches);
    out.hash = file->hash();
    return out;
}

LoadedReference findReference(const std::filesystem::path& folder, const std::string& modelHash, std::int64_t dim)
{
    const std::filesystem::path file = folder / referenceFile;
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
        return {};
    try {
        auto set = std::make_shared<ReferenceSet>(ReferenceSet::read(file));
        if (set->model != modelHash || set->dim != dim)
            return {nullptr,
                    {TextId("reference.other_model",
                            "%1 was made with other weights (%2, here %3): make it again with mama model reference"),
                     referenceFile, set->model.substr(0, 12), modelHash.substr(0, 12)}};
        return {std::move(set), {}};
    } catch (const Error& error) {
        return {nullptr, error.text()};
    }
}

ReferenceRanks::ReferenceRanks(const ReferenceSet& set, std::span<const float> text, FusionRule rule)
{
    const auto dim = static_cast<std::size_t>(set.dim);
    for (std::size_t first = 0; first < set.count();) {
        std::size_t last = first;
        std::vector<std::vector<double>> scores; // of one study
        for (; last < set.count() && set.study[last] == set.study[first]; ++last)
            scores.push_back({static_cast<double>(dot(std::span(set.images).subspan(last * dim, dim), text))});
        for (const auto& score : scores)
            m_images.push_back(score.front());
        const FusedScores fused = fuse(scores, std::span(set.sides).subspan(first, last - first),
                                       std::vector<bool>(last - first, true), rule);
        for (const BreastScores& breast : fused.breasts)
            m_breasts.push_back(breast.scores.front());
        m_studies.push_back(fused.study.front());
        first = last;
    }
    for (auto* values : {&m_images, &m_breasts, &m_studies})
        std::sort(values->begin(), values->end());
}

std::optional<std::pair<double, double>> referenceRange(const ReferenceSet& set, std::span<const float> sentence)
{
    const auto dim = static_cast<std::size_t>(set.dim);
    std::vector<float> cosines;
    for (std::size_t at = 0; at + dim <= set.patches.size(); at += dim)
        cosines.push_back(dot(std::span(set.patches).subspan(at, dim), sentence));
    if (cosines.empty())
        return {};
    const auto quantile = [&](double q) {
        const auto place =
            cosines.begin() + static_cast<std::ptrdiff_t>(std::lround(q * static_cast<double>(cosines.size() - 1)));
        std::nth_element(cosines.begin(), place, cosines.end());
        return static_cast<double>(*place);
    };
    const std::pair range{quantile(0.5), quantile(0.99)};
    return range.second > range.first ? std::optional(range) : std::nullopt;
}

} // namespace mama
