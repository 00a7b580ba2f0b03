#include "app/mama/training/run_list.h"

#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/protocol/run_filter.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_names.h"
#include "core/protocol/run_shelf.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace mama::cli {
namespace {

using nlohmann::json;

struct ListCommand
{
    std::filesystem::path folder;
    std::string filter, sort = "folder";          // of list
    std::optional<std::string> name, group, note; // of label
    std::vector<std::string> tags, dropped;
    bool json = false; // the answer is JSON always
};

bool warned(const RunEntry& run)
{
    if (!run.problem().empty())
        std::cerr << "warning: " << oneLine(run.problem().english()) << std::endl;
    return !run.problem().empty();
}

// The folder itself if it is a run, and the runs right below it.
int list(const ListCommand& command)
{
    const RunFilter filter(command.filter);
    const RunShelf::News found = RunShelf(command.folder).look();
    if (!found.problem.empty())
        throw Error(ErrorCode::Io, {action::readRun}, pathText(command.folder), found.problem);
    bool all = true;
    std::vector<const RunEntry*> runs;
    for (const RunEntry& run : found.changed) {
        all = !warned(run) && all;
        runs.push_back(&run);
    }
    for (const std::string& name : filter.unknown(runs))
        std::cerr << "warning: no run has a setting or figure of the name " << oneLine(name) << std::endl;
    const RunOrder order = RunOrder::parse(command.sort);
    if (!runs.empty() && !order.isKnown(runs))
        throw Error(ErrorCode::Usage, {action::readRun}, "--sort",
                    {TextId("run.unknown_order", "no run has a setting or figure of the name %1"), order.key});
    const auto titles = distinctNames(runs);
    std::erase_if(runs, [&filter](const RunEntry* run) { return !filter.accepts(*run); });
    order.sort(runs);
    json document = json::array();
    for (const RunEntry* run : runs) {
        document.push_back(runSummary(*run));
        document.back()["title"] = titles.at(run->folder());
        for (const auto& [name, value] : run->figures())
            document.back()["figures"][name] = value;
    }
    printJson(document);
    return all ? Done : SomeRefused;
}

int label(const ListCommand& command)
{
    if (!std::filesystem::exists(RunFolder(command.folder).stateFile()))
        throw Error(ErrorCode::Usage, {action::readRun}, pathText(command.folder),
                    {TextId("run.no_folder_to_label", "is no run folder: it has no state.json")});
    UserText problem;
    RunNotes notes = RunNotes::readWhatThereIs(command.folder, problem);
    if (!problem.empty())
        std::cerr << "warning: " << oneLine(problem.english()) << std::endl;
    if (command.name)
        notes.name = cleanTag(*command.name);
    if (command.group)
        notes.group = cleanTag(*command.group);
    if (command.note)
        notes.note = *command.note;
    for (const std::string& given : command.tags)
        for (const std::string& tag : tagsOf(given))
            if (std::find(notes.tags.begin(), notes.tags.end(), tag) == notes.tags.end())
                notes.tags.push_back(tag);
    for (const std::string& given : command.dropped)
        for (const std::string& tag : tagsOf(given))
            std::erase(notes.tags, tag);
    notes.write(command.folder);
    printJson(notes.toJson());
    return Done;
}

void addListOptions(CLI::App& command, ListCommand& options)
{
    command.add_option("--filter", options.filter,
                       "Words and conditions, all of which hold: batch=32 status:failed tag:lora loss<0.5 -word");
    command
        .add_option("--sort", options.sort, "Setting, figure, started, name, ...; with - in front the highest first")
        ->capture_default_str();
}

void addLabelOptions(CLI::App& command, ListCommand& options)
{
    command.add_option("--name", options.name, "Shown instead of the folder's name; empty: the folder's");
    command.add_option("--group", options.group, "Group; empty: none");
    command.add_option("--note", options.note, "Note; empty: none");
    command.add_option("--tag", options.tags, "Tags to add, separated by commas");
    command.add_option("--untag", options.dropped, "Tags to take away");
}

} // namespace

json runSummary(const RunEntry& run)
{
    json one = run.state() ? run.state()->toJson() : json::object();
    one["status"] = run.status();
    one["run"] = pathText(run.folder());
    if (!run.state())
        one["reason"] = oneLine(run.problem().english());
    one["name"] = run.name();
    one["group"] = run.notes().group;
    one["tags"] = run.notes().tags;
    one["note"] = run.notes().note;
    return one;
}

void addRunList(CLI::App& run, Context& context)
{
    const auto add = [&](const char* name, const char* meaning, auto addOptions, auto act) {
        auto options = std::make_shared<ListCommand>();
        CLI::App* command = run.add_subcommand(name, meaning);
        command->add_option("DIR", options->folder, "Run folder")->required()->check(CLI::ExistingDirectory);
        addOptions(*command, *options);
        addJsonOption(*command, options->json, "As without: the answer is JSON always");
        runs(*command, context, [options, act] { return act(*options); });
    };
    add("list", "The run in DIR, and those right below it", addListOptions, list);
    add("label", "Name, group, tags and note of a run, kept in its folder", addLabelOptions, label);
}

} // namespace mama::cli
