#include "core/training/evaluation/zero_shot_evaluation.h"

#include "core/metrics/classification.h"
#include "core/text/captions/prompts.h"
#include "core/training/check/figure_names.h"

#include <cmath>

namespace mama {
namespace {

std::vector<std::vector<float>> promptEmbeddings(Task of, const PretrainingTask& task, const CaptionTokenizer& captions)
{
    std::vector<std::vector<float>> embeddings;
    for (const auto& [name, texts] : classPrompts(of).classes)
        embeddings.push_back(task.textGlobal(encodeCaption(*captions.tokenizer, captions.rules, texts.front())));
    return embeddings;
}

void addFigures(const std::string& prefix, metrics::Predictions predictions, double scale, EvalRecord& record)
{
    const auto count = static_cast<std::int64_t>(predictions.samples());
    if (count == 0)
        return;
    metrics::softmax(predictions, scale);
    const metrics::Classification classification(std::move(predictions));
    const auto figures = metrics::withIntervals(classification, {});
    for (const auto& [figure, intervals] : *figures)
        for (const auto& [wanted, shown] : zeroShotFigures)
            if (figure.name == wanted && std::isfinite(figure.values.front()))
                record.metrics[prefix + shown] = {figure.values.front(), intervals.front()[0], intervals.front()[1],
                                                  count};
}

} // namespace

EvalRecord evaluateZeroShot(const PretrainingTask& task, const CaptionTokenizer& captions, const EvaluationData& data,
                            std::int64_t step)
{
    EvalRecord record{step, 0, "validation", {}};
    const auto places = data.validation([](const TrainingImage& image) {
        return classOf(image.labels, biradsLabel) || classOf(image.labels, densityLabel);
    });
    std::vector<std::vector<float>> images;
    for (const std::size_t place : places)
        images.push_back(task.imageGlobal(data.batches.plain(place), data.input.rows, data.input.columns));
    for (const auto& [of, name] : {std::pair{Task::Density, densityLabel}, {Task::Birads, biradsLabel}}) {
        const auto prompts = promptEmbeddings(of, task, captions);
        metrics::Predictions predictions;
        predictions.classes = prompts.size();
        for (std::size_t i = 0; i < places.size(); ++i) {
            const TrainingImage& image = data.index.images[places[i]];
            const auto label = classOf(image.labels, name);
            if (!label)
                continue;
            for (const auto& prompt : prompts) {
                double cosine = 0;
                for (std::size_t d = 0; d < prompt.size(); ++d)
                    cosine += static_cast<double>(prompt[d]) * static_cast<double>(images[i][d]);
                predictions.scores.push_back(cosine);
            }
            predictions.labels.push_back(*label);
            predictions.patients.push_back(image.fields.patient);
        }
        addFigures(std::string(name), std::move(predictions), task.logitFactor(), record);
    }
    return record;
}

} // namespace mama
