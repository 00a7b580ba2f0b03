#include "core/training/evaluation/map_evaluation.h"

#include "core/protocol/map_way.h"
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

// In front of the names of a read-out's figures nothing, behind them this.
std::string ending(const std::string& readOut)
{
    return readOut == readOutNames().front() ? std::string() : "_" + readOut;
}

constexpr std::array kindNames{"mass", "calcification"};

} // namespace

std::vector<std::string> mapFigures(const std::vector<std::string>& readOuts)
{
    std::vector<std::string> all;
    for (const std::string& readOut : readOuts)
        for (const char* kind : kindNames)
            for (const std::string& name : LesionFigures::names(kind))
                all.push_back(name + ending(readOut));
    return all;
}

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
            figures[way][kind].report(kindNames[kind], record, ending(questions.readOuts[way]));
}

} // namespace mama
