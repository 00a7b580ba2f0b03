// mama evaluate: a zero-shot model or a linear probe over a labelled table, with intervals by patient; a run over the
// test part of its cohort.
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/evaluation/run_test.h"
#include "core/evaluation/table_report.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct EvaluateCommand
{
    StudyOptions model; // without a study
    std::filesystem::path table;
    RunTestRequest test; // of a run, instead of model and table
    TableQuestion question;
    TableReportOptions report;
    std::string softmax = "once";
    bool noIntervals = false;
};

void printReport(const nlohmann::json& report)
{
    printFigures(report);
    const nlohmann::json& p = report["provenance"];
    ModelSource source;
    source.model = p["model"].get<std::string>();
    source.hash = p["hash"].get<std::string>();
    source.trainedOn = p["trained_on"].get<std::string>();
    source.licence = p.value("licence", "");
    std::cout << report["score_note"].get<std::string>() << ". "
              << provenanceLine(source, ProvenanceForm::Command).english() << std::endl;
}

// The options as words become those of the question and the report.
void translate(EvaluateCommand& command, const ModelInfo& info)
{
    using Softmax = TableReportOptions::Softmax;
    command.question.prefix = command.model.prefix;
    command.question.raw = command.model.raw;
    if (info.kind != ModelKind::LinearProbe) // a probe has no text to pool
        command.question.pooling = poolingByName(command.model.pooling);
    command.report.intervals = !command.noIntervals;
    command.report.softmax = command.softmax == "both"    ? Softmax::Both
                             : command.softmax == "twice" ? Softmax::Twice
                                                          : Softmax::Once;
}

// What is asked of a run is asked of its checkpoint, as any table is of a model.
LabelledTable tableOf(EvaluateCommand& command, const Job& job)
{
    if (command.test.run.empty())
        return readLabelledTable(command.table);
    command.test.task = command.question.prompts.task;
    RunTest test = readRunTest(command.test, job);
    command.model.model = test.model.string();
    if (command.question.prompts.file.empty())
        command.question.prompts.task = test.task;
    command.report.about = test.about;
    if (command.report.folder.empty())
        command.report.folder = command.test.run / "test";
    return std::move(test.table);
}

void checkWhat(const EvaluateCommand& command)
{
    const bool table = !command.table.empty() && !command.model.model.empty();
    if (command.test.run.empty() ? !table : !command.table.empty() || !command.model.model.empty())
        throw Error(ErrorCode::Usage, "evaluate", "--run",
                    {TextId("evaluate.what", "name a model and a table (--model, --table), or a run (--run)")});
}

// A run's folder names no patient.
void hidePatients(LabelledTable& table)
{
    for (RefusedRow& row : table.refused)
        row.path = "image " + std::to_string(row.row) + " of the table";
}

int run(EvaluateCommand command, const Job& job)
{
    checkWhat(command);
    if (!command.question.prompts.empty())
        checkPrompts(command.question.prompts); // a wrong name or file is told before the model is loaded
    LabelledTable table = tableOf(command, job);
    needImages(table);
    LoadedModel loaded = loadModelFor(command.model.model, command.model.images, command.model.compute, job);
    if (job.cancelled())
        return Cancelled;
    translate(command, loaded.model->info());
    EmbeddingCache cache(embeddingFolder(command.model.cache));
    auto evaluated =
        evaluateTable(std::move(table), command.question, loaded, command.model.noCache ? nullptr : &cache, job);
    if (!evaluated)
        return Cancelled;
    if (!command.test.run.empty())
        hidePatients(evaluated->table);
    const auto report = tableReport(*evaluated, command.question, loaded.profile, command.report, job);
    if (!report)
        return Cancelled;
    const auto& refused = evaluated->table.refused;
    for (const RefusedRow& row : refused)
        std::cerr << "refused: row " << row.row << ": " << row.path << ": " << row.reason << "\n";
    if (command.model.json)
        printJson(*report);
    else
        printReport(*report);
    return refused.empty() ? Done : SomeRefused;
}

} // namespace

void addEvaluate(CLI::App& app, Context& context)
{
    auto options = std::make_shared<EvaluateCommand>();
    CLI::App* command = app.add_subcommand("evaluate", "A zero-shot model or linear probe over a labelled table");
    explain(
        *command,
        "Every image of a table is scored by itself; figures as of mama metrics, with 95 % intervals from a bootstrap by patient.\n"
        "The table is CSV with the columns path (relative to the table's folder, or absolute; a .npy file [3, H, W] is a\n"
        "prepared image) and label (a class's name, or its number from 0), and optionally patient, side, view, study, frame,\n"
        "and prefix: text in front of this image's prompts. Rows and files that cannot be used are listed (exit status 3).\n"
        "A linear probe needs neither --task nor --prompts. --out gets predictions.csv (for mama metrics), roc.svg,\n"
        "reliability.svg and report.json.\n"
        "--run asks a run's checkpoint on the test part of its data set (as data.split_file or the seed shares it), or\n"
        "of another one that a library handed over (--data); refused where one of those patients was trained on. Without\n"
        "--out the folder test of the run gets the files; patients stand there under salted hashes.");
    StudyOptions& model = options->model;
    command->add_option("--model", model.model, "Model folder, or the name of an installed model");
    command->add_option("--table", options->table, "CSV file of the labelled images");
    CLI::Option* ofRun = command->add_option("--run", options->test.run, "Run folder, instead of --model and --table");
    command->add_option("--data", options->test.data, "Another folder that a library handed over, instead of the run's")
        ->needs(ofRun);
    command
        ->add_option("--step", options->test.step, "Which checkpoint of the run: best (else the last), last, or a step")
        ->needs(ofRun)
        ->capture_default_str();
    CLI::Option* task =
        command->add_option("--task", options->question.prompts.task,
                            "The published prompts: birads, density or cancer; of other groups' models those "
                            "that were published with them, as mass, calcification, cancer");
    command
        ->add_option("--prompts", options->question.prompts.file,
                     "JSON file: {\"classes\": {\"class\": [\"prompt\", ...], ...}}")
        ->excludes(task);
    command->add_option("--out", options->report.folder, "Folder for predictions, plots and report");
    command->add_option("--softmax", options->softmax, "once; twice, as the reference feeds its AUC; or both")
        ->check(CLI::IsMember({"once", "twice", "both"}))
        ->capture_default_str();
    command
        ->add_option("--length", options->question.length,
                     "Tokens that prompts are cut and padded to; without it 72 for the task cancer, else the model's")
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--pooling", model.pooling, "Of the text: default (as the model says), zero-shot, training")
        ->capture_default_str();
    command->add_option("--prefix", model.prefix, "Text in front of every prompt; named in the result");
    command->add_flag("--raw", model.raw, "Prompts as they are, special tokens written in them recognised");
    command->add_option("--resamples", options->report.bootstrap.resamples, "Of the bootstrap")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--seed", options->report.bootstrap.seed, "Of the bootstrap")->capture_default_str();
    command->add_flag("--no-intervals", options->noIntervals, "Point estimates only");
    addImageOptions(*command, model.images);
    command->add_option("--cache", model.cache, "Folder of the embedding cache");
    command->add_flag("--no-cache", model.noCache, "Encode every image anew, keep nothing");
    command->add_flag("--json", model.json, "One JSON document on standard output");
    addComputeOptions(*command, model.compute);
    command->callback(
        [options, &context] { context.run = [options, &context] { return run(*options, context.job()); }; });
}

} // namespace mama::cli
