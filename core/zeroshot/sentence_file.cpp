#include "core/zeroshot/sentence_file.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/files/weight_file.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr const char* formatName = "mama-sentences-2";
constexpr float steps = 127;

// Vectors in 8 bits, each with what one step is.
struct Packed
{
    std::vector<std::int8_t> values;
    std::vector<float> scales;
    std::int64_t length = 0;

    Packed(const std::vector<float>& vectors, std::int64_t width) : length(width)
    {
        const auto w = static_cast<std::size_t>(width);
        for (std::size_t at = 0; at + w <= vectors.size(); at += w) {
            const auto one = std::span(vectors).subspan(at, w);
            float largest = 0;
            for (const float value : one)
                largest = std::max(largest, std::abs(value));
            scales.push_back(largest > 0 ? largest / steps : 1);
            for (const float value : one)
                values.push_back(static_cast<std::int8_t>(std::lround(value / scales.back())));
        }
    }
    std::int64_t count() const { return static_cast<std::int64_t>(scales.size()); }
};

void add(std::vector<NamedTensor>& list, const char* name, const Packed& packed)
{
    list.push_back(
        {{name, TensorType::I8, {packed.count(), packed.length}}, std::as_bytes(std::span(packed.values)), false});
    list.push_back({{std::string(name) + ".scale", TensorType::F32, {packed.count()}},
                    std::as_bytes(std::span(packed.scales)),
                    false});
}

[[noreturn]] void wrong(const std::filesystem::path& path, const std::string& tensor)
{
    throw Error(ErrorCode::Format, {action::readSentences}, path.string(),
                {TextId("sentences.no_tensor", "the tensor %1 is missing or of another type or shape"), tensor});
}

// [count, width], normalised; width 0: as the file has it.
std::vector<float> unpacked(const WeightFile& file, const std::string& name, std::size_t count, std::int64_t& width)
{
    const TensorInfo *values = file.find(name), *scales = file.find(name + ".scale");
    const auto n = static_cast<std::int64_t>(count);
    if (!values || values->type != TensorType::I8 || values->shape.size() != 2 || values->shape[0] != n ||
        (width > 0 && values->shape[1] != width))
        wrong(file.path(), name);
    if (!scales || scales->type != TensorType::F32 || scales->shape != std::vector<std::int64_t>{n})
        wrong(file.path(), name + ".scale");
    width = values->shape[1];
    const TensorBytes bytes = file.bytes(*values), scaleBytes = file.bytes(*scales);
    std::vector<std::int8_t> numbers(bytes.bytes.size());
    std::memcpy(numbers.data(), bytes.bytes.data(), numbers.size());
    std::vector<float> out(numbers.begin(), numbers.end()), scale(count);
    std::memcpy(scale.data(), scaleBytes.bytes.data(), count * sizeof(float));
    const auto w = static_cast<std::size_t>(width);
    for (std::size_t i = 0; i < count; ++i) {
        const auto one = std::span(out).subspan(i * w, w);
        for (float& value : one)
            value *= scale[i];
        normalise(one);
    }
    return out;
}

std::string word(const WeightFile& file, const char* key)
{
    const auto found = file.metadata().find(key);
    return found != file.metadata().end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number(const WeightFile& file, const char* key)
{
    const std::string text = word(file, key);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(value))
        throw Error(ErrorCode::Format, {action::readSentences}, file.path().string(),
                    {TextId("sentences.no_number", "its metadata have no number %1"), key});
    return value;
}

FisherDirection directionOf(const WeightFile& file, std::int64_t width)
{
    const TensorInfo* info = file.find("direction");
    if (!info || info->type != TensorType::F32 || info->shape != std::vector<std::int64_t>{width})
        wrong(file.path(), "direction");
    FisherDirection out{std::vector<float>(static_cast<std::size_t>(width)), number(file, "offset")};
    std::memcpy(out.weights.data(), file.bytes(*info).bytes.data(), out.weights.size() * sizeof(float));
    return out;
}

} // namespace

void SentenceFile::write(const std::filesystem::path& path) const
{
    const Packed knownVectors(known->known().vectors, known->width()),
        elsewhere(known->elsewhere().vectors, known->width()), everyday(neutral, neutralLength);
    std::vector<NamedTensor> tensors;
    add(tensors, "known", knownVectors);
    add(tensors, "elsewhere", elsewhere);
    add(tensors, "neutral", everyday);
    const std::vector<float>& direction = known->direction().weights;
    tensors.push_back({{"direction", TensorType::F32, {known->width()}}, std::as_bytes(std::span(direction)), false});
    writeSafetensors(path, tensors,
                     {{"format", formatName},
                      {"model", model},
                      {"words", words},
                      {"lists", lists},
                      {"offset", std::to_string(known->direction().offset)},
                      {"threshold", std::to_string(known->threshold())}});
}

std::optional<SentenceFile> SentenceFile::read(const std::filesystem::path& path, const Wanted& wanted,
                                               SentenceVectors known, SentenceVectors elsewhere)
{
    std::error_code failed;
    if (!std::filesystem::exists(path, failed))
        return {};
    const auto file = WeightFile::open(path);
    const bool same = word(*file, "model") == wanted.model,
               sameWords = !wanted.words.empty() && word(*file, "words") == wanted.words;
    if (word(*file, "format") != formatName || word(*file, "lists") != wanted.lists || !(same || sameWords))
        return {};
    SentenceFile out{wanted.model, wanted.words, wanted.lists, nullptr, {}, 0};
    std::int64_t width = 0;
    known.vectors = unpacked(*file, "known", known.texts.size(), width);
    elsewhere.vectors = unpacked(*file, "elsewhere", elsewhere.texts.size(), width);
    const TensorInfo* neutral = file->find("neutral");
    if (!neutral || neutral->shape.size() != 2)
        wrong(path, "neutral");
    if (same)
        out.neutral = unpacked(*file, "neutral", static_cast<std::size_t>(neutral->shape[0]), out.neutralLength);
    out.known = std::make_shared<const KnownSentences>(std::move(known), std::move(elsewhere),
                                                       directionOf(*file, width), number(*file, "threshold"));
    return out;
}

} // namespace mama
