#include "core/training/evaluation/map_evaluation.h"

#include "core/training/check/figure_names.h"
#include "core/training/evaluation/lesion_figures.h"

#include <array>

namespace mama {
namespace {

using When = FindingSentence::When;

std::vector<float> meanSentence(const PretrainingTask& task, const CaptionTokenizer& captions,
                                const std::vector<FindingSentence>& sentences, When when)
{
    std::vector<float> sum;
    float count = 0;
    for (const FindingSentence& sentence : sentences) {
        if (sentence.when != when)
            continue;
        const auto one = task.sentence(encodeCaption(*captions.tokenizer, captions.rules, sentence.text));
        sum.resize(one.size());
        for (std::size_t i = 0; i < one.size(); ++i)
            sum[i] += one[i];
        ++count;
    }
    for (float& value : sum)
        value /= count;
    return sum;
}

std::vector<float> mapOf(const std::vector<float>& patches, const std::vector<float>& direction)
{
    std::vector<float> map(patches.size() / direction.size());
    for (std::size_t patch = 0; patch < map.size(); ++patch)
        for (std::size_t i = 0; i < direction.size(); ++i)
            map[patch] += patches[patch * direction.size() + i] * direction[i];
    return map;
}

} // namespace

void evaluateMaps(const PretrainingTask& task, const MapQuestions& questions, const EvaluationData& data,
                  EvalRecord& record)
{
    const auto meanOf = [&](When when) { return meanSentence(task, questions.captions, questions.sentences, when); };
    const std::vector<float> normal = meanOf(When::Normal);
    std::array<std::vector<float>, lesionChannels> directions{meanOf(When::Mass), meanOf(When::Calcification)};
    for (auto& direction : directions)
        for (std::size_t i = 0; i < normal.size() && i < direction.size(); ++i)
            direction[i] -= normal[i];
    std::vector<std::array<LesionFigures, lesionChannels>> figures(questions.readOuts.size());
    for (const std::size_t image : data.validation([](const TrainingImage&) { return true; })) {
        const auto patches =
            task.imagePatches(data.batches.plain(image), data.input.rows, data.input.columns, questions.readOuts);
        for (std::size_t way = 0; way < patches.size(); ++way)
            for (std::size_t kind = 0; kind < lesionChannels; ++kind)
                if (!directions[kind].empty())
                    figures[way][kind].add(mapOf(patches[way], directions[kind]),
                                           data.images.lesions(image, static_cast<LesionChannel>(kind)),
                                           data.images.base().columns, data.index.images[image].fields.patient);
    }
    for (std::size_t way = 0; way < figures.size(); ++way)
        for (std::size_t kind = 0; kind < lesionChannels; ++kind)
            figures[way][kind].report(lesionKinds[kind], record, readOutEnding(questions.readOuts[way]));
}

} // namespace mama
