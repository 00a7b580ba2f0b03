// mama run: what a monitor of training runs needs.
#include "app/mama/options.h"
#include "app/mama/training/run_list.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_health.h"
#include "core/protocol/run_liveness.h"
#include "core/training/check/run_check.h"

#include <cmath>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

namespace mama::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

struct RunCommand
{
    fs::path folder, out = "-";
    bool json = false; // the answer is JSON always
    bool text = false; // but of show, if asked
};

RunFolder existing(const RunCommand& command)
{
    RunFolder folder(command.folder);
    if (!fs::exists(folder.stateFile()))
        throw Error(ErrorCode::Usage, {action::readRun}, command.folder.string(),
                    {TextId("run.no_run_folder", "is no run folder: it has no state.json")});
    return folder;
}

// The run's configuration, null where it cannot be read, which is told.
json configOf(const RunFolder& folder, int& status)
{
    try {
        return folder.config();
    } catch (const Error& error) {
        std::cerr << "warning: " << error.what() << std::endl;
        status = SomeRefused;
        return nullptr;
    }
}

// A few lines for a person: state, last step, health.
void printText(const json& run)
{
    const auto word = [&](const char* key) { return run.at(key).get<std::string>(); };
    std::cout << word("run") << ": " << word("status") << ", step " << run.at("step") << " of " << run.at("steps")
              << "\n";
    if (!word("reason").empty())
        std::cout << "reason: " << word("reason") << "\n";
    if (const json& last = run.at("last"); last.is_object())
        std::cout << "last step: loss " << last.at("loss") << ", rate " << last.at("lr") << ", "
                  << last.at("images_per_s") << " images a second\n";
    for (const json& one : run.at("warnings"))
        std::cout << "warning: " << one.get<std::string>() << "\n";
    for (const json& one : run.at("health"))
        std::cout << "health: " << one.at("text").get<std::string>() << " (" << one.at("rule").get<std::string>()
                  << ")\n";
    const bool broken = word("status") == "failed" || word("status") == "died";
    if (run.at("health").empty())
        std::cout << (broken ? "health: no rule fires on the steps before its end\n" : "health: nothing odd\n");
    std::cout << std::flush;
}

// What the configuration does that its author may not expect; of one that cannot be read nothing.
json warningsOf(const json& config)
{
    try {
        return english(runWarnings(Settings::resolve(config)));
    } catch (const Error&) {
        return json::array();
    }
}

int show(const RunCommand& command)
{
    const RunFolder folder = existing(command);
    folder.state(); // without it there is nothing to show: what is wrong is said
    const RunEntry run = RunEntry::read(folder.path());
    json document = runSummary(run);
    document["checkpoints"] = json::array();
    for (const auto& checkpoint : folder.checkpoints())
        document["checkpoints"].push_back({{"step", checkpoint.step}, {"folder", checkpoint.folder.string()}});
    int status = Done;
    document["config"] = configOf(folder, status);
    document["warnings"] = warningsOf(document["config"]);
    document["events"] = json::array();
    document["evaluations"] = json::array();
    document["last"] = nullptr;
    RunHealth health(document["config"]);
    MetricsReader reader(folder.metricsFile());
    for (bool more = true; more;) {
        const auto news = reader.poll();
        more = news.more;
        for (const RunRecord& record : news.records) {
            health.add(record);
            if (std::holds_alternative<EventRecord>(record))
                document["events"].push_back(toJson(record));
            else if (std::holds_alternative<EvalRecord>(record))
                document["evaluations"].push_back(toJson(record));
            else
                document["last"] = toJson(record);
        }
    }
    document["health"] = json::array();
    for (const HealthFinding& one : health.findings(folder.state()))
        document["health"].push_back({{"rule", one.rule}, {"text", one.text.english()}});
    if (command.text)
        printText(document);
    else
        printJson(document);
    return status;
}

int ask(const RunCommand& command, ControlRequest::Ask request)
{
    const RunFolder folder = existing(command);
    const RunState state = folder.state();
    if (!mayBeAlive(state))
        throw Error(ErrorCode::Usage, {action::readRun}, command.folder.string(),
                    {TextId("run.nobody_at_work",
                            "no process is at work (%1); continue the run with: mama train --run %2 --resume"),
                     shownStatus(state), command.folder.string()});
    folder.ask(request);
    printJson({{"asked", ControlRequest{request, 0}.toJson()["ask"]},
               {"status", shownStatus(state)},
               {"note", "obeyed at the next step"}});
    return Done;
}

