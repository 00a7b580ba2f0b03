// mama library: what the library page does, from the shell.
#include "app/mama/library/library_command.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/collection/file_states.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/region_pass.h"
#include "core/library/embeddings/embedding_set.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

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

nlohmann::json embeddingsJson(const Library& library)
{
    nlohmann::json out = nlohmann::json::array();
    for (const EmbeddingSetInfo& set : embeddingSets(library.folder()))
        out.push_back({{"set", pathText(set.folder)},
                       {"model", set.modelName},
                       {"hash", set.identity.modelHash},
                       {"profile", set.profileName},
                       {"compute", set.identity.compute},
                       {"dim", set.dim},
                       {"rows", set.rows}});
    return out;
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
                   {"datasets", sets},
                   {"embeddings", embeddingsJson(*library)}});
        return Done;
    }
    for (const auto& [what, count] : all.items())
        std::cout << what << "\t" << count << "\n";
    for (const LibraryDataSet& set : library->dataSets())
        std::cout << set.name << "\t" << set.studies << " studies\t" << set.images << " images\t" << set.licence
                  << "\n";
    for (const EmbeddingSetInfo& set : embeddingSets(library->folder()))
        std::cout << "embeddings of " << oneLine(set.modelName) << "\t" << set.rows << " rows\t" << set.identity.compute
                  << "\n";
    std::cout << std::flush;
    return Done;
}

// Rows that do not check are no fault of the library: they are passed over and computed again.
nlohmann::json damagedRows(const Library& library)
{
    nlohmann::json out = nlohmann::json::array();
    for (const EmbeddingSetInfo& info : embeddingSets(library.folder())) {
        const EmbeddingSet set(info.folder);
        out.push_back({{"set", pathText(info.folder)}, {"rows", set.size()}, {"damaged", set.damaged()}});
    }
    return out;
}

int check(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const std::string fault = library->findFault(command.full);
    const nlohmann::json sets = command.full ? damagedRows(*library) : nlohmann::json::array();
    if (command.json)
        printJson({{"whole", fault.empty()}, {"fault", fault}, {"full", command.full}, {"embeddings", sets}});
    else
        std::cout << (fault.empty() ? "whole" : oneLine(fault)) << std::endl;
    for (const nlohmann::json& set : sets)
        if (set["damaged"] != 0)
            std::cerr << "warning: " << set["set"].get<std::string>() << ": " << set["damaged"]
                      << " damaged embeddings: mama library embed computes them again" << std::endl;
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
    const auto library = openLibrary(command.library, Access::Write);
    const Change change = library->undo(command.command);
    lookAfter(*library, change);
    return print(command, change);
}

int redo(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Write);
    const Change change = library->redo();
    lookAfter(*library, change);
    return print(command, change);
}

int regions(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Write);
    const RegionPass pass = decideRegions(*library, context.job());
    if (command.json)
        printJson(toJson(pass));
    else
        std::cout << pass.masks << " masks outlined, " << pass.decided << " boxes decided by the breast, " << pass.open
                  << " off the breast either way, " << pass.left << " left: their files are not there" << std::endl;
    for (const RefusedFile& file : pass.problems)
        std::cerr << "warning: " << file.path << ": " << oneLine(file.reason) << std::endl;
    return pass.problems.empty() ? Done : SomeRefused;
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

} // namespace

void addLibrary(CLI::App& app, Context& context)
{
    CLI::App* library =
        app.add_subcommand("library", "A collection: make, look, check, copy, filter, tag, split, undo");
    explain(*library,
            "A library is a folder with library.db in it. Every change is one step that undo takes back, also later.");
    library->require_subcommand(1);
    const LibraryOptions none = [](CLI::App&, LibraryCommand&) {};
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
            action.add_option("--out", command.out, "A folder that is new or empty")->required();
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
        *library, context, {"headers", "Read the headers of images that were not read yet"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--threads", command.threads, "0: all cores")->check(CLI::NonNegativeNumber);
        },
        headers);
    addFileActions(*library, context);
    addLibraryImport(*library, context);
    addAction(
        *library, context,
        {"regions",
         "Decide by pixels what tables leave open: which file is a finding's mask, which boxes are mirrored"},
        [](CLI::App&, LibraryCommand&) {}, regions);
    addVocabulary(*library, context);
    addEmbed(*library, context);
    addPatches(*library, context);
    addMap(*library, context);
    addStudyActions(*library, context);
    addHandoverActions(*library, context);
    addShowActions(*library, context);
    refuseEmptyValues(*library);
}

} // namespace mama::cli
