// mama train: a training run from its configuration, into a run folder.
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/training/check/data_look.h"
#include "core/training/check/run_check.h"
#include "core/training/check/run_sources.h"
#include "core/training/loop/launch_place.h"
#include "core/training/settings/run_needs.h"
#include "core/training/settings/settings.h"
#include "core/training/settings/start_description.h"
#include "core/training/train_run.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace mama::cli {
namespace {

struct TrainCommand
{
    std::filesystem::path config, run;
    bool resume = false, settings = false, dryRun = false;
    int nice = 0;
};

int listSettings()
{
    nlohmann::json all = nlohmann::json::array();
    for (const SettingInfo& info : trainingSettings()) {
        nlohmann::json one = {{"key", info.key},
                              {"type", name(info.type)},
                              {"default", info.standard},
                              {"unit", info.unit.english()},
                              {"meaning", info.meaning.english()}};
        if (info.type == SettingInfo::Type::Integer || info.type == SettingInfo::Type::Number)
            one["range"] = {info.low, info.high};
        if (info.type == SettingInfo::Type::Choice)
            one["choices"] = info.choices;
        all.push_back(std::move(one));
    }
    printJson(all);
    return Done;
}

std::string gigabytes(double bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.*f GB", bytes < 1e10 ? 2 : 0, bytes / 1e9);
    return text;
}

// As the window's form says it before a launch, for a run whose need of memory is known.
std::string sentenceOf(const RunNeeds& needs)
{
    std::string line = needs.memoryTight() || needs.diskTight() ? "warning: train: " : "train: ";
    line += "memory: about " + gigabytes(needs.memory->total()) + " of " + gigabytes(needs.freeMemory) + " free";
    if (needs.memoryTight())
        line += ", too much: lower batch and raise accumulation, or lower data.input_size";
    if (needs.keptEvery == 0)
        return line + "; checkpoints: the last and the best stay";
    line += "; checkpoints: " + std::to_string(needs.kept) + " stay beside the last and the best";
    if (needs.disk)
        line += ", about " + gigabytes(*needs.disk) + " of " + gigabytes(needs.freeDisk) + " free on the disk";
    return line + (needs.diskTight() ? ", too much: raise keep_every" : "");
}

// On stderr, of the first process; a configuration that cannot be read is told by the run itself.
void tellNeeds(const TrainRun& run, bool warningsAlone)
{
    try {
        const RunFolder folder(run.folder);
        if (const auto place = LaunchPlace::fromEnvironment();
            (place && place->rank > 0) || (!run.resume && folder.taken()))
            return;
        const Settings settings = Settings::resolve(run.config ? *run.config : folder.config());
        // Without a start model that can be read, which the run tells by itself, nothing is known.
        const RunNeeds needs = needsOf(settings, run.folder);
        if (needs.memory && (!warningsAlone || needs.memoryTight() || needs.diskTight()))
            std::cerr << sentenceOf(needs) << std::endl;
    } catch (const Error&) {
    }
}

// Whatever is wrong with it is the command's fault.
nlohmann::json configurationIn(const std::filesystem::path& file)
{
    try {
        return readJson(file);
    } catch (const Error& error) {
        throw Error(ErrorCode::Usage, error.action(), error.where(), error.why());
    }
}

// What the run would find in its tables: no image is looked for, nothing is written.
int look(const TrainCommand& command)
{
    if (command.config.empty())
        throw Error(ErrorCode::Usage, {action::train}, "--config",
                    {TextId("train.no_config", "the configuration is not given")});
    const Settings settings = Settings::resolve(withNamedStart(configurationIn(command.config)));
    checkNewRun(settings);
    checkSources(settings);
    const DataLook data = lookAtData(settings);
    for (const auto& lines : {startSentences(settings), data.sentences})
        for (const std::string& line : english(lines))
            std::cout << line << "\n";
    checkData(settings, data.facts);
    for (const auto& warnings : {runWarnings(settings), dataWarnings(settings, data.facts)})
        for (const std::string& line : english(warnings))
            std::cerr << "warning: " << line << "\n";
    std::cout << std::flush;
    return Done;
}

int train(const TrainCommand& command, const Context& context)
{
    if (command.settings)
        return listSettings();
    if (command.dryRun)
        return look(command);
    if (command.nice > 0 && ::setpriority(PRIO_PROCESS, 0, command.nice) != 0)
        throw Error(ErrorCode::Io, {action::train}, "--nice", std::strerror(errno));
    TrainRun run{{}, command.run, command.resume};
    if (command.run.empty())
        throw Error(ErrorCode::Usage, {action::train}, "--run",
                    {TextId("train.no_run_folder", "the run folder is not given")});
    if (!command.config.empty())
        run.config = withNamedStart(configurationIn(command.config));
    tellNeeds(run, context.quiet);
    *context.endsByItself = true;
    return trainRun(run, context.job()) == RunStatus::Stopped ? Cancelled : Done;
}

} // namespace

void addTrain(CLI::App& app, Context& context)
{
    auto options = std::make_shared<TrainCommand>();
    CLI::App* command = app.add_subcommand("train", "Trains a model: pre-training, probe, fine-tuning, warm start");
    explain(
        *command,
        "Trains a model as a configuration says, into a run folder: config.json (complete), state.json, metrics.jsonl,\n"
        "log.txt, checkpoints/step-N (model folders that every command takes), control.json. A killed run goes on from its\n"
        "last checkpoint with --resume, to the same numbers. SIGTERM, SIGINT and SIGHUP write a checkpoint and stop (exit status 130).\n"
        "Several processes started by torchrun, mpirun or srun train one model together, each with its own samples: they meet at\n"
        "MASTER_ADDR:MASTER_PORT, the first one writes the run folder, and a signal to any stops all. See installer/slurm.\n"
        "A run that does not learn any more fails by a rule that its reason names: not-finite (stop.not_finite), divergence and\n"
        "collapse (stop.divergence, 0 for neither). What else is odd of it: mama run show, \"health\".\n"
        "Exit status 2: the command or the configuration is to be mended (an unknown or missing setting, a value out of its\n"
        "range, a folder that is not there); 1: the run failed, and state.json says by what.\n"
        "--settings prints every setting with type, default, range, unit and meaning. See also: mama run.");
    command->add_option("--config", options->config,
                        "JSON file; with --resume optional, and then it must be that of the run");
    command->add_option("--run", options->run, "Run folder: made, or continued with --resume");
    command->add_flag("--resume", options->resume, "Goes on from the last checkpoint");
    command
        ->add_option("--nice", options->nice, "Lets other programs of this machine go first: 0 (not) to 19, as nice(1)")
        ->check(CLI::Range(0, 19));
    command->add_flag("--dry-run", options->dryRun,
                      "Only says what the run would find in its tables: images of each part, what is left out and why, "
                      "classes, cohort and terms");
    command->add_flag("--settings", options->settings, "Prints the settings as JSON and ends");
    runs(*command, context, [options, &context] { return train(*options, context); });
}

} // namespace mama::cli
