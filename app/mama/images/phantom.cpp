// mama phantom: synthetic screening studies with known lesions.
#include "core/phantom/phantom.h"
#include "app/mama/options.h"
#include "core/base/error.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    PhantomOptions phantoms;
    std::string size = "1024x832";
    bool json = false;
};

int run(Options options, const Context& context)
{
    int used = 0;
    PhantomOptions& o = options.phantoms;
    if (std::sscanf(options.size.c_str(), "%5dx%5d%n", &o.rows, &o.columns, &used) != 2 ||
        used != static_cast<int>(options.size.size()))
        throw Error(ErrorCode::Usage, "phantom", "--size", "expected ROWSxCOLUMNS, as 1024x832");
    const auto summary = writePhantoms(o, context.job());
    if (!summary)
        return Cancelled;
    if (options.json)
        printJson({{"synthetic", true},
                   {"seed", o.seed},
                   {"studies", summary->studies},
                   {"priors", summary->priors},
                   {"images", summary->images},
                   {"lesions", summary->lesions},
                   {"studies_with_finding", summary->studiesWithFinding},
                   {"rows", o.rows},
                   {"columns", o.columns},
                   {"seconds", summary->seconds},
                   {"folder", o.folder.string()}});
    else
        std::cout << summary->studies << " synthetic studies, " << summary->priors << " priors, " << summary->images
                  << " images, " << summary->lesions << " lesions in " << summary->seconds << " s\n";
    return Done;
}

} // namespace

void addPhantom(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("phantom", "Write synthetic mammograms with known lesions");
    command->footer(
        "Patient i has seed N + i. Four views a study as DICOM, tables as EMBED's, a mask a lesion and image, lesions.csv, studies.csv.\n"
        "A prior is a study of its own one to two years before: the same breasts, compressed and exposed anew, lesions smaller or not\n"
        "there yet. Current studies are the same whatever the share of priors.\n"
        "Seeds from 1000000 up are for evaluation only: never train on them. The images are synthetic, not for clinical use.");
    PhantomOptions& o = options->phantoms;
    command->add_option("--seed", o.seed, "Seed of the first patient")->required();
    command->add_option("--studies", o.studies, "Number of patients, each with one current study")
        ->required()
        ->check(CLI::PositiveNumber);
    command->add_option("--out", o.folder, "Folder to write to; made if absent")->required();
    command->add_option("--size", options->size, "ROWSxCOLUMNS, 64 to 4096 each")->capture_default_str();
    command->add_option("--priors", o.priors, "Share of the patients with an earlier study beside the current one")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--threads", o.threads, "Threads; 0: all cores")->check(CLI::NonNegativeNumber);
    command->add_flag("--balanced", o.balanced, "Densities A to D in equal shares, not 10, 40, 40, 10 %");
    addJsonOption(*command, options->json);
    runs(*command, context, [options, &context] { return run(*options, context); });
}

} // namespace mama::cli
