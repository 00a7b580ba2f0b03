// mama library patches: patches of a library's images, for the search for a region.
#include "app/mama/library/embed_report.h"
#include "app/mama/library/library_command.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/studies/cohorts.h"
#include "core/protocol/map_way.h"
#include "core/zeroshot/library_patches.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace mama::cli {
namespace {

struct PatchCommand : EmbedRun
{
    LibraryOption library;
    std::string model, where, cohort;
    bool dryRun = false;
};

std::string sizeText(std::int64_t bytes)
{
    const double mega = static_cast<double>(bytes) / 1e6;
    return mega < 1000 ? fixedText(mega, mega < 10 ? 1 : 0) + " MB" : fixedText(mega / 1000, 1) + " GB";
}

nlohmann::json toJson(const PatchPlan& plan)
{
    return {{"set", pathText(plan.set.folder)},
            {"model", plan.set.modelName},
            {"images", plan.images},
            {"left", plan.left},
            {"patches", plan.patches},
            {"disk", plan.bytes.disk},
            {"memory", plan.bytes.memory},
            {"from_set", plan.fromSet}};
}

std::string words(const PatchPlan& plan)
{
    return std::to_string(plan.left) + " of " + std::to_string(plan.images) +
           " images have no patches yet; with them the set will take about " + sizeText(plan.bytes.disk) +
           " on the disk, of that " + sizeText(plan.bytes.memory) + " in memory while it is searched (" +
           std::to_string(plan.patches) + " patches)";
}

nlohmann::json toJson(const std::optional<PatchRecall>& recall)
{
    if (!recall)
        return nullptr;
    return {{"recall", recall->recall},
            {"at", PatchRecall::at},
            {"questions", recall->questions},
            {"exact_ms", recall->exactMilliseconds},
            {"two_stages_ms", recall->stagesMilliseconds}};
}

std::string words(const std::optional<PatchRecall>& recall)
{
    return recall ? ", two stages find " + fixedText(100 * recall->recall, 1) + " % of the 20 nearest images" : "";
}

int make(const PatchCommand& command, const Context& context)
{
    if (command.nice > 0 && ::setpriority(PRIO_PROCESS, 0, command.nice) != 0)
        throw Error(ErrorCode::Io, {makePatchesAction}, "--nice", std::strerror(errno));
    const bool isWatched = command.progress == "json";
    const Job job = isWatched ? lineJob(context.job(), {embedPhase, "images"}) : context.job();
    const auto library = openLibrary(command.library, command.dryRun ? Access::Read : Access::Write);
    std::vector<std::int64_t> studies = command.cohort.empty()
                                            ? studiesOf(*library, command.where)
                                            : studiesOfCohort(*library, cohortNamed(*library, command.cohort).id);
    job.report(0, 0, "load model");
    const LoadedModel model = loadModelFor(command.model, command.images, command.compute, job);
    if (!model.model)
        return Cancelled;
    const PatchPlan plan = planPatches(*library, model, studies);
    if (command.dryRun) {
        command.json || isWatched ? printJson(toJson(plan)) : static_cast<void>(std::cout << words(plan) << std::endl);
        return Done;
    }
    if (!command.json && !isWatched)
        std::cerr << words(plan) << std::endl;
    const PatchReport made = makePatches(*library, model, studies, command.options, job);
    nlohmann::json document = cli::toJson(made.embedded);
    document["patches"] = made.patches;
    document["disk"] = made.bytes.disk;
    document["memory"] = made.bytes.memory;
    document["two_stages"] = toJson(made.recall);
    if (isWatched)
        std::cout << nlohmann::json{{"result", document}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl;
    else if (command.json)
        printJson(document);
    else {
        printProblems(made.embedded);
        std::cout << cli::words(made.embedded) << "; " << made.patches << " patches, " << sizeText(made.bytes.disk)
                  << words(made.recall) << std::endl;
    }
    return statusOf(made.embedded);
}

int list(const PatchCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Read);
    const std::vector<std::int64_t> studies = studiesOf(*library, {});
    nlohmann::json all = nlohmann::json::array();
    for (const EmbeddingSetInfo& info : patchSets(library->folder())) {
        const auto index = PatchIndex::open(*library, info.folder, studies, context.job());
        if (!index)
            return Cancelled;
        const auto recall = index->measured();
        const auto bytes = patchBytes(static_cast<std::int64_t>(index->set().size()),
                                      static_cast<std::int64_t>(index->set().patches()), info.dim);
        all.push_back({{"set", pathText(info.folder)},
                       {"model", info.modelName},
                       {"hash", info.identity.modelHash},
                       {"compute", info.identity.compute},
                       {"map_way", keptMapWay(info.identity.mapWay)},
                       {"dim", info.dim},
                       {"images", index->images()},
                       {"studies", index->studies()},
                       {"patches", index->patches()},
                       {"disk", bytes.disk},
                       {"memory", bytes.memory},
                       {"two_stages", toJson(recall)}});
        if (!command.json)
            std::cout << oneLine(info.modelName) << "\t" << index->images() << " images of " << index->studies()
                      << " studies\t" << index->patches() << " patches\t" << sizeText(bytes.disk) << ", in memory "
                      << sizeText(bytes.memory) << words(recall) << "\t" << pathText(info.folder) << "\n";
    }
    if (command.json)
        printJson({{"patches", all}});
    std::cout << std::flush;
    return Done;
}

int remove(const PatchCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Write);
    const EmbeddingSetInfo set = patchSetMeant(library->folder(), command.model);
    removePatches(set);
    if (command.json)
        printJson({{"removed", pathText(set.folder)}, {"model", set.modelName}});
    else
        std::cout << "removed the patches of " << oneLine(set.modelName) << std::endl;
    return Done;
}

void addMake(CLI::App& parent, Context& context)
{
    auto options = std::make_shared<PatchCommand>();
    CLI::App* command = parent.add_subcommand("make", "Patches of the images that have none; goes on where it stopped");
    addLibraryOption(*command, options->library);
    addModelOption(*command, options->model);
    CLI::Option* where = command->add_option("--where", options->where, filterHelp);
    command->add_option("--cohort", options->cohort, "The studies of a frozen cohort")->excludes(where);
    command->add_flag("--dry-run", options->dryRun, "Say what it would take, and do nothing");
    addEmbedRun(*command, *options);
    command->footer("Patches are those of mama query's maps that lie in the breast. A model has one set, to which each "
                    "call adds.\nWhat is in it is on the disk and never computed again, whatever ends the command; "
                    "Status 3: files were missing or refused.");
    runs(*command, context, [options, &context] { return make(*options, context); });
}

} // namespace

void addPatches(CLI::App& library, Context& context)
{
    CLI::App* patches = library.add_subcommand("patches", "Patches of its images, for mama search --region");
    patches->require_subcommand(1);
    addMake(*patches, context);
    auto listed = std::make_shared<PatchCommand>(), removed = std::make_shared<PatchCommand>();
    CLI::App* lists = patches->add_subcommand("list", "The sets there are");
    addLibraryOption(*lists, listed->library);
    addJsonOption(*lists, listed->json);
    runs(*lists, context, [listed, &context] { return list(*listed, context); });
    CLI::App* removes = patches->add_subcommand("remove", "Remove a model's set: it can be made again");
    addLibraryOption(*removes, removed->library);
    removes->add_option("--model", removed->model, setHelp);
    addJsonOption(*removes, removed->json);
    runs(*removes, context, [removed, &context] { return remove(*removed, context); });
}

} // namespace mama::cli
