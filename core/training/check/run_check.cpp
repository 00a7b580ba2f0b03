#include "core/training/check/run_check.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/protocol/map_way.h"
#include "core/training/check/figure_names.h"

#include <algorithm>
#include <sstream>

namespace mama {
namespace {

// best_metric, if it is set, names one of the figures that the run's evaluations may give.
void checkBestMetric(const Settings& settings)
{
    const std::vector<std::string> figures = evaluationFigures(settings);
    std::string metric = settings.text("best_metric");
    if (metric.starts_with('-'))
        metric.erase(0, 1);
    if (metric.empty() || std::find(figures.begin(), figures.end(), metric) != figures.end())
        return;
    std::string all;
    for (const std::string& figure : figures)
        all += (all.empty() ? "" : ", ") + figure;
    throw Error(ErrorCode::Usage, {action::readConfiguration}, "best_metric",
                {TextId("run.no_such_figure", "%1 is no figure of this run's evaluation; there are: %2"), metric, all});
}

// What a probe or a fine-tuning learns.
void checkLabel(const Settings& settings)
{
    const std::string& label = settings.text("data.label");
    if ((settings.is({"task", "probe"}) || settings.is({"task", "finetune"})) && (label.empty() || label == "none"))
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "data.label",
                    {TextId("train.no_label", "a probe or fine-tuning needs a label: birads, density, or a column of "
                                              "the tables")});
}

} // namespace

void checkNewRun(const Settings& settings)
{
    const bool evaluates = settings.integer("evaluate_every") > 0, chooses = !settings.text("best_metric").empty();
    if (chooses && !evaluates)
        throw Error(
            ErrorCode::Usage, {action::readConfiguration}, "best_metric",
            {TextId("run.best_metric_alone", "needs evaluate_every: without evaluations no checkpoint is the best")});
    if (settings.integer("early_stop") > 0 && !chooses)
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "early_stop",
                    {TextId("run.early_stop_alone",
                            "needs best_metric and evaluate_every: without them nothing stops the run")});
    if (evaluates && settings.number("data.validation_share") == 0)
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "data.validation_share",
                    {TextId("run.nothing_to_evaluate",
                            "is 0, and evaluate_every, %1, needs validation patients: raise it, or set evaluate_every "
                            "to 0"),
                     settings.integer("evaluate_every")});
    static_cast<void>(evaluatedMapWays(settings));
    checkBestMetric(settings);
    checkLabel(settings);
    if (settings.is({"task", "finetune"}) && settings.is({"model.image_training", "frozen"}))
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "model.image_training",
                    {TextId("run.frozen_finetune", "frozen: that is a probe (task probe)")});
    if (trainsOnMasks(settings) && settings.text("dense.sentences").empty())
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "dense.sentences",
                    {TextId("run.no_sentences", "terms with masks (dense.mask_weight, dense.sentence_weight) need a "
                                                "file of sentences")});
}

std::vector<UserText> runWarnings(const Settings& settings)
{
    std::vector<UserText> warnings;
    if (settings.is({"task", "pretrain"}) && settings.integer("loss.late_loss") >= settings.integer("steps"))
        warnings.push_back(
            {TextId(
                 "run.late_loss_never",
                 "loss.late_loss %1 is not below steps, %2: the second-view, image-image and local terms never count"),
             settings.integer("loss.late_loss"), settings.integer("steps")});
    const bool probe = settings.is({"task", "probe"}), warm = settings.is({"task", "warm-start"});
    if ((probe && settings.is({"model.image_training", "lora"})) ||
        (warm && !settings.is({"model.image_training", "full"})))
        warnings.push_back({TextId("run.image_training_unused",
                                   "model.image_training %1 has no effect in task %2: the image tower %3"),
                            settings.text("model.image_training"), settings.text("task"),
                            probe ? UserText{TextId("run.tower_frozen", "stays frozen")}
                                  : UserText{TextId("run.tower_whole", "learns as a whole")}});
    if (evaluatedMapWays(settings) != std::vector{readOutNames().front()} &&
        (!settings.is({"task", "pretrain"}) || settings.text("dense.sentences").empty() ||
         settings.integer("evaluate_every") == 0))
        warnings.push_back(
            {TextId("run.map_ways_unused", "evaluate_map_ways has no effect: maps are measured in the evaluations of a "
                                           "pre-training (evaluate_every) with dense.sentences")});
    if (!settings.is({"task", "pretrain"}) && !settings.text("model.text_tower").empty())
        warnings.push_back(
            {TextId("run.text_tower_unused", "model.text_tower has no effect in task %1"), settings.text("task")});
    return warnings;
}

std::vector<std::string> evaluatedMapWays(const Settings& settings)
{
    std::vector<std::string> ways;
    std::istringstream list(settings.text("evaluate_map_ways"));
    for (std::string way; std::getline(list, way, ',');) {
        std::erase(way, ' ');
        if (way == "all")
            return readOutNames();
        if (std::find(readOutNames().begin(), readOutNames().end(), way) == readOutNames().end())
            throw Error(ErrorCode::Usage, {action::readConfiguration}, "evaluate_map_ways",
                        {TextId("run.no_such_map_way", "\"%1\" is no read-out; there are standard, self-1, self-2, "
                                                       "value-only, value-ffn, neighbour, and all of them: all"),
                         way});
        if (std::find(ways.begin(), ways.end(), way) == ways.end())
            ways.push_back(way);
    }
    return ways.empty() ? std::vector{readOutNames().front()} : ways;
}

bool trainsOnMasks(const Settings& settings)
{
    return settings.is({"task", "pretrain"}) &&
           settings.number("dense.mask_weight") + settings.number("dense.sentence_weight") > 0;
}

} // namespace mama
