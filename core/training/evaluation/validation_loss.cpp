#include "core/training/evaluation/validation_loss.h"

#include "core/training/check/figure_names.h"

#include <algorithm>
#include <limits>

namespace mama {
namespace {

constexpr std::size_t most = 128; // pairs
constexpr std::uint64_t seed = 1; // of pairs, order and masked words
constexpr double none = std::numeric_limits<double>::quiet_NaN();

ImageBatchOptions optionsOf(const EvaluationData& data, std::size_t pairs)
{
    ImageBatchOptions options = data.batches.options();
    options.split = Split::Validation;
    options.seed = seed;
    options.batch = static_cast<int>(pairs);
    options.accumulation = options.processes = 1;
    options.rank = 0;
    options.augmentation = Augmentation::none();
    options.captions.findingsOnlyUntil = 0;
    options.balanced = options.byLesion = false;
    return options;
}

} // namespace

void addValidationLoss(const PretrainingTask& task, const CaptionTokenizer& captions, const EvaluationData& data,
                       bool whole, EvalRecord& record)
{
    const ImageBatchOptions& training = data.batches.options();
    const std::size_t usable = data.validation([](const TrainingImage&) { return true; }).size();
    const std::size_t pairs = std::min(
        {most, usable, static_cast<std::size_t>(training.batch) * static_cast<std::size_t>(training.processes)});
    if (pairs < 2)
        return;
    const ImageBatches batches(data.index, data.images, captions, optionsOf(data, pairs));
    const StepReport report = task.validate(batches.batch(0, 0), whole);
    const auto add = [&](const char* term, const char* name) {
        if (const auto found = report.terms.find(term); found != report.terms.end())
            record.metrics[name] = {found->second, none, none, static_cast<std::int64_t>(pairs)};
    };
    for (const auto& [term, name] : lossFigures)
        add(term, name);
    for (const auto& [term, name] : denseLossFigures)
        add(term, name);
}

} // namespace mama
