#include "core/training/check/evaluation_check.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/text/captions/prompts.h"
#include "core/training/check/figure_names.h"

#include <algorithm>

namespace mama {
namespace {

[[noreturn]] void refuseMetric(const std::string& metric, const UserText& why)
{
    throw Error(
        ErrorCode::Usage, {action::readConfiguration}, "best_metric",
        {TextId("run.metric_undefined", "%1 cannot be told of this data set's validation images: %2"), metric, why});
}

// How many classes a figure over all of them tells apart; 0: it is defined with any.
std::size_t classesOf(const std::string& metric, std::string_view label, const EvaluatedImages& images)
{
    if (!metric.ends_with("_auc") && metric != "macro_auc_ovr")
        return 0;
    if (label == densityLabel || label == biradsLabel)
        return classPrompts(label == densityLabel ? Task::Density : Task::Birads).classes.size();
    return images.ownClasses;
}

void checkLabel(const std::string& metric, std::string_view label, const EvaluatedImages& images)
{
    const auto found = images.classes.find(label);
    const std::size_t seen = found == images.classes.end() ? 0 : found->second.size();
    const std::string name(label);
    if (seen == 0)
        refuseMetric(metric, {TextId("run.no_label", "none of them has the label %1"), name});
    if (const std::size_t classes = classesOf(metric, label, images); seen < classes)
        refuseMetric(metric,
                     {TextId("run.classes_missing", "it needs every class of %1, and they show %2 of %3; a balanced "
                                                    "accuracy needs only those that are there"),
                      name, seen, classes});
}

void checkLesions(const std::string& metric, LesionChannel kind, const EvaluatedImages& images)
{
    const auto channel = static_cast<std::size_t>(kind);
    const std::string name = lesionKinds[channel];
    if (images.withLesion[channel] == 0)
        refuseMetric(metric, {TextId("run.no_lesion", "none of them has a mask of a %1"), name});
    if (metric.find("_auc") != metric.npos && images.withLesion[channel] == images.count)
        refuseMetric(metric, {TextId("run.only_lesions", "all of them have a mask of a %1"), name});
}

} // namespace

EvaluatedImages EvaluatedImages::of(const TrainingIndex& index, const std::vector<std::size_t>& images)
{
    EvaluatedImages out;
    out.count = images.size();
    out.ownClasses = index.classes.size();
    for (const std::size_t place : images) {
        const TrainingImage& image = index.images[place];
        for (const auto& [label, value] : image.labels)
            out.classes[label].insert(value);
        for (std::size_t kind = 0; kind < out.withLesion.size(); ++kind)
            if (std::ranges::any_of(image.lesions, [kind](const LesionMask& one) {
                    return static_cast<std::size_t>(one.channel) == kind;
                }))
                ++out.withLesion[kind];
    }
    return out;
}

void checkEvaluation(const Settings& settings, const EvaluatedImages& images)
{
    if (settings.integer("evaluate_every") <= 0)
        return;
    if (images.count == 0)
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
        if (images.count < 2)
            refuseMetric(metric, {TextId("run.one_image", "a loss compares two images or more, and there is one")});
    } else if (metric.starts_with("mass_")) {
        checkLesions(metric, LesionChannel::Mass, images);
    } else if (metric.starts_with("calcification_")) {
        checkLesions(metric, LesionChannel::Calcification, images);
    } else {
        const std::string_view asked = metric.starts_with("density") ? densityLabel : biradsLabel;
        checkLabel(metric, pretrain ? asked : std::string_view(settings.text("data.label")), images);
    }
}

} // namespace mama
