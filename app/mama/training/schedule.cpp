// mama schedule: learning rates at given optimiser steps.
#include "core/training/loop/schedule.h"
#include "app/mama/options.h"
#include "core/base/files.h"

#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct ScheduleOptions
{
    std::filesystem::path config;
    std::vector<std::int64_t> steps;
    bool json = true;
};

int schedule(const ScheduleOptions& options)
{
    const Schedule schedule =
        Schedule::fromJson(options.config.empty() ? nlohmann::json::object() : readJson(options.config));
    nlohmann::json rates = nlohmann::json::array();
    for (const std::int64_t step : options.steps)
        rates.push_back(schedule.rate(step));
    printJson(rates);
    return Done;
}

} // namespace

void addSchedule(CLI::App& app, Context& context)
{
    auto options = std::make_shared<ScheduleOptions>();
    CLI::App* command = app.add_subcommand("schedule", "Learning rates by optimiser step");
    explain(*command,
            "Learning rate of each given optimiser step (0 the first), as one JSON array.\n"
            "The configuration is JSON with max_lr, min_lr, warm_up_steps, steps, at the top or under \"schedule\";\n"
            "what it leaves out is as in the reference: 4e-5, 1e-8, 4000, 40000, or with \"task\": \"probe\" or\n"
            "\"finetune\" 5e-4, 1e-5, 100, 8000. After `steps` the schedule starts again.");
    command->add_option("--config", options->config,
                        "JSON file, - for standard input; without it the reference's pre-training");
    command->add_option("--steps", options->steps, "Comma-separated step numbers")
        ->required()
        ->delimiter(',')
        ->check(CLI::NonNegativeNumber);
    addJsonOption(*command, options->json, "The output is JSON in any case");
    runs(*command, context, [options] { return schedule(*options); });
}

} // namespace mama::cli
