// mama evaluate: a zero-shot model or a linear probe over a labelled table, with intervals by patient.
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/npy.h"
#include "core/dicom/read/image_file.h"
#include "core/evaluation/labelled_table.h"
#include "core/metrics/plots.h"
#include "core/metrics/report.h"
#include "core/zeroshot/classify.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

using nlohmann::json;

constexpr const char* scoreNote =
    "scores are a softmax: shares among these classes, not calibrated probabilities; ECE and Brier judge the shares";

struct EvaluateCommand
{
    StudyOptions model; // without a study
    std::filesystem::path table, prompts, out;
    std::string task, softmax = "once";
    int length = 0;
    bool noIntervals = false;
    metrics::BootstrapOptions bootstrap;
};

// Images that could be scored, in the table's order, with what the model says of them.
struct Evaluated
{
    LabelledTable table; // its images and those of `study` go together
    EncodedStudy study;
    ClassifyResult result;
};

PromptSet promptsFor(const EvaluateCommand& command, const std::string& prefix)
{
    PromptSet set =
        command.prompts.empty() ? classPrompts(taskByName(command.task), prefix) : readPrompts(command.prompts);
    if (!command.prompts.empty())
        for (auto& [label, prompts] : set.classes)
            for (std::string& prompt : prompts)
                prompt.insert(0, prefix);
    return set;
}

std::vector<std::string> classNames(const EvaluateCommand& command, const ModelInfo& info)
{
    std::vector<std::string> prompted;
    if (!command.task.empty() || !command.prompts.empty())
        for (const auto& [label, prompts] : promptsFor(command, {}).classes)
            prompted.push_back(label);
    if (info.kind != "linear-probe") {
        if (prompted.empty())
            throw Error(ErrorCode::Usage, "evaluate", info.name,
                        "give --task or --prompts: the model is no linear probe");
        return prompted;
    }
    const auto count = static_cast<std::size_t>(info.embedding);
    if (!prompted.empty() && prompted.size() != count)
        throw Error(ErrorCode::Usage, "evaluate", info.name,
                    "the probe has " + std::to_string(count) + " classes, the task " + std::to_string(prompted.size()));
    if (info.classes.size() == count)
        return info.classes;
    for (std::size_t c = prompted.size(); c < count; ++c)
        prompted.push_back(std::to_string(c));
    return prompted;
}

// A .npy file is one prepared image [3, H, W].
Cancellable<ScoredImage> encodePrepared(const ImageToScore& image, const LoadedModel& loaded, const Job& job)
{
    const NpyArray array = readNpy(image.path);
    const std::int64_t patch = loaded.model->info().patch;
    if (array.shape.size() != 3 || array.shape[0] != 3 || array.shape[1] < patch || array.shape[1] % patch != 0 ||
        array.shape[2] < patch || array.shape[2] % patch != 0)
        throw Error(ErrorCode::Data, "evaluate", image.path.string(),
                    "expected an array [3, H, W], H and W multiples of " + std::to_string(patch));
    const auto embedding = loaded.model->encodeImages(array.asFloat(), 1, array.shape[1], array.shape[2], job);
    if (!embedding)
        return {};
    EncodedImage encoded;
    encoded.profile = "prepared";
    encoded.dim = embedding->dim;
    encoded.global = embedding->global;
    ScoredImage out;
    out.image = image;
    out.encoded = std::make_shared<const EncodedImage>(std::move(encoded));
    return out;
}

Cancellable<ScoredImage> encodeOne(const LabelledImage& row, const LoadedModel& loaded, const StudyEncoder& encoder,
                                   const Job& job)
{
    ImageToScore image;
    image.path = row.path;
    image.frame = row.frame.value_or(0);
    image.side = row.side;
    image.view = row.view;
    if (row.path.extension() == ".npy")
        return encodePrepared(image, loaded, job);
    if (const int frames = ImageFile::open(row.path)->header().frames; frames > 1 && !row.frame)
        throw Error(ErrorCode::Data, "evaluate", row.path.string(),
                    "a stack of " + std::to_string(frames) + " frames: name one in a column frame");
    auto scored = encoder.encode(image, {job.stop, {}});
    if (!scored)
        return {};
    auto slim = *scored->encoded; // a large table's patches would fill the memory
    slim.patches = {};
    scored->encoded = std::make_shared<const EncodedImage>(std::move(slim));
    return scored;
}

