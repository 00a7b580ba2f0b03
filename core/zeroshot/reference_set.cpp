#include "core/zeroshot/reference_set.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/hash.h"
#include "core/weights/files/weight_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr const char *formatName = "mama-reference-2", *firstFormat = "mama-reference-1";
constexpr float step = 32767; // of a number of a normalised vector

namespace reference_texts {
constexpr auto sizesDiffer = TextId("reference.sizes_differ", "its tensors do not belong together");
}

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

// What version 2 has beside; `patches`: how many were sampled.
void readMeans(const WeightFile& file, std::int64_t patches, ReferenceSet& out)
{
    out.profile = word(file, "profile");
    out.mapWay = word(file, "map_way");
    const std::string version = word(file, "profile_version");
    if (std::from_chars(version.data(), version.data() + version.size(), out.profileVersion).ec != std::errc())
        wrong(file.path(), {TextId("reference.no_number", "%1 is no number"), version});
    if (!file.find("means"))
        return;
    const TensorInfo& means = need(file, "means", TensorType::I16, 4);
    const TensorInfo& counts = need(file, "counts", TensorType::I32, 3);
    const TensorInfo& places = need(file, "places", TensorType::I32, 1);
    const std::vector<std::int64_t> grid(means.shape.begin(), means.shape.end() - 1);
    if (means.shape[0] != static_cast<std::int64_t>(referenceViews) || means.shape[3] != out.dim ||
        counts.shape != grid || places.shape[0] != patches)
        wrong(file.path(), {reference_texts::sizesDiffer});
    out.rows = means.shape[1];
    out.columns = means.shape[2];
    for (const std::int16_t value : valuesOf<std::int16_t>(file, means))
        out.means.push_back(static_cast<float>(value) / step);
    out.counts = valuesOf<std::int32_t>(file, counts);
    out.places = valuesOf<std::int32_t>(file, places);
    for (const std::int32_t place : out.places)
        if (place < -1 || place >= static_cast<std::int64_t>(out.counts.size()))
            wrong(file.path(), {TextId("reference.no_place", "%1 is no place on its grid"), place});
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
    const std::vector<std::int16_t> mean = quantised(means);
    std::vector<std::uint8_t> codes;
    for (const Side side : this->sides)
        codes.push_back(
            static_cast<std::uint8_t>(std::find(mama::sides.begin(), mama::sides.end(), side) - mama::sides.begin()));
    std::vector<NamedTensor> tensors{
        tensor("images", TensorType::I16, {n, dim}, global), tensor("patches", TensorType::I16, {p, dim}, sample),
        tensor("side", TensorType::U8, {n}, codes), tensor("study", TensorType::I32, {n}, study)};
    if (hasMeans()) {
        constexpr auto views = static_cast<std::int64_t>(referenceViews);
        tensors.push_back(tensor("means", TensorType::I16, {views, rows, columns, dim}, mean));
        tensors.push_back(tensor("counts", TensorType::I32, {views, rows, columns}, counts));
        tensors.push_back(tensor("places", TensorType::I32, {p}, places));
    }
    writeSafetensors(file, tensors,
                     {{"format", formatName},
                      {"name", name},
                      {"model", model},
                      {"profile", profile},
                      {"profile_version", std::to_string(profileVersion)},
                      {"map_way", mapWay}});
}

ReferenceSet ReferenceSet::read(const std::filesystem::path& path)
{
    const auto file = WeightFile::open(path);
    const std::string format = word(*file, "format");
    if (format != formatName && format != firstFormat)
        wrong(path, {TextId("reference.other_format", "expected the format %1, found %2"), formatName, format});
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
        wrong(path, {reference_texts::sizesDiffer});
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
    if (format == formatName)
        readMeans(*file, patches.shape[0], out);
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

std::span<const float> ReferenceSet::mean(std::size_t place) const
{
    const auto d = static_cast<std::size_t>(dim);
    return std::span(means).subspan(place * d, d);
}

bool ReferenceSet::hasView(std::size_t view) const
{
    const auto cells = static_cast<std::ptrdiff_t>(rows * columns), first = static_cast<std::ptrdiff_t>(view) * cells;
    return hasMeans() &&
           std::any_of(counts.begin() + first, counts.begin() + first + cells, [](std::int32_t n) { return n > 0; });
}

std::optional<std::size_t> referenceView(Slot slot, Side side, const std::string& view)
{
    if (slot != Slot::Extra)
        return static_cast<std::size_t>(slot);
    if ((side != Side::Right && side != Side::Left) || (view != "CC" && view != "MLO"))
        return {};
    return (view == "MLO" ? 2U : 0U) + (side == Side::Left ? 1U : 0U);
}

std::vector<float> patchCosines(const ReferenceSet& set, std::span<const float> sentence)
{
    const auto dim = static_cast<std::size_t>(set.dim);
    std::vector<float> cosines;
    for (std::size_t at = 0; at + dim <= set.patches.size(); at += dim)
        cosines.push_back(dot(std::span(set.patches).subspan(at, dim), sentence));
    return cosines;
}

std::optional<std::pair<double, double>> referenceRange(std::vector<float> cosines)
{
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
