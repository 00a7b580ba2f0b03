// mama library embed: embeddings of a library's images, here or by workers that never open it.
#include "app/mama/library/embed_report.h"
#include "app/mama/library/library_command.h"
#include "app/mama/study_options.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/zeroshot/library_embedding.h"

#include <cerrno>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;
constexpr auto embedding = TextId("library_command.embed", "embed");

struct EmbedCommand : EmbedRun
{
    LibraryOption library;
    std::string model, where, shard;
    fs::path plan, collect, out;
};

int print(const EmbedCommand& command, const nlohmann::json& document, const std::string& words)
{
    if (command.progress == "json")
        std::cout << nlohmann::json{{"result", document}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl;
    else if (command.json)
        printJson(document);
    else
        std::cout << words << std::endl;
    return Done;
}

int print(const EmbedCommand& command, const EmbedReport& report)
{
    if (!command.json && command.progress != "json")
        printProblems(report);
    print(command, toJson(report), words(report));
    return statusOf(report);
}

LoadedModel loaded(const EmbedCommand& command, const std::string& model, const Job& job)
{
    job.report(0, 0, "load model");
    return loadModelFor(model, command.images, command.compute, job);
}

int runShard(const EmbedCommand& command, const Job& job)
{
    if (command.out.empty())
        throw Error(ErrorCode::Usage, {embedding}, "--out",
                    {TextId("library_command.no_shard_folder", "name the folder for the shard's embeddings")});
    const Shard shard = shardFromText(command.shard);
    const EmbeddingPlan plan = readPlan(command.plan, shard);
    const LoadedModel model = loaded(command, command.model.empty() ? pathText(plan.modelFolder) : command.model, job);
    if (!model.model)
        return Cancelled;
    const std::string folder = "shard-" + std::to_string(shard.number) + "-of-" + std::to_string(shard.count);
    return print(command, embedShard(plan, model, command.out / folder, command.options, job));
}

int collect(const EmbedCommand& command, Library& library, const LoadedModel& model, const Job& job)
{
    const auto counts = collectShards(library, command.collect, model.model->info().hash, job);
    if (!counts)
        return Cancelled;
    print(command,
          {{"shards", counts->shards},
           {"rows", counts->rows},
           {"images", counts->images},
           {"strange", counts->strange},
           {"headers_left", headersLeft(library)}},
          std::to_string(counts->rows) + " new embeddings of " + std::to_string(counts->images) + " images from " +
              std::to_string(counts->shards) + " shards; " + std::to_string(counts->strange) +
              " images are none of this library");
    return counts->strange > 0 ? SomeRefused : Done;
}

int plan(const EmbedCommand& command, Library& library, const LoadedModel& model, const Job& job)
{
    const auto images = writePlan(library, setInfoOf(model, {}), studiesOf(library, command.where), command.plan, job);
    if (!images)
        return Cancelled;
    return print(command, {{"plan", pathText(command.plan)}, {"images", *images}},
                 std::to_string(*images) + " images in " + pathText(command.plan));
}

int run(const EmbedCommand& command, const Context& context)
{
    if (command.nice > 0 && ::setpriority(PRIO_PROCESS, 0, command.nice) != 0)
        throw Error(ErrorCode::Io, {embedding}, "--nice", std::strerror(errno));
    const Job job = command.progress == "json" ? lineJob(context.job(), {embedPhase, "images"}) : context.job();
    if (!command.shard.empty())
        return runShard(command, job);
    if (command.library.folder.empty() || command.model.empty())
        throw Error(ErrorCode::Usage, {embedding}, command.model.empty() ? "--model" : "--library",
                    {TextId("library_command.embed_needs", "name library and model, or a plan and a shard of it")});
    const auto library = openLibrary(command.library, Access::Write);
    const LoadedModel model = loaded(command, command.model, job);
    if (!model.model)
        return Cancelled;
    if (!command.collect.empty())
        return collect(command, *library, model, job);
    if (!command.plan.empty())
        return plan(command, *library, model, job);
    return print(command, embedLibrary(*library, model, studiesOf(*library, command.where), command.options, job));
}

} // namespace

void addEmbed(CLI::App& library, Context& context)
{
    auto options = std::make_shared<EmbedCommand>();
    CLI::App* command =
        library.add_subcommand("embed", "Embeddings of its images, for search; goes on where it stopped");
    addLibraryOption(*command, options->library);
    command->get_option("--library")->required(false);
    addModelOption(*command, options->model);
    command->get_option("--model")->required(false);
    command->add_option("--where", options->where, filterHelp);
    CLI::Option* plan = command->add_option("--plan", options->plan, "Write a list of the work; with --shard read it");
    CLI::Option* shard =
        command->add_option("--shard", options->shard, "i/n: do this part of the plan; the library is not opened")
            ->needs(plan);
    command->add_option("--out", options->out, "Folder for the folders of shards")->needs(shard);
    command->add_option("--collect", options->collect, "Take over what shards have written in this folder")
        ->excludes(plan);
    addEmbedRun(*command, *options);
    command->footer(
        "Each file is read once. What is embedded is on the disk and never computed again, whatever ends the command;\n"
        "SIGINT and SIGTERM end it with status 130. Files are told by their bytes: moved ones keep their embeddings.\n"
        "Raw images and stacks without a chosen frame are passed over. Status 3: files were missing or refused.\n"
        "On a cluster: mama library embed --library L --model M --plan plan.jsonl; in each task of an array\n"
        "mama library embed --plan plan.jsonl --shard i/n --out DIR; at last --library L --model M --collect DIR.");
    runs(*command, context, [options, &context] { return run(*options, context); });
}

} // namespace mama::cli
