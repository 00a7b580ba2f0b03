// mama map-metrics: how well alignment maps find marked findings.
#include "app/mama/images/map_files_in.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/files.h"

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct MapMetricsOptions
{
    MapFolders folders;
    std::filesystem::path patients;
    std::optional<double> threshold;
    bool json = false;
    metrics::BootstrapOptions bootstrap;
};

// A JSON object, map name to patient; a map that is not named is a patient of its own.
std::vector<std::string> patientsOf(const std::filesystem::path& path, const std::vector<MapCase>& cases)
{
    if (path.empty())
        return {};
    const nlohmann::json document = readJson(path);
    if (!document.is_object())
        throw Error(ErrorCode::Format, "map metrics", path.string(), "expected an object of map names and patients");
    std::vector<std::string> patients;
    for (const MapCase& one : cases) {
        const auto found = document.find(one.name);
        patients.push_back(found != document.end() && found->is_string() ? found->get<std::string>()
                                                                         : "map " + one.name);
    }
    return patients;
}

nlohmann::json bootstrapOf(const MapMetricsOptions& options, bool byPatient)
{
    return {{"resamples", options.bootstrap.resamples},
            {"seed", options.bootstrap.seed},
            {"unit", byPatient ? "patient" : "map"}};
}

void printTable(const nlohmann::json& means)
{
    for (const auto& [name, entry] : means.items())
        std::cout << name << " " << entry.dump() << "\n";
    std::cout.flush();
}

int run(const MapMetricsOptions& options, const Job& job)
{
    std::vector<std::string> missing;
    const std::vector<MapCase> cases = readMapCases(options.folders, missing);
    if (cases.empty())
        throw Error(ErrorCode::Data, "map metrics", options.folders.maps.string(), "no map has a mask");
    std::vector<metrics::MapFigures> figures;
    nlohmann::json maps = nlohmann::json::array();
    for (const MapCase& one : cases) {
        if (job.cancelled())
            return Cancelled;
        figures.push_back(metrics::mapFigures(one.values, targetOf(one), options.threshold));
        maps.push_back(metrics::toJson(figures.back()));
        maps.back()["map"] = one.name;
        job.report(figures.size(), cases.size(), "maps");
    }
    const auto patients = patientsOf(options.patients, cases);
    const auto summary = metrics::summarise(figures, patients, options.threshold, options.bootstrap, job);
    if (!summary)
        return Cancelled;
    const nlohmann::json means = metrics::toJson(*summary);
    if (options.json)
        printJson({{"maps", maps},
                   {"summary", means},
                   {"without_mask", missing},
                   {"threshold", options.threshold ? nlohmann::json(*options.threshold) : nullptr},
                   {"bootstrap", bootstrapOf(options, !patients.empty())}});
    else
        printTable(means);
    return missing.empty() ? Done : SomeRefused;
}

} // namespace

void addMapMetrics(CLI::App& app, Context& context)
{
    auto options = std::make_shared<MapMetricsOptions>();
    CLI::App* command = app.add_subcommand("map-metrics", "How well alignment maps find marked findings");
    explain(
        *command,
        "CNR (signed and absolute, over the breast), pointing hit (first maximum; any of equal ones; ties), IoU at 0.1 to\n"
        "0.5 of the raw and of the min-max scaled map, IoU and Dice at Otsu's threshold and at --threshold, with the\n"
        "oracle of the grid and chance; means over the positives with 95 % intervals, and the false-activation rate of\n"
        "maps with an empty mask. Masks have the size of the grid, or of the image with geometry.json beside the maps\n"
        "(as mama query --maps writes it); there IoU counts image pixels, and what the model did not see is missed.");
    command
        ->add_option("--maps", options->folders.maps,
                     "Folder of NAME.npy [rows, columns], or of maps.npy [N, rows, columns]")
        ->required()
        ->check(CLI::ExistingDirectory);
    command->add_option("--masks", options->folders.masks, "Folder of NAME.npy or NAME.png, or of masks.npy")
        ->required()
        ->check(CLI::ExistingDirectory);
    command
        ->add_option("--breasts", options->folders.breasts,
                     "Folder of breast masks under the same names, or of breasts.npy")
        ->check(CLI::ExistingDirectory);
    command->add_option("--patients", options->patients, "JSON object, map name to patient: intervals are by patient");
    command->add_option("--threshold", options->threshold, "Tuned on validation; for Dice, IoU and false activation");
    addBootstrapOptions(*command, options->bootstrap);
    addJsonOption(*command, options->json);
    runs(*command, context, [options, &context] { return run(*options, context.job()); });
}

} // namespace mama::cli
