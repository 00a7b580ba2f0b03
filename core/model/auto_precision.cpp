#include "core/model/auto_precision.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/base/processor.h"
#include "core/image/model_input.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <algorithm>
#include <chrono>
#include <torch/version.h>

namespace mama {
namespace {

constexpr double closeEnough = 0.999;
constexpr double farthestMove = 0.005;
constexpr std::int64_t directionCount = 256;
constexpr const char* rule = "cosine and move"; // what a remembered choice was made by

// Multiply-adds of one input, times two.
double flopsOf(const nlohmann::json& description)
{
    const auto layers = [](double tokens, double width, double hidden, double depth) {
        return 2 * tokens * depth * (4 * width * width + 2 * width * hidden) + 4 * tokens * tokens * width * depth;
    };
    if (description["image"].is_object()) {
        const nlohmann::json& image = description["image"];
        if (!image.contains("patch")) // an EfficientNet: bfloat16 moves similarities too far, int8 is fp32 there
            return 0;
        const double grid = description.contains("input") && description["input"].is_object()
                                ? description["input"].value("size", double{defaultInputSize}) /
                                      image.value("patch", double{defaultPatch})
                                : double{defaultInputSize} / defaultPatch;
        return layers(grid * grid, image.value("width", 768.0), image.value("mlp_hidden", 3072.0),
                      image.value("depth", 12.0));
    }
    const nlohmann::json& text = description["text"];
    return layers(64, text.value("width", 768.0), text.value("mlp_hidden", 3072.0), text.value("depth", 12.0));
}

std::string keyOf(const nlohmann::json& description, int threads)
{
    const Processor cpu = processor();
    const auto part = [&](const char* name) {
        return description.contains(name) ? description[name].dump() : std::string();
    };
    return cpu.name + (cpu.avx512Bf16 ? " bf16" : "") + (cpu.avx512Vnni ? " vnni" : "") + (cpu.amxBf16 ? " amx" : "") +
           " | " + std::to_string(threads) + " threads | torch " TORCH_VERSION " | " + rule + " | " +
           (description["image"].is_object() ? part("image") + part("input") : part("text"));
}

nlohmann::json remembered(const std::filesystem::path& path)
{
    try {
        if (std::filesystem::exists(path))
            return readJson(path);
    } catch (const Error& error) {
        log::warning(error.what());
    }
    return nlohmann::json::object();
}

double smallestCosine(const at::Tensor& a, const at::Tensor& b)
{
    return at::cosine_similarity(a, b, -1).min().item<double>();
}

} // namespace

double largestMove(const at::Tensor& made, const at::Tensor& exact, const at::Tensor& directions)
{
    const auto unit = [](const at::Tensor& x) { return l2(x.to(at::kDouble)); };
    return at::matmul(unit(made) - unit(exact), directions.to(at::kDouble).t()).abs().max().item<double>();
}

at::Tensor randomDirections(std::int64_t count, std::int64_t width)
{
    at::Generator generator = at::detail::createCPUGenerator(7);
    return l2(at::randn({count, width}, generator));
}

std::vector<Precision> nativePrecisions()
{
    const Processor cpu = processor();
    std::vector<Precision> found{Precision::Fp32};
    if (multipliesBf16(cpu))
        found.push_back(Precision::Bf16);
    if (cpu.avx512Vnni)
        found.push_back(Precision::Int8);
    return found;
}

at::Tensor probeOutputs(const Network& network, const nlohmann::json& description)
{
    at::manual_seed(1);
    if (network.image) {
        const std::int64_t wanted =
            description.contains("input") && description["input"].is_object()
                ? description["input"].value("size", description["input"].value("rows", std::int64_t{defaultInputSize}))
                : defaultInputSize;
        const auto side = [&](std::int64_t stride) { return std::max(stride, wanted / stride * stride); };
        const GridStride stride = network.image->stride();
        const at::Tensor tokens = network.image->tokens(at::randn({1, 3, side(stride.rows), side(stride.columns)}));
        const at::Tensor global = network.imageGlobal(network.pooled(tokens)).to(at::kFloat);
        if (!network.hasImageLocal())
            return global;
        const at::Tensor local = network.imageLocal(tokens)[0];
        return local.size(1) == global.size(1) ? at::cat({global, local}) : global;
    }
    const std::int64_t length = std::min<std::int64_t>(64, network.text->longest());
    const at::Tensor ids = at::randint(network.text->vocabulary(), {1, length}, at::kLong);
    return network.text->hidden({ids, at::ones({1, length}, at::kBool), {}})[0].to(at::kFloat);
}

Precision choosePrecision(const nlohmann::json& description, int threads,
                          const std::function<std::unique_ptr<Network>()>& make, const Job& job)
{
    if (flopsOf(description) < 5e9)
        return Precision::Fp32;
    const std::filesystem::path path = cacheFolder() / "precision.json";
    const std::string key = keyOf(description, threads);
    nlohmann::json known = remembered(path);
    if (known.is_object() && known.contains(key) && known[key].is_object())
        return parsePrecision(known[key].value("precision", std::string("fp32")));
    Precision best = Precision::Fp32;
    double fastest = 0;
    at::Tensor exact;
    nlohmann::json figures = nlohmann::json::array();
    for (const Precision precision : nativePrecisions()) {
        if (job.cancelled())
            return Precision::Fp32;
        job.report(static_cast<std::uint64_t>(figures.size()), 3, "measure precisions");
        const std::unique_ptr<Network> network = make();
        network->pack(precision);
        at::Tensor outputs;
        std::vector<double> times;
        for (int i = 0; i < 3; ++i) {
            const auto start = std::chrono::steady_clock::now();
            outputs = probeOutputs(*network, description);
            times.push_back(
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        }
        std::sort(times.begin(), times.end());
        if (precision == Precision::Fp32)
            exact = outputs;
        const PrecisionMeasurement measured{
            precision, times[1], smallestCosine(outputs, exact),
            largestMove(outputs, exact, randomDirections(directionCount, outputs.size(1)))};
        figures.push_back({{"precision", name(precision)},
                           {"milliseconds", measured.milliseconds},
                           {"cosine", measured.cosine},
                           {"move", measured.move}});
        const bool same = measured.cosine >= closeEnough && measured.move <= farthestMove;
        if (precision == Precision::Fp32 || (same && measured.milliseconds < fastest)) {
            best = precision;
            fastest = times[1];
        }
    }
    known[key] = {{"precision", name(best)}, {"measured", figures}};
    try {
        writeAtomically(path, known.dump(2));
    } catch (const Error& error) {
        log::warning(error.what());
    }
    return best;
}

} // namespace mama
