// mama library: what the library page does, from the shell.
#include "app/mama/library/library_option.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/study_filter.h"
#include "core/library/collection/study_keys.h"
#include "core/library/collection/tags.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;
constexpr auto working = TextId("library_command.action", "library");

struct LibraryCommand
{
    LibraryOption library;
    fs::path out;
    std::optional<std::int64_t> command;
    std::string name, to, where;
    std::int64_t limit = 0;
    std::vector<std::string> studies;
    bool json = false, full = false, facets = false, all = false, remove = false, erase = false;
    int threads = 0;
};

int print(const LibraryCommand& command, const Change& change)
{
    if (command.json)
        printJson(toJson(change));
    else if (change.command == 0)
        std::cout << "nothing to change: " << oneLine(change.words) << std::endl;
    else
        std::cout << "command " << change.command << ": " << oneLine(change.words) << std::endl;
    return Done;
}

int create(const LibraryCommand& command, const Context&)
{
    Library::create(command.library.folder);
    if (command.json)
        printJson(
            {{"library", pathText(command.library.folder)}, {"version", Library(command.library.folder).version()}});
    else
        std::cout << "made an empty library in " << pathText(command.library.folder) << std::endl;
    return Done;
}

int info(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const LibraryCounts counts = library->counts();
    nlohmann::json all = {{"datasets", counts.datasets},       {"patients", counts.patients},
                          {"studies", counts.studies},         {"images", counts.images},
                          {"findings", counts.findings},       {"labels", counts.labels},
                          {"annotations", counts.annotations}, {"tags", counts.tags},
                          {"cohorts", counts.cohorts},         {"commands", counts.commands}};
    if (command.json) {
        nlohmann::json sets = nlohmann::json::array();
        for (const LibraryDataSet& set : library->dataSets())
            sets.push_back({{"dataset", set.importer},
                            {"name", set.name},
                            {"licence", set.licence},
                            {"restricted", set.restricted},
                            {"studies", set.studies},
                            {"images", set.images}});
        printJson({{"library", pathText(command.library.folder)},
                   {"version", library->version()},
                   {"counts", all},
                   {"datasets", sets}});
        return Done;
    }
    for (const auto& [what, count] : all.items())
        std::cout << what << "\t" << count << "\n";
    for (const LibraryDataSet& set : library->dataSets())
        std::cout << set.name << "\t" << set.studies << " studies\t" << set.images << " images\t" << set.licence
                  << "\n";
    std::cout << std::flush;
    return Done;
}

int check(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const std::string fault = library->findFault(command.full);
    if (command.json)
        printJson({{"whole", fault.empty()}, {"fault", fault}, {"full", command.full}});
    else
        std::cout << (fault.empty() ? "whole" : oneLine(fault)) << std::endl;
    return fault.empty() ? Done : Failed;
}

int backUp(const LibraryCommand& command, const Context&)
{
    openLibrary(command.library, Access::Read)->backUp(command.out);
    if (command.json)
        printJson({{"library", pathText(command.library.folder)}, {"copy", pathText(command.out)}});
    else
        std::cout << "copied to " << pathText(command.out) << std::endl;
    return Done;
}

int log(const LibraryCommand& command, const Context&)
{
    for (const CommandEntry& entry : openLibrary(command.library, Access::Read)->commands())
        if (command.json)
            std::cout << jsonLine(entry) << "\n";
        else
            std::cout << entry.id << "\t" << entry.at << "\t" << oneLine(entry.author) << "\t" << oneLine(entry.words)
                      << (entry.undoneBy ? "\tundone by " + std::to_string(*entry.undoneBy) : "") << "\n";
    std::cout << std::flush;
    return Done;
}

int undo(const LibraryCommand& command, const Context&)
{
    return print(command, openLibrary(command.library, Access::Write)->undo(command.command));
}

int redo(const LibraryCommand& command, const Context&)
{
    return print(command, openLibrary(command.library, Access::Write)->redo());
}

int listTags(const LibraryCommand& command)
{
    const auto library = openLibrary(command.library, Access::Read);
    nlohmann::json list = nlohmann::json::array();
    for (const Tag& each : tags(*library)) {
        list.push_back({{"name", each.name},
                        {"colour", each.colour},
                        {"key", each.key ? nlohmann::json(*each.key) : nlohmann::json()},
                        {"uses", each.uses}});
        if (!command.json)
            std::cout << oneLine(each.name) << "\t" << each.uses << "\t" << (each.key ? std::to_string(*each.key) : "-")
                      << "\n";
    }
    if (command.json)
        printJson({{"tags", list}});
    std::cout << std::flush;
    return Done;
}

int tagStudies(const LibraryCommand& command, const Context&)
{
    if (command.name.empty())
        return listTags(command);
    const auto library = openLibrary(command.library, Access::Write);
    if (!command.to.empty())
        return print(command, renameTag(*library, command.name, command.to));
    if (command.erase)
        return print(command, deleteTag(*library, command.name));
    if (command.studies.empty() && !command.all && command.where.empty())
        throw Error(ErrorCode::Usage, {working}, "tag",
                    {TextId("library_command.no_studies", "name studies with --study or --where, or ask for --all")});
    const std::vector<std::int64_t> targets = command.all             ? allStudies(*library)
                                              : command.where.empty() ? studiesNamed(*library, command.studies)
                                                                      : filtered(*library, command.where);
    return print(command, tag(*library, {command.name, "study", targets, command.remove}));
}

std::vector<std::int64_t> filtered(Library& library, const std::string& filter)
{
    const StudyColumns columns(library);
    const StudySet found = filterStudies(columns, parseFilter(filter), false).studies;
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found.has(i))
            ids.push_back(columns.id(i));
    return ids;
}

