// mama bench encode-image and encode-text.
#include "app/mama/bench/bench.h"
#include "core/base/error.h"
#include "core/base/stopwatch.h"
#include "core/model/benchmark_model.h"
#include "core/zeroshot/model_catalogue.h"

#include <cmath>
#include <random>

namespace mama::cli {
namespace {

std::shared_ptr<const Model> open(const BenchOptions& options, Precision precision, const Job& job)
{
    ComputeOptions compute = options.compute;
    compute.precision = precision;
    return options.model.empty() ? randomImageModel(compute, 1) : loadModel(options.model, compute, job).model;
}

// Cosines of rows of width `dim`.
nlohmann::json cosines(const std::vector<float>& a, const std::vector<float>& b, std::int64_t dim)
{
    double smallest = 1, sum = 0, largestDifference = 0;
    const auto rows = static_cast<std::int64_t>(a.size()) / dim;
    for (std::int64_t r = 0; r < rows; ++r) {
        double ab = 0, aa = 0, bb = 0;
        for (std::int64_t d = 0; d < dim; ++d) {
            const double x = a[static_cast<std::size_t>(r * dim + d)], y = b[static_cast<std::size_t>(r * dim + d)];
            ab += x * y;
            aa += x * x;
            bb += y * y;
            largestDifference = std::max(largestDifference, std::abs(x - y));
        }
        const double cosine = ab / std::sqrt(aa * bb);
        smallest = std::min(smallest, cosine);
        sum += cosine;
    }
    return {
        {"smallest", smallest}, {"mean", sum / static_cast<double>(rows)}, {"largest_difference", largestDifference}};
}

// How far similarities with random unit directions move: |p.s - p'.s| over all rows and directions.
nlohmann::json similarityDifference(const std::vector<float>& a, const std::vector<float>& b, std::int64_t dim)
{
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    double largest = 0, sum = 0;
    std::size_t count = 0;
    for (int k = 0; k < 16; ++k) {
        std::vector<double> direction(static_cast<std::size_t>(dim));
        double length = 0;
        for (double& x : direction) {
            x = normal(random);
            length += x * x;
        }
        for (std::size_t start = 0; start + direction.size() <= a.size(); start += direction.size(), ++count) {
            double difference = 0;
            for (std::size_t d = 0; d < direction.size(); ++d)
                difference += direction[d] * (static_cast<double>(a[start + d]) - static_cast<double>(b[start + d]));
            difference = std::abs(difference) / std::sqrt(length);
            largest = std::max(largest, difference);
            sum += difference;
        }
    }
    return {{"largest", largest}, {"mean", sum / static_cast<double>(std::max<std::size_t>(count, 1))}};
}

} // namespace

int benchEncodeImage(const BenchOptions& options, const Context& context)
{
    const Job job = context.job();
    std::vector<Precision> precisions{options.compute.precision};
    if (options.compute.precision == Precision::Auto)
        precisions = {Precision::Fp32, Precision::Bf16, Precision::Int8};
    nlohmann::json document = benchHead("encode-image"), results = nlohmann::json::array();
    ImageEmbedding exact;
    for (std::size_t i = 0; i < precisions.size(); ++i) {
        const std::shared_ptr<const Model> model = open(options, precisions[i], job);
        if (!model)
            return Cancelled;
        const ModelInfo& info = model->info();
        const Extent size = info.inputSize;
        const auto whole = [](int pixels, double cell) {
            return static_cast<std::int64_t>(cell == std::floor(cell) ? pixels / static_cast<int>(cell) * cell
                                                                      : pixels);
        };
        const std::int64_t rows = whole(size.rows, info.patch.rows), columns = whole(size.columns, info.patch.columns);
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        std::vector<float> input(static_cast<std::size_t>(3 * rows * columns));
        for (float& value : input)
            value = normal(random);
        std::vector<double> times;
        ImageEmbedding made;
        for (int run = 0; run <= options.repeat; ++run) {
            const Stopwatch watch;
            Cancellable<ImageEmbedding> one = model->encodeImages(input, 1, rows, columns, {job.stop, {}});
            if (!one)
                return Cancelled;
            if (run > 0)
                times.push_back(watch.milliseconds());
            made = std::move(*one);
            job.report(static_cast<std::uint64_t>(run), static_cast<std::uint64_t>(options.repeat),
                       name(precisions[i]));
        }
        nlohmann::json result = spreadOf(times);
        result.update(
            {{"precision", name(model->precision())}, {"threads", model->threads()}, {"device", model->device()}});
        if (model->precision() == Precision::Fp32)
            exact = made;
        if (!exact.global.empty()) {
            const bool local = !made.patches.empty();
            result["cosine_with_fp32"] =
                cosines(local ? made.patches : made.global, local ? exact.patches : exact.global, made.dim);
            result["cosine_with_fp32"]["global"] = cosines(made.global, exact.global, made.dim)["smallest"];
            result["similarity_difference"] = similarityDifference(local ? made.patches : made.global,
                                                                   local ? exact.patches : exact.global, made.dim);
        }
        document["model"] = info.name;
        document["weights"] = options.model.empty() ? "random" : "the model's";
        document["input"] = {3, rows, columns};
        document["tokens"] = made.rows * made.columns;
        results.push_back(result);
    }
    document["results"] = results;
    printBench(document, options.json);
    return Done;
}

int benchEncodeText(const BenchOptions& options, const Context& context)
{
    const Job job = context.job();
    if (options.model.empty())
        throw Error(ErrorCode::Usage, "bench encode-text", "--model",
                    "name a model with a text tower: tokenizers cannot be made up");
    const std::shared_ptr<const Model> model = open(options, options.compute.precision, job);
    if (!model)
        return Cancelled;
    const std::string prefix =
        "Procedure reported: MG Screening Bilat. Reason for procedure: screening. Patient info: This patient is Asian, Non-Hispanic or Latino, and 55 years old.  "
        "Image info: This is a 2D full-field digital mammogram of the left breast with CC view.  ";
    const std::vector<std::string> findings{
        "no significant masses are present",           "a benign finding is present",
        "a suspicious abnormality is present",         "an additional imaging is recommended",
        "a probably benign finding is present",        "a known biopsy-proven malignant mass is present",
        "a highly suggestive of malignancy is present"};
    const auto measure = [&](const std::string& what, std::size_t texts) -> Cancellable<nlohmann::json> {
        std::vector<double> times;
        for (int run = 0; run <= options.repeat; ++run) {
            std::vector<std::string> batch;
            for (std::size_t i = 0; i < texts; ++i) // every run has texts of its own: nothing is remembered
                batch.push_back((texts > 1 ? prefix + "Findings: " : std::string()) + findings[i % findings.size()] +
                                " " + std::to_string(run));
            const Stopwatch watch;
            if (!model->encodeTexts(batch, {}, {job.stop, {}}))
                return {};
            if (run > 0)
                times.push_back(watch.milliseconds());
        }
        nlohmann::json result = spreadOf(times);
        result.update({{"what", what},
                       {"texts", texts},
                       {"precision", name(model->precision())},
                       {"threads", model->threads()},
                       {"device", model->device()}});
        return result;
    };
    nlohmann::json document = benchHead("encode-text"), results = nlohmann::json::array();
    for (const auto& [what, texts] :
         {std::pair<std::string, std::size_t>{"one query", 1}, {"seven class prompts", 7}}) {
        const Cancellable<nlohmann::json> result = measure(what, texts);
        if (!result)
            return Cancelled;
        results.push_back(*result);
    }
    document["model"] = model->info().name;
    document["results"] = results;
    printBench(document, options.json);
    return Done;
}

} // namespace mama::cli
