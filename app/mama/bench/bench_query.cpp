// mama bench query: a typed sentence on a study that is encoded already, to scores, four maps and the reply's text.
#include "app/mama/bench/bench.h"
#include "core/base/error.h"
#include "core/zeroshot/model_catalogue.h"
#include "core/zeroshot/query.h"
#include "core/zeroshot/result_messages.h"
#include "core/zeroshot/similarity.h"

#include <chrono>
#include <optional>
#include <random>

namespace mama::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<float> randomDirections(std::mt19937& random, std::int64_t count, std::int64_t dim)
{
    std::normal_distribution<float> normal;
    std::vector<float> out(static_cast<std::size_t>(count * dim));
    for (float& value : out)
        value = normal(random);
    for (std::int64_t i = 0; i < count; ++i)
        normalise(std::span(out).subspan(static_cast<std::size_t>(i * dim), static_cast<std::size_t>(dim)));
    return out;
}

// Four images on a grid of 37 x 37 patches, as 518 pixels give them. The time of a query does not depend on the values.
EncodedStudy encodedStudy(std::int64_t dim)
{
    std::mt19937 random(1);
    EncodedStudy study;
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO}) {
        auto image = std::make_shared<EncodedImage>();
        image->profile = "mama";
        image->dim = dim;
        image->rows = image->columns = 37;
        image->global = randomDirections(random, 1, dim);
        image->patches = randomDirections(random, image->rows * image->columns, dim);
        image->inside.assign(static_cast<std::size_t>(image->rows * image->columns), 1);
        image->breast = image->inside;
        ScoredImage scored;
        scored.image.slot = slot;
        scored.image.side = slot == Slot::RCC || slot == Slot::RMLO ? Side::Right : Side::Left;
        scored.encoded = std::move(image);
        study.images.push_back(std::move(scored));
    }
    return study;
}

struct Times
{
    std::vector<double> all, text; // milliseconds
    bool maps = true;              // the model has local heads
};

// Empty: cancelled.
std::optional<Times> ask(TextEncoder& encoder, const EncodedStudy& study, const std::vector<float>& global,
                         std::int64_t repeat, const Job& job)
{
    const std::vector<std::string> sentences{"a spiculated mass", "clustered calcifications", "normal breast tissue",
                                             "an architectural distortion",
                                             "a benign looking mass with smooth margins"};
    Times times;
    for (std::int64_t run = 0; run <= repeat; ++run) {
        QueryOptions question;
        question.texts = {sentences[static_cast<std::size_t>(run) % sentences.size()] + " " +
                          std::to_string(run)}; // none is remembered
        const auto start = Clock::now();
        const auto result = query(encoder, study, question, {job.stop, {}});
        if (!result)
            return std::nullopt;
        times.maps = !result->maps.front().empty();
        if (!times.maps) // a text tower without local heads: the maps' arithmetic is measured on its global vector
            for (const ScoredImage& image : study.images)
                alignmentMap(image.encoded->patches, image.encoded->rows, image.encoded->columns, global,
                             image.encoded->inside);
        const std::string reply = queryReply(*result, study).toJson().dump();
        if (run > 0 && !reply.empty()) {
            times.all.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
            times.text.push_back(result->textMilliseconds);
        }
    }
    return times;
}

} // namespace

int benchQuery(const BenchOptions& options, const Context& context)
{
    const Job job = context.job();
    if (options.model.empty())
        throw Error(ErrorCode::Usage, "bench query", "--model",
                    "name a model with a text tower: tokenizers cannot be made up");
    const LoadedModel loaded = loadModel(options.model, options.compute, job);
    if (!loaded.model)
        return Cancelled;
    TextEncoder encoder(*loaded.model);
    const auto first = encoder.encode({"a mass."}, {}, job); // not measured; tells the width
    if (!first)
        return Cancelled;
    const EncodedStudy study = encodedStudy(static_cast<std::int64_t>(first->front()->global.size()));
    const auto times = ask(encoder, study, first->front()->global, options.repeat, job);
    if (!times)
        return Cancelled;
    nlohmann::json document = benchHead("query"), results = nlohmann::json::array();
    const nlohmann::json how = {{"precision", name(loaded.model->precision())},
                                {"threads", loaded.model->threads()},
                                {"device", loaded.model->device()}};
    for (const auto& [what, measured] :
         {std::pair<const char*, const std::vector<double>*>{"sentence to four maps", &times->all},
          {"of it the text", &times->text}}) {
        nlohmann::json result = spreadOf(*measured);
        result.update(how);
        result["what"] = what;
        results.push_back(std::move(result));
    }
    document.update({{"model", loaded.model->info().name},
                     {"text_family", loaded.model->info().textFamily},
                     {"images", study.images.size()},
                     {"grid", {37, 37}},
                     {"embedding", study.images.front().encoded->dim},
                     {"maps", times->maps ? "of the sentence" : "of the global vector: the model has no local heads"},
                     {"results", results}});
    document.update({{"median", results[0]["median"]},
                     {"spread", results[0]["spread"]},
                     {"threads", how["threads"]},
                     {"precision", how["precision"]}});
    printBench(document, options.json);
    return Done;
}

} // namespace mama::cli
