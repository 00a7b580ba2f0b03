#include "core/training/check/data_check.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/check/run_check.h"

namespace mama {
namespace {

[[noreturn]] void refuse(const char* settings, const UserText& why)
{
    throw Error(ErrorCode::Usage, {action::readConfiguration}, settings, why);
}

void checkTraining(const Settings& settings, const DataFacts& facts)
{
    if (facts.training == 0 && !settings.text("data.split_file").empty())
        refuse("data.split_file", {TextId("run.split_trains_none", "it leaves no image to train")});
    if (facts.training == 0)
        refuse("data.validation_share, data.test_share",
               {TextId("run.shares_train_none", "%1 and %2 leave no image of this data set to train"),
                settings.shown("data.validation_share"), settings.shown("data.test_share")});
    const std::string& label = settings.text("data.label");
    if (settings.is({"sampler", "balanced"}) && !facts.trainingLabels.contains(label))
        refuse("data.label", {TextId("run.nothing_to_balance",
                                     "sampler balanced evens out its classes, and no training image has one of %1"),
                              label});
}

void checkMasks(const Settings& settings, const DataFacts& facts)
{
    if (facts.masks)
        return;
    if (settings.is({"task", "warm-start"}))
        refuse("data.root", {warmStartWithoutMasks});
    if (trainsOnMasks(settings))
        refuse("data.root", {termsWithoutMasks});
}

} // namespace

DataFacts DataFacts::of(const TrainingIndex& index)
{
    DataFacts facts;
    facts.masks = index.hasMasks;
    for (const std::size_t place : index.of(Split::Train)) {
        ++facts.training;
        for (const auto& [label, value] : index.images[place].labels)
            facts.trainingLabels.insert(label);
    }
    facts.validation = EvaluatedImages::of(index, index.of(Split::Validation));
    return facts;
}

void checkData(const Settings& settings, const DataFacts& facts)
{
    checkTraining(settings, facts);
    checkMasks(settings, facts);
    checkEvaluation(settings, facts.validation);
}

std::vector<UserText> dataWarnings(const Settings& settings, const DataFacts& facts, int processes)
{
    std::vector<UserText> warnings;
    const bool pretrain = settings.is({"task", "pretrain"});
    const std::int64_t together = settings.integer("batch") * processes;
    if (pretrain && together > static_cast<std::int64_t>(facts.training))
        warnings.push_back(
            {TextId("run.batch_above_images",
                    "batch is %1 and there are %2 training images: copies of an image count as its negatives"),
             together, facts.training});
    if (pretrain && settings.integer("evaluate_every") > 0 && !settings.text("dense.sentences").empty() && !facts.masks)
        warnings.push_back({TextId("run.maps_without_masks", "evaluations have no figures of maps: this data set has "
                                                             "no masks of lesions (evaluate_map_ways, dense.sentences "
                                                             "have no effect there)")});
    return warnings;
}

} // namespace mama
