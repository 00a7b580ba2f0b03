#include "core/training/evaluation/validation_loss.h"

#include <algorithm>
#include <limits>

namespace mama {
namespace {

constexpr std::size_t most = 128; // pairs
constexpr std::uint64_t seed = 1; // of pairs, order and masked words
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Terms by name; their two directions and the second view's are not told apart.
constexpr std::pair<const char*, const char*> mamasTerms[] = {
    {"total", "loss"},         {"clip", "loss_clip"},           {"clip_second_view", "loss_clip_second_view"},
    {"ntxent", "loss_ntxent"}, {"local_t2i", "loss_local_t2i"}, {"local_i2t", "loss_local_i2t"}};
constexpr std::pair<const char*, const char*> denseTerms[] = {{"mask", "loss_mask"}, {"sentence", "loss_sentence"}};

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

std::vector<std::string> validationFigures(bool dense)
{
    std::vector<std::string> names;
    for (const auto& [term, name] : mamasTerms)
        names.emplace_back(name);
    for (const auto& [term, name] : denseTerms)
        if (dense)
            names.emplace_back(name);
    return names;
}

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
    for (const auto& [term, name] : mamasTerms)
        add(term, name);
    for (const auto& [term, name] : denseTerms)
        add(term, name);
}

} // namespace mama
