// mama bench search: a vector against every embedding of a library, fused per study, to the best hundred.
#include "app/mama/bench/bench.h"
#include "app/mama/library/library_option.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/stopwatch.h"
#include "core/library/embeddings/embedding_index.h"
#include "core/library/studies/study_columns.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace mama::cli {
namespace {

std::vector<float> anyDirection(std::mt19937& random, std::size_t dim)
{
    std::normal_distribution<float> any;
    std::vector<float> out(dim);
    double squares = 0;
    for (float& value : out) {
        value = any(random);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    for (float& value : out)
        value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
    return out;
}

EmbeddingSetInfo largestSet(const std::filesystem::path& library)
{
    const std::vector<EmbeddingSetInfo> sets = embeddingSets(library);
    const auto largest = std::max_element(
        sets.begin(), sets.end(), [](const EmbeddingSetInfo& a, const EmbeddingSetInfo& b) { return a.rows < b.rows; });
    if (largest == sets.end() || largest->rows == 0)
        throw Error(ErrorCode::Usage, {TextId("bench.search", "bench search")}, pathText(library),
                    {TextId("bench.no_embeddings", "there are no embeddings in it: mama library embed")});
    return *largest;
}

int benchSearch(const SearchBenchOptions& options, const Context& context)
{
    const auto library = openLibrary({options.library, {}}, Access::Read);
    const StudyColumns columns(*library);
    const EmbeddingSetInfo set = largestSet(options.library);
    const Stopwatch opening;
    const EmbeddingIndex index(*library, set.folder, columns.ids());
    nlohmann::json document = benchHead("search");
    document["model"] = set.modelName;
    document["images"] = index.images();
    document["studies"] = index.studiesWithRows();
    document["dim"] = set.dim;
    document["open_seconds"] = opening.seconds();
    std::mt19937 random(1);
    for (const ScanKernel kernel : scanKernels()) {
        std::vector<double> milliseconds;
        for (int run = 0; run <= options.repeat; ++run) {
            if (context.stop.stop_requested())
                return Cancelled;
            EmbeddingQuestion question{anyDirection(random, static_cast<std::size_t>(set.dim))};
            question.kernel = kernel;
            question.threads = options.threads;
            const Stopwatch clock;
            index.best(question, 100);
            if (run > 0)
                milliseconds.push_back(clock.milliseconds());
        }
        nlohmann::json result = spreadOf(milliseconds);
        result["what"] = name(kernel);
        result["threads"] = options.threads;
        result["precision"] = "fp16 rows, fp32 sums, fp64 for the best";
        document["results"].push_back(std::move(result));
    }
    printBench(document, options.json);
    return Done;
}

} // namespace

void addBenchSearch(CLI::App& bench, Context& context)
{
    auto options = std::make_shared<SearchBenchOptions>();
    CLI::App* command = bench.add_subcommand("search", "A sentence's vector against all embeddings of a library, by "
                                                       "every way of multiplying that the processor has");
    command->add_option("--library", options->library, "The library's folder; its largest set is asked")->required();
    command->add_option("--repeat", options->repeat, "Runs that are measured, after one that is not")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Of a search")->check(CLI::Range(1, 64))->capture_default_str();
    addJsonOption(*command, options->json, "The report as JSON");
    runs(*command, context, [options, &context] { return benchSearch(*options, context); });
}

} // namespace mama::cli
