#pragma once
#include "core/base/progress.h"

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

// One file a command: each adds itself to the command line and leaves in `run` what main executes.
namespace mama::cli {

// Exit statuses, fixed by the command line's manual.
enum Exit { Done = 0, Failed = 1, WrongUsage = 2, SomeRefused = 3, Cancelled = 130 };

struct Context
{
    std::function<int()> run; // set by the chosen subcommand's callback
    bool quiet = false;
    std::stop_token stop; // set on SIGINT, SIGTERM and SIGHUP
    // A stopped command that hangs is ended by force; not while this is set: it may be writing a checkpoint, which
    // takes the time that it takes. A second signal ends every command at once.
    std::shared_ptr<std::atomic<bool>> endsByItself = std::make_shared<std::atomic<bool>>(false);

    // A bar on a terminal, a line every 10 s otherwise, silent with --quiet; on stderr.
    Job job() const;
};

// One JSON document on stdout, followed by a line break. NaN and infinities become null.
void printJson(const nlohmann::json& document);

// A report's figures and confusion matrix for a reader at the terminal, one line a figure.
void printFigures(const nlohmann::json& report);

// Every command below; add yours here and in commands.cpp.
void addAll(CLI::App& app, Context& context);
void addDecode(CLI::App& app, Context& context);
void addHeader(CLI::App& app, Context& context);
void addPreprocess(CLI::App& app, Context& context);
void addScan(CLI::App& app, Context& context);
void addHanging(CLI::App& app, Context& context);
void addGsdf(CLI::App& app, Context& context);
void addKeys(CLI::App& app, Context& context);
void addCaption(CLI::App& app, Context& context);
void addTokenize(CLI::App& app, Context& context);
void addCheckpoint(CLI::App& app, Context& context);
void addModel(CLI::App& app, Context& context);
void addMetrics(CLI::App& app, Context& context);
void addMapMetrics(CLI::App& app, Context& context);
void addLosses(CLI::App& app, Context& context);
void addSchedule(CLI::App& app, Context& context);
void addQuery(CLI::App& app, Context& context);
void addClassify(CLI::App& app, Context& context);
void addEvaluate(CLI::App& app, Context& context);
void addEvaluateFindings(CLI::App& app, Context& context);
void addEngine(CLI::App& app, Context& context);
void addEncode(CLI::App& app, Context& context);
void addTrain(CLI::App& app, Context& context);
void addRun(CLI::App& app, Context& context);
void addBench(CLI::App& app, Context& context);
void addPhantom(CLI::App& app, Context& context);
void addAnnotations(CLI::App& app, Context& context);
void addReading(CLI::App& app, Context& context);
void addImport(CLI::App& app, Context& context);
void addLibrary(CLI::App& app, Context& context);
void addSearch(CLI::App& app, Context& context);

} // namespace mama::cli
