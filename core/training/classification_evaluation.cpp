#include "core/training/classification_evaluation.h"

#include "core/metrics/classification.h"

#include <algorithm>
#include <cmath>

namespace mama {

EvalRecord ClassificationEvaluation::operator()(std::int64_t step) const
{
    std::vector<std::size_t> usable;
    for (const std::size_t image : index.of(Split::Validation))
        if (images.readable(image) && batches.labelOf(index.images[image]) >= 0)
            usable.push_back(image);
    EvalRecord record{step, 0, "validation", {}};
    metrics::Predictions predictions;
    predictions.classes = classes;
    const std::size_t count = std::min(most, usable.size());
    for (std::size_t i = 0; i < count; ++i) {
        const TrainingImage& image = index.images[usable[i * usable.size() / count]];
        const auto place = static_cast<std::size_t>(&image - index.images.data());
        const auto scores = task.scores(batches.plain(place), 1, side, side);
        predictions.scores.insert(predictions.scores.end(), scores.begin(), scores.end());
        predictions.labels.push_back(batches.labelOf(image));
        predictions.patients.push_back(image.fields.patient);
    }
    if (count == 0)
        return record;
    const metrics::Classification classification(std::move(predictions));
    const auto figures = metrics::withIntervals(classification, {});
    for (const auto& [figure, intervals] : *figures)
        for (const char* wanted : {"accuracy", "balanced_accuracy", "macro_auc_ovr"})
            if (figure.name == wanted && std::isfinite(figure.values.front()))
                record.metrics[wanted] = {figure.values.front(), intervals.front()[0], intervals.front()[1], static_cast<std::int64_t>(count)};
    return record;
}

} // namespace mama