// Files that cannot be read move from the table's images to its refused rows. False: cancelled.
bool encodeTable(Evaluated& set, const LoadedModel& loaded, const StudyEncoder& encoder, const Job& job)
{
    std::vector<LabelledImage> kept;
    const std::size_t total = set.table.images.size();
    for (std::size_t i = 0; i < total; ++i) {
        LabelledImage& row = set.table.images[i];
        job.report(i, total, "encode images");
        try {
            auto image = encodeOne(row, loaded, encoder, job);
            if (!image || job.cancelled())
                return false;
            set.study.images.push_back(std::move(*image));
            kept.push_back(std::move(row));
        } catch (const Error& error) {
            if (!belongsToFile(error))
                throw;
            set.table.refused.push_back({row.row, row.path.string(), error.why()});
        }
    }
    job.report(total, total, "encode images");
    set.table.images = std::move(kept);
    return true;
}

// False: cancelled.
bool score(Evaluated& set, const EvaluateCommand& command, LoadedModel& loaded, const Job& job)
{
    if (loaded.model->info().kind == "linear-probe") {
        set.result = classifyByProbe(*loaded.model, set.study, FusionRule::Maximum);
        return true;
    }
    std::vector<PromptSet> sets;
    if (set.table.prefixes)
        for (const LabelledImage& image : set.table.images)
            sets.push_back(promptsFor(command, command.model.prefix + image.prefix));
    else
        sets.push_back(promptsFor(command, command.model.prefix));
    ClassifyOptions options;
    options.pooling = poolingByName(command.model.pooling);
    options.raw = command.model.raw;
    options.length =
        command.length == 0 && !command.task.empty() ? captionLength(taskByName(command.task)) : command.length;
    TextEncoder encoder(*loaded.model);
    auto result = classify(*loaded.model, encoder, set.study, sets, options, job);
    if (!result)
        return false;
    set.result = std::move(*result);
    set.result.provenance.prefix = command.model.prefix;
    return true;
}

metrics::Predictions predictionsOf(const Evaluated& set, bool twice)
{
    metrics::Predictions out;
    out.classes = set.result.classes.size();
    for (std::size_t i = 0; i < set.table.images.size(); ++i) {
        const ClassScores& scores = set.result.images[i];
        const std::vector<double>& row = twice ? scores.softmaxTwice : scores.softmax;
        out.scores.insert(out.scores.end(), row.begin(), row.end());
        out.labels.push_back(set.table.images[i].label);
        if (set.table.patients)
            out.patients.push_back(set.table.images[i].patient);
    }
    return out;
}

std::string plotTitle(const std::string& what, const Provenance& p)
{
    std::string title = what + ", " + p.model.substr(0, 32) + " " + p.hash.substr(0, 12) + ". " + notForClinicalUse;
    for (char& c : title)
        if (c == '<' || c == '>' || c == '&') // of the model's name; the title holds no markup
            c = '_';
    return title;
}

// Figures of one kind of score; files beside, their names ending in `suffix`. Empty: cancelled.
Cancellable<json> figures(const Evaluated& set, const EvaluateCommand& command, bool twice, const std::string& suffix,
                          const Job& job)
{
    const metrics::Classification classification(predictionsOf(set, twice));
    auto report = metrics::report(classification, {command.bootstrap, !command.noIntervals}, job);
    if (!report)
        return {};
    (*report)["softmax"] = twice ? "twice" : "once";
    if (command.out.empty())
        return report;
    const Provenance& p = set.result.provenance;
    const std::string of = twice ? " (softmax twice)" : "";
    metrics::writePredictions(command.out / ("predictions" + suffix + ".csv"), classification.predictions());
    writeAtomically(command.out / ("roc" + suffix + ".svg"),
                    std::string_view(metrics::rocSvg(classification, plotTitle("ROC" + of, p))));
    writeAtomically(command.out / ("reliability" + suffix + ".svg"),
                    std::string_view(metrics::reliabilitySvg(classification, plotTitle("Reliability" + of, p))));
    return report;
}

