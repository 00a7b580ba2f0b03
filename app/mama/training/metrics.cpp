// mama metrics: figures of a table of predictions, each with its interval.
#include "app/mama/options.h"
#include "core/base/files.h"
#include "core/metrics/calibration.h"
#include "core/metrics/report.h"

#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct MetricsOptions
{
    std::filesystem::path predictions, fitOn, calibration;
    std::string method = "temperature";
    double softmaxScale = 0;
    bool json = false, noIntervals = false;
    metrics::BootstrapOptions bootstrap;
};

// Fits on one table or takes a stored fit; the predictions become probabilities.
nlohmann::json calibrate(const MetricsOptions& options, metrics::Predictions& predictions)
{
    metrics::Calibration calibration;
    if (!options.fitOn.empty()) {
        const auto method =
            options.method == "platt" ? metrics::Calibration::Method::Platt : metrics::Calibration::Method::Temperature;
        calibration =
            metrics::fitCalibration(metrics::readPredictions(options.fitOn), method, options.fitOn.stem().string());
        if (!options.calibration.empty())
            writeAtomically(options.calibration, calibration.toJson().dump(2) + "\n");
    } else {
        calibration = metrics::Calibration::fromJson(readJson(options.calibration));
    }
    calibration.apply(predictions);
    return calibration.toJson();
}

int run(const MetricsOptions& options, const Job& job)
{
    if (!options.fitOn.empty())
        checkOutputs({{"--calibration", options.calibration}},
                     {{"--predictions", options.predictions}, {"--calibrate-on", options.fitOn}});
    metrics::Predictions predictions = metrics::readPredictions(options.predictions);
    nlohmann::json calibration;
    if (!options.fitOn.empty() || !options.calibration.empty())
        calibration = calibrate(options, predictions);
    else if (options.softmaxScale > 0)
        metrics::softmax(predictions, options.softmaxScale);
    const metrics::Classification classification(std::move(predictions));
    auto report = metrics::report(classification, {options.bootstrap, !options.noIntervals}, job);
    if (!report)
        return Cancelled;
    if (!calibration.is_null())
        (*report)["calibration"] = calibration;
    if (options.json)
        printJson(*report);
    else
        printFigures(*report);
    return Done;
}

} // namespace

void addMetrics(CLI::App& app, Context& context)
{
    auto options = std::make_shared<MetricsOptions>();
    CLI::App* command = app.add_subcommand("metrics", "Figures of a table of predictions");
    explain(
        *command,
        "Accuracy, balanced accuracy, AUC (macro one-vs-rest), AP, ECE, Brier, NLL, per-class accuracy, precision,\n"
        "recall and F1, and with two classes sensitivity, specificity, PPV, NPV, F1, pF1, specificity at 80 %\n"
        "sensitivity and DeLong's interval, each with a 95 % percentile interval from a bootstrap by patient.\n"
        "The table is CSV with label, score_0 .. score_k (or one column score) and optionally patient. The predicted\n"
        "class is the first maximum. ECE, Brier and NLL need probabilities; undefined figures are null.");
    command->add_option("--predictions", options->predictions, "CSV file, - for standard input")->required();
    addBootstrapOptions(*command, options->bootstrap);
    command->add_flag("--no-intervals", options->noIntervals, "Point estimates only");
    command
        ->add_option("--softmax", options->softmaxScale, "Make shares of the scores: softmax of this times the score")
        ->check(CLI::PositiveNumber);
    command->add_option("--calibrate-on", options->fitOn,
                        "Table of another set on which a calibration is fitted first");
    command->add_option("--calibration", options->calibration,
                        "Calibration file to write (with --calibrate-on) or to apply");
    command->add_option("--method", options->method, "Of the calibration")
        ->check(CLI::IsMember({"temperature", "platt"}))
        ->capture_default_str();
    addJsonOption(*command, options->json);
    runs(*command, context, [options, &context] { return run(*options, context.job()); });
}

} // namespace mama::cli
