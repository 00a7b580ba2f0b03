#include "core/training/evaluation/warm_start_evaluation.h"

#include "core/training/check/figure_names.h"
#include "core/training/evaluation/lesion_figures.h"

namespace mama {

EvalRecord evaluateWarmStart(const WarmStartTask& task, const EvaluationData& data, std::int64_t step)
{
    EvalRecord record{step, 0, "validation", {}};
    LesionFigures figures[lesionChannels];
    for (const std::size_t image : data.validation([](const TrainingImage&) { return true; })) {
        const std::vector<float> maps = task.maps(data.batches.plain(image), 1, data.input.rows, data.input.columns);
        const std::size_t patches = maps.size() / lesionChannels;
        for (std::size_t kind = 0; kind < lesionChannels; ++kind)
            figures[kind].add(std::span(maps).subspan(kind * patches, patches),
                              data.images.lesions(image, static_cast<LesionChannel>(kind)), data.images.base().columns,
                              data.index.images[image].fields.patient);
    }
    for (std::size_t kind = 0; kind < lesionChannels; ++kind)
        figures[kind].report(lesionKinds[kind], record);
    return record;
}

} // namespace mama