std::string quoted(std::string text)
{
    if (text.find_first_of(",\"\n") == std::string::npos)
        return text;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '"');
    return '"' + text + '"';
}

std::string cell(double value)
{
    const json number(value);
    return std::isfinite(value) ? number.dump() : "";
}

// One row a step, with a column for every term and scale that occurs.
int exportRun(const RunCommand& command)
{
    const RunFolder folder = existing(command);
    std::vector<StepRecord> steps;
    std::set<std::string> terms, scales;
    MetricsReader reader(folder.metricsFile());
    for (bool more = true; more;) {
        auto news = reader.poll();
        more = news.more;
        for (RunRecord& record : news.records)
            if (auto* step = std::get_if<StepRecord>(&record)) {
                for (const auto& [term, value] : step->terms)
                    terms.insert(term);
                for (const auto& [scale, value] : step->scale)
                    scales.insert(scale);
                steps.push_back(std::move(*step));
            }
    }
    writeAtomically(command.out, [&](std::ostream& out) {
        out << "step,epoch,samples,time,lr,loss,grad_norm,images_per_s,loading_share,memory_mb,cpu,gpu";
        for (const std::string& term : terms)
            out << ",term_" << quoted(term);
        for (const std::string& scale : scales)
            out << ",scale_" << quoted(scale);
        out << "\n";
        for (const StepRecord& step : steps) {
            out << step.step << ',' << cell(step.epoch) << ',' << step.samples << ',' << cell(step.time) << ','
                << cell(step.lr) << ',' << cell(step.loss) << ',' << cell(step.gradNorm) << ','
                << cell(step.imagesPerSecond) << ',' << cell(step.loadingShare) << ',' << cell(step.memoryMb) << ','
                << cell(step.cpu) << ',' << (step.gpu ? cell(*step.gpu) : "");
            for (const std::string& term : terms)
                out << ',' << (step.terms.count(term) ? cell(step.terms.at(term)) : "");
            for (const std::string& scale : scales)
                out << ',' << (step.scale.count(scale) ? cell(step.scale.at(scale)) : "");
            out << "\n";
        }
    });
    return Done;
}

struct Action
{
    const char *name, *meaning;
    std::function<int(const RunCommand&)> run;
};

void addAction(CLI::App& parent, Context& context, const Action& action)
{
    auto options = std::make_shared<RunCommand>();
    CLI::App* command = parent.add_subcommand(action.name, action.meaning);
    command->add_option("DIR", options->folder, "Run folder")->required()->check(CLI::ExistingDirectory);
    if (std::string_view(action.name) == "export")
        command->add_option("--out", options->out, "CSV file; - is standard output")->capture_default_str();
    if (std::string_view(action.name) == "show")
        command->add_flag("--text", options->text, "A few lines for a person, the health among them");
    addJsonOption(*command, options->json, "As without: the answer is JSON always");
    runs(*command, context, [options, run = action.run] { return run(*options); });
}

std::string healthHelp()
{
    std::string text = "show says under \"health\" what is odd, by these rules:";
    for (const std::string_view rule : healthRules())
        text += (rule == healthRules().front() ? " " : ", ") + std::string(rule);
    return text + ".\ncore/protocol/README.md states each.";
}

} // namespace

void addRun(CLI::App& app, Context& context)
{
    CLI::App* command =
        app.add_subcommand("run", "Training runs: list, show, label, stop, pause, resume, checkpoint, export");
    explain(
        *command,
        std::string(
            "What a monitor needs of a run folder, also of a run on another machine. Answers are JSON; export writes CSV.\n"
            "A run that claims to be at work, but whose heartbeat is older than 15 s and whose process is gone, is shown as died.\n") +
            healthHelp());
    command->require_subcommand(1);
    addRunList(*command, context);
    addAction(*command, context,
              {"show", "State, configuration, checkpoints, events, evaluations, last step, health", show});
    const auto asking = [](ControlRequest::Ask request) {
        return [request](const RunCommand& run) { return ask(run, request); };
    };
    addAction(*command, context, {"stop", "Checkpoint, then stop", asking(ControlRequest::Ask::Stop)});
    addAction(*command, context, {"pause", "Wait after the step at work", asking(ControlRequest::Ask::Pause)});
    addAction(*command, context, {"resume", "Go on after a pause", asking(ControlRequest::Ask::Resume)});
    addAction(*command, context, {"checkpoint", "Write a checkpoint now", asking(ControlRequest::Ask::Checkpoint)});
    addAction(*command, context, {"export", "Every step as a row of CSV", exportRun});
}

} // namespace mama::cli