json promptsJson(const EvaluateCommand& command, const Evaluated& set)
{
    if (set.result.prompts.empty())
        return nullptr; // a probe has none
    json out = json::object();
    for (const auto& [label, prompts] : promptsFor(command, {}).classes)
        out[label] = prompts;
    return out;
}

json about(const EvaluateCommand& command, const Evaluated& set, const LoadedModel& loaded)
{
    json out = {{"task", command.task.empty() ? json(nullptr) : json(command.task)},
                {"table", command.table.string()},
                {"class_names", set.result.classes}};
    out["level"] = "image";
    out["prompts"] = promptsJson(command, set);
    out["prompt_prefix"] = set.table.prefixes ? "column prefix" : command.model.prefix;
    json provenance = toJson(set.result.provenance);
    provenance.erase("fusion"); // single images: nothing was fused
    const bool prepared = std::any_of(set.study.images.begin(), set.study.images.end(),
                                      [](const ScoredImage& image) { return image.encoded->profile == "prepared"; });
    provenance["profile"] = loaded.profile.name;
    provenance["profile_version"] = loaded.profile.version;
    provenance["prepared_arrays"] = prepared;
    out["provenance"] = std::move(provenance);
    out["score_note"] = scoreNote;
    out["warnings"] = set.result.warnings;
    if (!set.table.patients)
        out["warnings"].push_back(
            "the table has no column patient: intervals are by image, too narrow where a patient has several");
    out["refused"] = json::array();
    for (const RefusedRow& row : set.table.refused)
        out["refused"].push_back({{"row", row.row}, {"path", row.path}, {"reason", row.reason}});
    return out;
}

void printTable(const json& report)
{
    const json intervals = report.value("intervals", json::object());
    for (const auto& [name, value] : report.items())
        if (intervals.contains(name))
            std::cout << name << " " << value.dump() << "  95 % " << intervals[name].dump() << "\n";
        else if (value.is_number())
            std::cout << name << " " << value.dump() << "\n";
    std::cout << "confusion (rows truth) " << report["confusion_rows_truth"].dump() << "\n";
    const json& p = report["provenance"];
    std::cout << scoreNote << ". Model " << p["model"].get<std::string>() << " "
              << p["hash"].get<std::string>().substr(0, 12) << ", trained on: " << p["trained_on"].get<std::string>()
              << ". " << notForClinicalUse << std::endl;
}

void needImages(const LabelledTable& table, const std::filesystem::path& file)
{
    if (!table.images.empty())
        return;
    const RefusedRow* first = table.refused.empty() ? nullptr : &table.refused.front();
    throw Error(ErrorCode::Data, "evaluate", file.string() + (first ? " row " + std::to_string(first->row) : ""),
                first ? "no row can be used: " + first->reason : "the table has no rows");
}

// False: cancelled.
bool evaluate(Evaluated& set, const EvaluateCommand& command, LoadedModel& loaded, const Job& job)
{
    const std::vector<std::string> classes = classNames(command, loaded.model->info());
    resolveLabels(set.table, classes);
    needImages(set.table, command.table);
    EmbeddingCache cache(embeddingFolder(command.model.cache));
    const StudyEncoder encoder(*loaded.model, loaded.profile, command.model.noCache ? nullptr : &cache);
    if (!encodeTable(set, loaded, encoder, job))
        return false;
    needImages(set.table, command.table);
    if (!score(set, command, loaded, job))
        return false;
    set.result.classes = classes; // a probe without names has the task's
    return true;
}

