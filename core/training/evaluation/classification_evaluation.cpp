#include "core/training/evaluation/classification_evaluation.h"

#include "core/metrics/classification.h"
#include "core/training/check/figure_names.h"

#include <cmath>

namespace mama {

EvalRecord evaluateClassification(const ClassificationTask& task, const EvaluationData& data, std::int64_t step)
{
    EvalRecord record{step, 0, "validation", {}};
    metrics::Predictions predictions;
    predictions.classes = task.classes();
    for (const std::size_t place :
         data.validation([&](const TrainingImage& image) { return data.batches.labelOf(image) >= 0; })) {
        const auto scores = task.scores(data.batches.plain(place), 1, data.input.rows, data.input.columns);
        predictions.scores.insert(predictions.scores.end(), scores.begin(), scores.end());
        predictions.labels.push_back(data.batches.labelOf(data.index.images[place]));
        predictions.patients.push_back(data.index.images[place].fields.patient);
    }
    const auto count = static_cast<std::int64_t>(predictions.samples());
    if (count == 0)
        return record;
    const metrics::Classification classification(std::move(predictions));
    const auto figures = metrics::withIntervals(classification, {});
    for (const auto& [figure, intervals] : *figures)
        for (const char* wanted : classFigures)
            if (figure.name == wanted && std::isfinite(figure.values.front()))
                record.metrics[wanted] = {figure.values.front(), intervals.front()[0], intervals.front()[1], count};
    return record;
}

} // namespace mama
