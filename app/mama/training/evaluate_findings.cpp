// mama evaluate-findings: text queries about lesions, and the maps' aim, on a data set with masks.
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/evaluation/evaluation_actions.h"
#include "core/evaluation/finding_predictions.h"
#include "core/evaluation/finding_report.h"
#include "core/evaluation/head_answerer.h"
#include "core/evaluation/text_answerer.h"
#include "core/protocol/map_way.h"
#include "core/tables/importers/embed.h"
#include "core/zeroshot/model_catalogue.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string model;
    std::filesystem::path data, sentences, out, predictions, thresholds;
    std::vector<std::string> mapWays;
    bool head = false, json = false;
    FindingEvaluation evaluation;
    ComputeOptions compute;
};

TrainingIndex readData(const Options& options, const Job& job)
{
    const TrainingIndex index =
        readTrainingIndex(Settings::resolve({{"data", {{"root", options.data.string()}}}}), embedImporter(), job);
    if (!index.hasMasks)
        throw Error(ErrorCode::Data, {action::evaluateFindings}, options.data.string(),
                    {TextId("findings.no_masks", "has no lesions.csv: masks are needed")});
    return index;
}

// What is asked together goes together.
void checkOptions(const Options& options)
{
    if (!options.head && options.sentences.empty())
        throw Error(ErrorCode::Usage, {action::evaluateFindings}, "--sentences",
                    {TextId("findings.sentences_needed", "a file of sentences is needed, but with --head")});
    if (options.head && !options.mapWays.empty())
        throw Error(ErrorCode::Usage, {action::evaluateFindings}, "--map-way",
                    {TextId("findings.head_has_one_way", "the layer of --head reads the cells in one way only")});
    if ((options.mapWays.size() > 1 || options.mapWays == std::vector<std::string>{"all"}) &&
        !options.predictions.empty())
        throw Error(ErrorCode::Usage, {action::evaluateFindings}, "--predictions",
                    {TextId("findings.predictions_of_one_way", "predictions are written of one --map-way")});
    checkOutputs({{"--out", options.out}, {"--predictions", options.predictions}},
                 {{"--sentences", options.sentences}, {"--thresholds", options.thresholds}});
}

void print(const nlohmann::json& figures)
{
    std::cout << std::fixed << std::setprecision(3);
    for (const auto& [name, figure] : figures.items()) {
        const double low = figure["low"].get<double>(), high = figure["high"].get<double>();
        std::cout << std::left << std::setw(44) << name << figure["value"].get<double>() << "  ";
        if (std::isnan(low))
            std::cout << UserText(metrics::noInterval).english();
        else
            std::cout << '[' << low << ", " << high << ']';
        std::cout << "  n " << figure["n"] << "\n";
    }
}

// Lines of the ways, one below the other, for the figures by which they are compared.
void printComparison(const nlohmann::json& reports, const std::vector<std::string>& ways)
{
    for (const char* name :
         {"mass_auc_local", "mass_hit_pair", "mass_hit_free", "mass_cnr_pair", "calcification_auc_local",
          "calcification_hit_pair", "calcification_hit_free", "calcification_cnr_pair"}) {
        if (!reports.front()["figures"].contains(name))
            continue;
        std::cout << name << "\n";
        for (const std::string& way : ways)
            print({{"  " + way, reports[way]["figures"][name]}});
    }
}

void printAll(const nlohmann::json& reports, const std::vector<std::string>& ways)
{
    for (const std::string& way : ways) {
        if (ways.size() > 1)
            std::cout << "Map way " << way << ":\n";
        print(reports[way]["figures"]);
    }
    if (ways.size() > 1)
        printComparison(reports, ways);
}

// Those asked for, each once, of which the model knows all; "all" are its own.
std::vector<std::string> waysOf(const Options& options, const ModelInfo& info)
{
    std::vector<std::string> asked = options.mapWays, ways;
    if (asked == std::vector<std::string>{"all"})
        asked = info.mapWays;
    for (const std::string& way : asked) {
        static_cast<void>(info.mapWay(way)); // before minutes of work
        if (std::find(ways.begin(), ways.end(), way) == ways.end())
            ways.push_back(way);
    }
    if (ways.empty())
        ways.push_back(options.head ? std::string() : mapWayName(info.mapWay({}), info.mapWays));
    return ways;
}

