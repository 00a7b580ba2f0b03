#include "core/training/settings/run_check.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <filesystem>

namespace fs = std::filesystem;

namespace mama {

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
}

void checkSources(const Settings& settings)
{
    std::string keys, all;
    const auto add = [&](const char* key, const UserText& why) {
        keys += (keys.empty() ? "" : ", ") + std::string(key);
        all += (all.empty() ? "" : "; ") + why.english();
    };
    const std::string &start = settings.text("model.start"), &root = settings.text("data.root"),
                      &tables = settings.text("data.tables");
    if (start.empty())
        add("model.start", {TextId("run.no_start", "the model folder to start from is not given")});
    else if (!fs::exists(fs::path(start) / "model.json"))
        add("model.start", {TextId("run.start_no_model", "%1 is no model folder: it has no model.json"), start});
    if (root.empty() && tables.empty())
        add("data.root", {TextId("run.no_data", "the folder of the data set is not given")});
    else if (!root.empty() && !fs::is_directory(root))
        add("data.root", {TextId("run.root_no_folder", "%1 is no folder"), root});
    if (!keys.empty())
        throw Error(ErrorCode::Usage, {action::readConfiguration}, keys, all);
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
    return warnings;
}

std::vector<UserText> dataWarnings(const Settings& settings, std::size_t trainingImages, int processes)
{
    std::vector<UserText> warnings;
    const std::int64_t together = settings.integer("batch") * processes;
    if (settings.is({"task", "pretrain"}) && together > static_cast<std::int64_t>(trainingImages))
        warnings.push_back(
            {TextId("run.batch_above_images",
                    "batch is %1 and there are %2 training images: copies of an image count as its negatives"),
             together, trainingImages});
    return warnings;
}

void checkBestMetric(const Settings& settings, std::span<const std::string> figures)
{
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

} // namespace mama
