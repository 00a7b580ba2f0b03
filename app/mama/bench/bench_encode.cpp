// mama bench encode-image and encode-text.
#include "app/mama/bench/bench.h"
#include "core/base/error.h"
#include "core/base/npy.h"
#include "core/base/stopwatch.h"
#include "core/model/benchmark_model.h"
#include "core/zeroshot/model_catalogue.h"

#include <array>
#include <cmath>
#include <iostream>
#include <random>
#include <span>

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
    for (int k = 0; k < 64; ++k) {
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

namespace {

struct Images // [count, 3, rows, columns]
{
    std::vector<float> values;
    std::int64_t count = 1, rows = 0, columns = 0;
    std::span<const float> one(std::int64_t at) const
    {
        const auto size = static_cast<std::size_t>(3 * rows * columns);
        return std::span(values).subspan(static_cast<std::size_t>(at) * size, size);
    }
};

Images imagesFor(const BenchOptions& options, const ModelInfo& info)
{
    if (!options.images.empty()) {
        const NpyArray array = readNpy(options.images);
        if (array.shape.size() != 4 || array.shape[0] < 1 || array.shape[1] != 3)
            throw Error(ErrorCode::Data, "bench encode-image", options.images.string(),
                        "expected an array [N, 3, rows, columns]");
        return {array.asFloat(), array.shape[0], array.shape[2], array.shape[3]};
    }
    const auto whole = [](int pixels, double cell) {
        return static_cast<std::int64_t>(cell == std::floor(cell) ? pixels / static_cast<int>(cell) * cell : pixels);
    };
    Images made{{}, 1, whole(info.inputSize.rows, info.patch.rows), whole(info.inputSize.columns, info.patch.columns)};
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    made.values.resize(static_cast<std::size_t>(3 * made.rows * made.columns));
    for (float& value : made.values)
        value = normal(random);
    return made;
}

// One image at a time, as a study comes. Global rows, then those of the patches, of each.
Cancellable<std::vector<ImageEmbedding>> encodeEach(const Model& model, const Images& images, const Job& job)
{
    std::vector<ImageEmbedding> all;
    for (std::int64_t i = 0; i < images.count; ++i) {
        Cancellable<ImageEmbedding> one =
            model.encodeImages(images.one(i), {1, images.rows, images.columns}, {job.stop, {}});
        if (!one)
            return {};
        all.push_back(std::move(*one));
    }
    return all;
}

std::vector<float> rowsOf(const std::vector<ImageEmbedding>& all, bool global, bool patches)
{
    std::vector<float> rows;
    for (const ImageEmbedding& one : all) {
        if (global)
            rows.insert(rows.end(), one.global.begin(), one.global.end());
        if (patches)
            rows.insert(rows.end(), one.patches.begin(), one.patches.end());
    }
    return rows;
}

// "ready", then the milliseconds of a run for each line.
int encodeOnLines(const Model& model, const Images& images, const Job& job)
{
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const Stopwatch watch;
        if (!model.encodeImages(images.one(0), {1, images.rows, images.columns}, {job.stop, {}}))
            return Cancelled;
        std::cout << watch.milliseconds() << std::endl;
    }
    return Done;
}

void compare(nlohmann::json& result, const std::vector<ImageEmbedding>& made, const std::vector<ImageEmbedding>& exact)
{
    const bool local = !made.front().patches.empty();
    const std::int64_t dim = made.front().dim;
    const std::vector<float> global = rowsOf(made, true, false), exactGlobal = rowsOf(exact, true, false);
    result["cosine_with_fp32"] =
        local ? cosines(rowsOf(made, false, true), rowsOf(exact, false, true), dim) : cosines(global, exactGlobal, dim);
    result["cosine_with_fp32"]["global"] = cosines(global, exactGlobal, dim)["smallest"];
    result["similarity_difference"] = similarityDifference(rowsOf(made, true, local), rowsOf(exact, true, local), dim);
}

} // namespace

int benchEncodeImage(const BenchOptions& options, const Context& context)
{
    const Job job = context.job();
    std::vector<Precision> precisions{options.compute.precision};
    if (options.compute.precision == Precision::Auto) {
        if (options.onLine || !options.embeddings.empty())
            throw Error(ErrorCode::Usage, "bench encode-image", "--precision", "--on-line and --embeddings need one");
        precisions = {Precision::Fp32, Precision::Bf16, Precision::Int8};
    }
    nlohmann::json document = benchHead("encode-image"), results = nlohmann::json::array();
    std::vector<ImageEmbedding> exact;
    for (const Precision precision : precisions) {
        const std::shared_ptr<const Model> model = open(options, precision, job);
        if (!model)
            return Cancelled;
        const ModelInfo& info = model->info();
        const Images images = imagesFor(options, info);
        const Cancellable<std::vector<ImageEmbedding>> made = encodeEach(*model, images, job); // the run not measured
        if (!made)
            return Cancelled;
        const ImageEmbedding& first = made->front();
        if (!options.embeddings.empty()) {
            const std::vector<float> rows = rowsOf(*made, true, true);
            writeNpy(options.embeddings, rows,
                     std::array{static_cast<std::int64_t>(rows.size()) / first.dim, first.dim});
        }
        if (options.onLine)
            return encodeOnLines(*model, images, job);
        std::vector<double> times;
        for (int run = 0; run < options.repeat; ++run) {
            const Stopwatch watch;
            if (!model->encodeImages(images.one(run % images.count), {1, images.rows, images.columns}, {job.stop, {}}))
                return Cancelled;
            times.push_back(watch.milliseconds());
            job.report(static_cast<std::uint64_t>(run + 1), static_cast<std::uint64_t>(options.repeat),
                       name(precision));
        }
        nlohmann::json result = spreadOf(times);
        result.update(
            {{"precision", name(model->precision())}, {"threads", model->threads()}, {"device", model->device()}});
        if (model->precision() == Precision::Fp32)
            exact = *made;
        if (!exact.empty())
            compare(result, *made, exact);
        document["model"] = info.name;
        document["weights"] = options.model.empty() ? "random" : "the model's";
        document["input"] = {3, images.rows, images.columns};
        document["images"] = images.count;
        document["tokens"] = first.rows * first.columns;
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