int run(Options options, const Job& job)
{
    checkOptions(options);
    const TrainingIndex index = readData(options, job);
    LoadedModel loaded = loadModel(options.model, options.compute, job);
    if (!loaded.model)
        return Cancelled;
    const ModelInfo& info = loaded.model->info();
    options.evaluation.profile = loaded.profile;
    options.evaluation.inputSize = info.inputSize;
    options.evaluation.patch = info.patch;
    if (!options.thresholds.empty())
        options.evaluation.thresholds = readThresholds(options.thresholds);
    const std::vector<std::string> ways = waysOf(options, info);
    std::optional<TextAnswerer> texts;
    if (!options.head)
        texts.emplace(*loaded.model, readFindingSentences(options.sentences), index.codes, ways);
    const Answerer head = options.head ? headAnswerer(loaded.folder, options.compute.threads) : Answerer();
    const auto figures = compareFindings(
        index,
        [&](const PreparedImage& prepared, const TrainingImage& image) {
            return texts ? (*texts)(prepared, image) : std::vector{head(prepared, image)};
        },
        options.evaluation, job);
    if (!figures)
        return Cancelled;
    if (!options.predictions.empty())
        writeFindingPredictions(options.predictions, index.images, figures->front().images);
    nlohmann::json reports = nlohmann::json::object();
    for (std::size_t i = 0; i < ways.size(); ++i) {
        reports[ways[i]] = findingReport((*figures)[i], info, index);
        if (!ways[i].empty())
            reports[ways[i]]["map_way"] = ways[i];
    }
    const nlohmann::json document =
        ways.size() == 1 ? reports.front() : nlohmann::json{{"map_ways", reports}, {"order", ways}};
    if (!options.out.empty())
        writeAtomically(options.out, std::string_view(document.dump(2) + "\n"));
    if (options.json)
        printJson(document);
    else
        printAll(reports, ways);
    return Done;
}

} // namespace

void addEvaluateFindings(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "evaluate-findings",
        "Text queries about masses and calcifications, and where their maps point, on a data set with masks");
    explain(
        *command,
        "Every 2D image of a data set in EMBED's layout with lesions.csv (as mama phantom makes it) is asked each sentence. AUC of\n"
        "images with a lesion against images without, by image and by breast; pointing hit of the maps (also within 15 mm), with the\n"
        "best any map could do (oracle) and chance, CNR and mIoU; all and by conspicuity; density's balanced accuracy by image and\n"
        "by exam; BI-RADS 4 and 5 against 1 and 2. Thresholds of the maps' peaks that 90 % of the lesions exceed go to --out.\n"
        "95 % intervals by patient.");
    command->add_option("--model", options->model, "Model folder, or the name of an installed model")->required();
    command->add_option("--data", options->data, "Root of the data set")->required();
    command->add_option(
        "--sentences", options->sentences,
        "JSON file: [{\"text\": ..., \"when\": mass, calcification, normal or density N}, ...]. REQUIRED but with\n"
        "--head");
    command->add_option("--thresholds", options->thresholds,
                        "What --out wrote for other images: its thresholds give the rates of (false) activation");
    command->add_flag("--head", options->head,
                      "The layer of a warm start's checkpoint instead of texts: the bound for the tower");
    command->add_option("--out", options->out, "File for the figures as JSON");
    command->add_option(
        "--predictions", options->predictions,
        "CSV file with a row an image: labels, scores, each map's peak, its place and whether it hit. For paired\n"
        "tests, recounts and lists of failures");
    command
        ->add_option("--map-way", options->mapWays,
                     "How the maps are drawn, as mama query takes it. Several (a,b,c), or all that the model has, are\n"
                     "compared from one encoding of each image, with the same draws of patients for the intervals")
        ->delimiter(',');
    command->add_option("--resamples", options->evaluation.bootstrap.resamples, "Of the bootstrap")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "One JSON document on standard output");
    addComputeOptions(*command, options->compute);
    command->callback(
        [options, &context] { context.run = [options, &context] { return run(*options, context.job()); }; });
}

} // namespace mama::cli