nlohmann::json toJson(const Facet& facet)
{
    nlohmann::json values = nlohmann::json::array();
    for (const FacetValue& each : facet.values)
        values.push_back({{"value", each.value}, {"count", each.count}, {"all", each.all}});
    return values;
}

int list(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const StudyColumns columns(*library);
    const FilterResult result = filterStudies(columns, parseFilter(command.where), command.facets);
    nlohmann::json studies = nlohmann::json::array(), facets = nlohmann::json::object();
    std::int64_t images = 0, allImages = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        allImages += columns.images(i);
        if (!result.studies.has(i))
            continue;
        images += columns.images(i);
        if (command.limit > 0 && static_cast<std::int64_t>(studies.size()) >= command.limit)
            continue;
        studies.push_back({{"study", columns.key(i)}, {"id", columns.id(i)}, {"images", columns.images(i)}});
        if (!command.json)
            std::cout << oneLine(columns.key(i)) << "\t" << columns.images(i) << "\n";
    }
    for (const Facet& facet : result.facets) {
        facets[facet.field] = toJson(facet);
        for (const FacetValue& each : facet.values)
            if (!command.json)
                std::cout << facet.field << "\t" << (each.value.empty() ? "-" : oneLine(each.value)) << "\t"
                          << each.count << " / " << each.all << "\n";
    }
    const std::size_t count = result.studies.count();
    if (command.json)
        printJson(
            {{"count", count}, {"of", columns.size()}, {"images", images}, {"studies", studies}, {"facets", facets}});
    else
        std::cout << count << " of " << columns.size() << " studies, " << images << " of " << allImages << " images"
                  << std::endl;
    return Done;
}

int headers(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Write);
    const HeaderPass pass = readHeaders(*library, context.job(), command.threads);
    nlohmann::json problems = nlohmann::json::array();
    for (const RefusedFile& file : pass.problems) {
        problems.push_back({{"path", file.path}, {"reason", file.reason}});
        if (!command.json)
            std::cout << file.path << "\t" << oneLine(file.reason) << "\n";
    }
    if (command.json)
        printJson({{"read", pass.read},
                   {"missing", pass.missing},
                   {"refused", pass.refused},
                   {"left", pass.left},
                   {"problems", problems}});
    else
        std::cout << pass.read << " read, " << pass.missing << " missing, " << pass.refused << " refused, " << pass.left
                  << " left" << std::endl;
    return pass.missing + pass.refused > 0 ? SomeRefused : Done;
}

constexpr const char* filterHelp = "Comparisons joined by and: \"density in (c, d) and birads >= 4 and not tag:seen\"";

using Options = std::function<void(CLI::App&, LibraryCommand&)>;

void addAction(CLI::App& parent, Context& context, const std::pair<const char*, const char*>& nameAndMeaning,
               const Options& options, int (*run)(const LibraryCommand&, const Context&))
{
    auto command = std::make_shared<LibraryCommand>();
    CLI::App* action = parent.add_subcommand(nameAndMeaning.first, nameAndMeaning.second);
    addLibraryOption(*action, command->library);
    addJsonOption(*action, command->json, run == log ? "A JSON object a line" : "One JSON document on standard output");
    options(*action, *command);
    runs(*action, context, [command, run, &context] { return run(*command, context); });
}

} // namespace

void addLibrary(CLI::App& app, Context& context)
{
    CLI::App* library = app.add_subcommand("library", "A collection: make, look, check, copy, tag, undo");
    library->description(
        "A library is a folder with library.db in it. Every change is one step that undo takes back, also later.");
    library->require_subcommand(1);
    const Options none = [](CLI::App&, LibraryCommand&) {};
    addAction(*library, context, {"create", "An empty library in a new or empty folder"}, none, create);
    addAction(*library, context, {"info", "What is in it"}, none, info);
    addAction(
        *library, context, {"check", "Whether its file is whole"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_flag("--full", command.full, "Indexes and references too (slow)");
        },
        check);
    addAction(
        *library, context, {"backup", "A whole copy, while others work on it"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--out", command.out, "A folder that is not there yet")->required();
        },
        backUp);
    addAction(*library, context, {"log", "Every command that changed it, in order"}, none, log);
    addAction(
        *library, context, {"undo", "Take the last command back, or a named one"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--command", command.command,
                              "Its number; refused with the name of a later command that stands on it");
        },
        undo);
    addAction(*library, context, {"redo", "Do again what was undone last"}, none, redo);
    addAction(
        *library, context, {"tag", "Tag studies, rename a tag; without --name the tags"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--name", command.name, "The tag; made if there is none");
            action.add_option("--study", command.studies, "A study's key, as its data set names it");
            action.add_option("--where", command.where, filterHelp);
            action.add_flag("--all", command.all, "Every study");
            action.add_flag("--remove", command.remove, "Take the tag away");
            action.add_option("--rename", command.to, "Another name for the tag");
            action.add_flag("--delete", command.erase, "Take it from everything and away");
        },
        tagStudies);
    addAction(
        *library, context, {"headers", "Read the headers of images that were not read yet"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--threads", command.threads, "0: all cores")->check(CLI::NonNegativeNumber);
        },
        headers);
    addAction(
        *library, context, {"list", "Studies that a filter leaves, with counts of every field's values"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--filter,--where", command.where, filterHelp);
            action.add_option("--limit", command.limit, "At most so many studies are listed; 0: all")
                ->check(CLI::NonNegativeNumber);
            action.add_flag("--facets", command.facets, "Also how many studies have each value");
        },
        list);
}

} // namespace mama::cli
