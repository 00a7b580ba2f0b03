// The plug-in's kernels on a GPU against the plain formulas and their CPU twins: values, gradients, memory, time.
// Without a GPU it says so and exits with 77, which ctest shows as skipped.
#include "core/base/error.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/training/losses/losses.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <torch/torch.h>

using namespace mama;
using torch::Tensor;

namespace {

int failures = 0;

void check(bool good, const std::string& what)
{
    std::printf("%s %s\n", good ? "ok  " : "FAIL", what.c_str());
    std::fflush(stdout);
    failures += !good;
}

std::string text(double value)
{
    char made[32];
    std::snprintf(made, sizeof made, "%.3g", value);
    return made;
}

// |actual - expected| over the largest |expected|.
void same(const Tensor& actual, const Tensor& expected, double tolerance, const std::string& what)
{
    const Tensor a = actual.detach().to(torch::kCPU, torch::kDouble),
                 b = expected.detach().to(torch::kCPU, torch::kDouble);
    if (a.sizes() != b.sizes())
        return check(false, what + ": another shape");
    const double error = (a - b).abs().max().item<double>() / std::max(b.abs().max().item<double>(), 1e-30);
    check(error <= tolerance, what + ": error " + text(error) + ", allowed " + text(tolerance));
}

struct Case
{
    std::string name;
    std::int64_t images, patches, width;
    std::vector<std::int64_t> counts;
};

std::vector<std::int64_t> captions(std::int64_t count) // 8 to 11 sentences, as captions have
{
    std::vector<std::int64_t> counts;
    for (std::int64_t i = 0; i < count; ++i)
        counts.push_back(8 + i * 7 % 4);
    return counts;
}

std::int64_t sum(const std::vector<std::int64_t>& counts)
{
    std::int64_t all = 0;
    for (const std::int64_t count : counts)
        all += count;
    return all;
}

// Multiples of 1/16 below 1: products and sums are exact in float32, so that float32 and float64 find the same maxima,
// equal ones (there are many) included.
Tensor exact(at::IntArrayRef shape) { return torch::randint(-15, 16, shape, torch::kDouble) / 16; }

// The formula with everything in memory.
LocalScores plain(const Tensor& patches, const Tensor& sentences, const std::vector<std::int64_t>& counts)
{
    std::vector<Tensor> best, textual;
    std::int64_t first = 0;
    for (const std::int64_t count : counts) {
        const Tensor cosines = torch::matmul(patches, sentences.narrow(0, first, count).t());
        best.push_back(std::get<0>(cosines.max(1)).mean(1));
        textual.push_back(std::get<0>(cosines.max(2)).mean(1));
        first += count;
    }
    return {torch::stack(best), torch::stack(textual)};
}

using Scores = std::function<LocalScores(const Tensor&, const Tensor&, const std::vector<std::int64_t>&)>;

// Both scores and both gradients of a function of them.
std::vector<Tensor> results(const Scores& scores, const Tensor& patches, const Tensor& sentences,
                            const std::vector<std::int64_t>& counts)
{
    const Tensor p = patches.detach().clone().set_requires_grad(true),
                 s = sentences.detach().clone().set_requires_grad(true);
    const LocalScores made = scores(p, s, counts);
    (made.bestPatch.sin() + 2 * made.bestSentence.cos()).sum().backward();
    return {made.bestPatch, made.bestSentence, p.grad(), s.grad()};
}

void compare(const Case& one, const at::Device& gpu, const Scores& reference, torch::ScalarType type,
             const std::string& against)
{
    const char* parts[] = {"T", "V", "gradient of patches", "gradient of sentences"};
    torch::manual_seed(5);
    const Tensor patches = exact({one.images, one.patches, one.width}), sentences = exact({sum(one.counts), one.width});
    const auto scale =
        1 / std::sqrt(static_cast<double>(one.width) / 3); // the scores near 1; a power of two changes no maximum
    const Tensor p = patches * std::exp2(std::round(std::log2(scale)));
    const auto expected = results(reference, p.to(type), sentences.to(type), one.counts);
    const auto actual = results(localScores, p.to(gpu, torch::kFloat), sentences.to(gpu, torch::kFloat), one.counts);
    const auto again = results(localScores, p.to(gpu, torch::kFloat), sentences.to(gpu, torch::kFloat), one.counts);
    for (std::size_t i = 0; i < 4; ++i) {
        same(actual[i], expected[i], 5e-6, one.name + ", " + parts[i] + " against " + against);
        check(torch::equal(actual[i], again[i]), one.name + ", " + parts[i] + " twice the same bits");
    }
}

void losses(const at::Device& gpu)
{
    torch::manual_seed(7);
    const std::int64_t n = 12;
    const auto counts = captions(n);
    const auto random = [](at::IntArrayRef shape) { return torch::randn(shape, torch::kDouble); };
    const std::vector<Tensor> leaves{random({n, 32}),
                                     random({n, 32}),
                                     random({n, 32}),
                                     random({n, 48}),
                                     random({n, 48}),
                                     random({n, 100, 64}),
                                     random({sum(counts), 64}),
                                     torch::full({}, std::log(1 / 0.07), torch::kDouble),
                                     torch::full({}, std::log(1 / 0.07), torch::kDouble)};
    std::vector<std::vector<Tensor>> all;
    std::vector<std::pair<std::string, Tensor>> named[2];
    for (const bool onGpu : {false, true}) {
        std::vector<Tensor> own;
        for (const Tensor& leaf : leaves)
            own.push_back((onGpu ? leaf.to(gpu, torch::kFloat) : leaf.clone()).set_requires_grad(true));
        const LossTerms terms =
            lossTerms({own[0], own[1], own[2], own[3], own[4], own[5], own[6], counts, own[7], own[8]}, {});
        totalLoss(terms, {}, true).sum().backward();
        named[onGpu] = terms.named();
        for (Tensor& leaf : own)
            leaf = leaf.grad();
        all.push_back(own);
    }
    for (std::size_t i = 0; i < named[0].size(); ++i)
        same(named[1][i].second, named[0][i].second, 1e-5,
             "loss term " + named[0][i].first + ", float32 on the GPU against float64");
    for (std::size_t i = 0; i < leaves.size(); ++i)
        same(all[1][i], all[0][i], 1e-4, "total loss, gradient of input " + std::to_string(i));
}

void maps(const at::Device& gpu)
{
    torch::manual_seed(9);
    for (const auto& [patches, sentences, width] : {std::tuple<int, int, int>{1, 1, 1}, {1369, 5, 512}, {37, 70, 33}}) {
        const Tensor p = exact({patches, width}).to(torch::kFloat), s = exact({sentences, width}).to(torch::kFloat);
        const CosineMaps a = cosineMaps(p.to(gpu), s.to(gpu)), b = cosineMaps(p, s);
        same(a.maps, b.maps, 1e-6, "cosine maps of " + std::to_string(patches) + " patches");
        same(a.best, b.best, 1e-6, "their maxima");
    }
}

struct Cost
{
    double milliseconds, megabytes; // of one forward and backward pass, beyond inputs and their gradients
};

Cost costOf(const Scores& scores, std::int64_t images, int index)
{
    const at::Device gpu = cuda::deviceOf(index);
    const auto counts = captions(images);
    const auto unit = [&](at::IntArrayRef shape) {
        return torch::nn::functional::normalize(torch::randn(shape, torch::TensorOptions(gpu)),
                                                torch::nn::functional::NormalizeFuncOptions().dim(-1));
    };
    const Tensor p = unit({images, 1369, 512}).set_requires_grad(true),
                 s = unit({sum(counts), 512}).set_requires_grad(true);
    Cost cost{1e30, 0};
    for (int i = 0; i < 4; ++i) {
        p.mutable_grad() = s.mutable_grad() = Tensor();
        torch::cuda::synchronize();
        const auto held = cuda::memoryOf(index, true).held;
        const auto start = std::chrono::steady_clock::now();
        const LocalScores made = scores(p, s, counts);
        (made.bestPatch.sum() + made.bestSentence.sum()).backward();
        torch::cuda::synchronize();
        cost.milliseconds =
            std::min(cost.milliseconds,
                     std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        cost.megabytes =
            (static_cast<double>(cuda::memoryOf(index).peak - held) - static_cast<double>(p.nbytes() + s.nbytes())) /
            1e6;
    }
    return cost;
}

void memory(int index)
{
    std::vector<double> ours;
    for (const std::int64_t images : {32, 36, 64, 128, 256}) {
        const Cost cost = costOf(localScores, images, index);
        std::printf("     N %3ld: tiles %8.2f ms, %8.1f MB beside %.1f MB of inputs and as much of gradients\n",
                    static_cast<long>(images), cost.milliseconds, cost.megabytes,
                    static_cast<double>(images) * (1369 + 9.5) * 512 * 4 / 1e6);
        if (images <= 128) {
            const Cost whole = costOf(plain, images, index);
            std::printf("            plain formula %8.2f ms, %8.1f MB\n", whole.milliseconds, whole.megabytes);
        }
        if (images == 32 || images == 64 || images == 128)
            ours.push_back(cost.megabytes);
    }
    check(ours[1] <= 2.2 * ours[0] && ours[2] <= 2.2 * ours[1],
          "memory of the local scores grows no faster than the batch: " + text(ours[0]) + ", " + text(ours[1]) + ", " +
              text(ours[2]) + " MB for N = 32, 64, 128");
}

void all(int index)
{
    const at::Device gpu = cuda::deviceOf(index);
    const std::vector<Case> cases{{"one of everything", 1, 1, 1, {1}},
                                  {"small", 4, 7, 6, {3, 1, 5, 2}},
                                  {"long caption, odd sizes", 3, 130, 37, {1, 150, 2, 63, 64, 65}},
                                  {"wide", 2, 65, 1100, {4, 40}},
                                  {"many captions", 5, 66, 20, std::vector<std::int64_t>(300, 2)},
                                  {"backward pass in two goes", 6, 1369, 16, std::vector<std::int64_t>(300, 2)},
                                  {"demo", 24, 256, 192, captions(24)}};
    for (const Case& one : cases)
        compare(one, gpu, plain, torch::kDouble, "the plain formula in float64");
    compare({"MaMA", 12, 1369, 512, captions(12)}, gpu, localScores, torch::kFloat, "the CPU twin");
    losses(gpu);
    maps(gpu);
    memory(index);
}

} // namespace

int main()
{
    try {
        const int index = cuda::chooseDevice("cuda");
        std::printf("     %s\n", cuda::deviceName(index).c_str());
        all(index);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Unsupported) {
            std::printf("NOT TESTED: %s\n", error.what());
            return 77;
        }
        check(false, error.what());
    } catch (const std::exception& error) {
        check(false, error.what());
    }
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