int run(const EvaluateCommand& command, const Job& job)
{
    if (!command.task.empty() || !command.prompts.empty())
        promptsFor(command, {}); // a wrong name or file is told before the model is loaded
    Evaluated set;
    set.table = readLabelledTable(command.table);
    needImages(set.table, command.table);
    LoadedModel loaded = loadModel(command.model.model, command.model.compute, job);
    if (job.cancelled() || !evaluate(set, command, loaded, job))
        return Cancelled;
    auto report = figures(set, command, command.softmax == "twice", {}, job);
    if (!report)
        return Cancelled;
    if (command.softmax == "both") {
        auto twice = figures(set, command, true, "_twice", job);
        if (!twice)
            return Cancelled;
        (*report)["softmax_twice"] = std::move(*twice);
    }
    report->update(about(command, set, loaded));
    if (!command.out.empty())
        writeAtomically(command.out / "report.json",
                        std::string_view(report->dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
    for (const RefusedRow& row : set.table.refused)
        std::cerr << "refused: row " << row.row << ": " << row.path << ": " << row.reason << "\n";
    if (command.model.json)
        printJson(*report);
    else
        printTable(*report);
    return set.table.refused.empty() ? Done : SomeRefused;
}

} // namespace

void addEvaluate(CLI::App& app, Context& context)
{
    auto options = std::make_shared<EvaluateCommand>();
    CLI::App* command = app.add_subcommand("evaluate", "A zero-shot model or linear probe over a labelled table");
    command->description(
        "Every image of a table is scored by itself; figures as of mama metrics, with 95 % intervals from a bootstrap by patient.\n"
        "The table is CSV with the columns path (relative to the table's folder, or absolute; a .npy file [3, H, W] is a\n"
        "prepared image) and label (a class's name, or its number from 0), and optionally patient, side, view, study, frame,\n"
        "and prefix: text in front of this image's prompts. Rows and files that cannot be used are listed (exit status 3).\n"
        "A linear probe needs neither --task nor --prompts. --out gets predictions.csv (for mama metrics), roc.svg,\n"
        "reliability.svg and report.json.");
    StudyOptions& model = options->model;
    command->add_option("--model", model.model, "Model folder, or the name of an installed model")->required();
    command->add_option("--table", options->table, "CSV file of the labelled images")->required();
    CLI::Option* task =
        command->add_option("--task", options->task, "birads, density or cancer: the published prompts");
    command->add_option("--prompts", options->prompts, "JSON file: {\"classes\": {\"class\": [\"prompt\", ...], ...}}")
        ->excludes(task);
    command->add_option("--out", options->out, "Folder for predictions, plots and report");
    command->add_option("--softmax", options->softmax, "once; twice, as the reference feeds its AUC; or both")
        ->check(CLI::IsMember({"once", "twice", "both"}))
        ->capture_default_str();
    command
        ->add_option("--length", options->length,
                     "Tokens that prompts are cut and padded to; without it 72 for the task cancer, else the model's")
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--pooling", model.pooling, "Of the text: default (as the model says), zero-shot, training")
        ->capture_default_str();
    command->add_option("--prefix", model.prefix, "Text in front of every prompt; named in the result");
    command->add_flag("--raw", model.raw, "Prompts as they are, special tokens written in them recognised");
    command->add_option("--resamples", options->bootstrap.resamples, "Of the bootstrap")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--seed", options->bootstrap.seed, "Of the bootstrap")->capture_default_str();
    command->add_flag("--no-intervals", options->noIntervals, "Point estimates only");
    command->add_option("--cache", model.cache, "Folder of the embedding cache");
    command->add_flag("--no-cache", model.noCache, "Encode every image anew, keep nothing");
    command->add_flag("--json", model.json, "One JSON document on standard output");
    addComputeOptions(*command, model.compute);
    command->callback(
        [options, &context] { context.run = [options, &context] { return run(*options, context.job()); }; });
}

} // namespace mama::cli
