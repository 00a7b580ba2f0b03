#include "core/training/evaluation/evaluation_check.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/text/captions/prompts.h"

#include <algorithm>
#include <set>

namespace mama {
namespace {

using Places = std::vector<std::size_t>;

[[noreturn]] void refuseMetric(const std::string& metric, const UserText& why)
{
    throw Error(
        ErrorCode::Usage, {action::readConfiguration}, "best_metric",
        {TextId("run.metric_undefined", "%1 cannot be told of this data set's validation images: %2"), metric, why});
}

// How many classes a figure over all of them tells apart; 0: it is defined with any.
std::size_t classesOf(const std::string& metric, std::string_view label, const TrainingIndex& index)
{
    if (!metric.ends_with("_auc") && metric != "macro_auc_ovr")
        return 0;
    if (label == densityLabel || label == biradsLabel)
        return classPrompts(label == densityLabel ? Task::Density : Task::Birads).classes.size();
    return index.classes.size();
}

void checkLabel(const std::string& metric, std::string_view label, const TrainingIndex& index, const Places& images)
{
    std::set<int> seen;
    for (const std::size_t place : images)
        if (const auto found = classOf(index.images[place].labels, label))
            seen.insert(*found);
    const std::string name(label);
    if (seen.empty())
        refuseMetric(metric, {TextId("run.no_label", "none of them has the label %1"), name});
    if (const std::size_t classes = classesOf(metric, label, index); seen.size() < classes)
        refuseMetric(metric,
                     {TextId("run.classes_missing", "it needs every class of %1, and they show %2 of %3; a balanced "
                                                    "accuracy needs only those that are there"),
                      name, seen.size(), classes});
}

void checkLesions(const std::string& metric, LesionChannel kind, const TrainingIndex& index, const Places& images)
{
    const auto shows = [&](std::size_t place) {
        const auto& lesions = index.images[place].lesions;
        return std::any_of(lesions.begin(), lesions.end(),
                           [kind](const LesionMask& one) { return one.channel == kind; });
    };
    const auto count = static_cast<std::size_t>(std::count_if(images.begin(), images.end(), shows));
    const std::string name = kind == LesionChannel::Mass ? "mass" : "calcification";
    if (count == 0)
        refuseMetric(metric, {TextId("run.no_lesion", "none of them has a mask of a %1"), name});
    if (metric.ends_with("_auc") && count == images.size())
        refuseMetric(metric, {TextId("run.only_lesions", "all of them have a mask of a %1"), name});
}

} // namespace

void checkEvaluation(const Settings& settings, const TrainingIndex& index, const Places& images)
{
    if (settings.integer("evaluate_every") <= 0)
        return;
    if (images.empty())
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "evaluate_every",
                    {TextId("run.no_validation_images",
                            "is %1, and no image of this data set is left to evaluate on: raise data.validation_share, "
                            "%2, or set evaluate_every to 0"),
                     settings.integer("evaluate_every"), settings.shown("data.validation_share")});
    std::string metric = settings.text("best_metric");
    if (metric.starts_with('-'))
        metric.erase(0, 1);
    const bool pretrain = settings.is({"task", "pretrain"});
    if (metric.empty())
        return;
    if (pretrain && (metric == "loss" || metric.starts_with("loss_"))) {
        if (images.size() < 2)
            refuseMetric(metric, {TextId("run.one_image", "a loss compares two images or more, and there is one")});
    } else if (metric.starts_with("mass_")) {
        checkLesions(metric, LesionChannel::Mass, index, images);
    } else if (metric.starts_with("calcification_")) {
        checkLesions(metric, LesionChannel::Calcification, index, images);
    } else {
        const std::string_view asked = metric.starts_with("density") ? densityLabel : biradsLabel;
        checkLabel(metric, pretrain ? asked : std::string_view(settings.text("data.label")), index, images);
    }
}

} // namespace mama
