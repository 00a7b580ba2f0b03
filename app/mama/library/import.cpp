// mama import and mama library import: a data set's tables into a library.
#include "app/mama/library/library_command.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/set_import.h"
#include "core/library/collection/set_source.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/table_file.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;

struct ImportCommand
{
    std::string dataSet;
    fs::path path, report, table;
    std::string map, saveMap; // a file or a saved name; the name to save it by
    LibraryOption library;
    bool dryRun = false, headers = false, json = false;
    int threads = 0;
};

nlohmann::json toJson(const ImportResult& result)
{
    return {{"patients", result.patients}, {"studies", result.studies}, {"images", result.images},
            {"findings", result.findings}, {"labels", result.labels},   {"annotations", result.annotations},
            {"meanings", result.meanings}, {"mask_files", result.masks}};
}

nlohmann::json toJson(const HeaderPass& pass)
{
    nlohmann::json problems = nlohmann::json::array();
    for (const RefusedFile& file : pass.problems)
        problems.push_back({{"path", file.path}, {"reason", file.reason}});
    return {{"read", pass.read},
            {"missing", pass.missing},
            {"refused", pass.refused},
            {"left", pass.left},
            {"problems", problems}};
}

// Refused tables and rows are told by the exit status too.
int statusOf(const SetReport& report) { return report.rejected() > 0 || !report.stopped.empty() ? SomeRefused : Done; }

// --map: a file of that name, else a mapping that the library has.
SetSource sourceOf(const ImportCommand& command, Library* library)
{
    SetSource source{command.path, command.dataSet, command.table, {}};
    if (command.map.empty())
        return source;
    if (command.table.empty())
        throw Error(ErrorCode::Usage, {TextId("import.map_action", "import")}, "--map",
                    {TextId("import.map_needs_table", "it says what the columns of --table hold: name the table too")});
    std::error_code failed;
    if (fs::exists(command.map, failed)) {
        source.mapping = mappingFrom(readJson(command.map));
        return source;
    }
    const auto saved = library ? savedMappings(*library) : std::map<std::string, TableMapping>();
    const auto found = saved.find(command.map);
    if (found == saved.end())
        throw Error(ErrorCode::Usage, {TextId("import.map_lookup", "import")}, "--map " + command.map,
                    {TextId("import.no_map", "there is no such file, and the library has no mapping of this name")});
    source.mapping = found->second;
    return source;
}

int import(const ImportCommand& command, const Context& context)
{
    const Job job = context.job();
    const bool isThere = !command.library.folder.empty() && fs::exists(command.library.folder / "library.db");
    std::unique_ptr<Library> library;
    if (isThere)
        library = openLibrary(command.library, command.dryRun ? Access::Read : Access::Write);
    // No library is made for a folder that is not there.
    const SetSource source = sourceOf(command, library.get());
    const SetRows rows = readSet(source, library.get(), job);
    if (job.cancelled())
        return Cancelled;
    SetReport report = rows.report;
    nlohmann::json document = mama::toJson(rows.report);
    document["dry_run"] = command.dryRun;
    document["name"] = rows.name;
    document["licence"] = rows.licence;
    document["restricted"] = rows.restricted;
    std::string added;
    if (!command.dryRun) {
        if (!library) {
            Library::create(command.library.folder);
            library = openLibrary(command.library, Access::Write);
        }
        if (!command.saveMap.empty() && !command.table.empty())
            saveMapping(*library, command.saveMap,
                        source.mapping.fields.empty() ? mappingFor(library.get(), readTableHeading(command.table))
                                                      : source.mapping);
        const auto result = importSet(*library, rows, job);
        if (!result)
            return Cancelled;
        document["library"] = pathText(command.library.folder);
        document.update(cli::toJson(result->change));
        document["added"] = toJson(*result);
        document["changed"] = result->changed;
        document["no_longer_in_tables"] = result->gone;
        report.problems.insert(report.problems.end(), result->problems.begin(), result->problems.end());
        document["problems"] = mama::toJson(report)["problems"];
        added = result->change.command == 0
                    ? "nothing was new: the library is as it was\n"
                    : "command " + std::to_string(result->change.command) + ": " + result->change.words + "\n";
        if (result->gone > 0)
            added += std::to_string(result->gone) + " no longer in the tables: kept\n";
        if (command.headers) {
            document["headers"] = toJson(readHeaders(*library, job, command.threads));
            document["regions"] = cli::toJson(decideRegions(*library, job));
        }
    }
    if (!command.report.empty())
        writeAtomically(command.report, std::string_view(reportFor(command.report, report)));
    if (command.json)
        printJson(document);
    else
        std::cout << textOf(report) << added << std::flush;
    return statusOf(rows.report);
}

} // namespace

namespace {

void addOptions(CLI::App& import, const std::shared_ptr<ImportCommand>& command, Context& context)
{
    addLibraryOption(import, command->library);
    import.get_option("--library")->required(false);
    import
        .add_option("--table", command->table,
                    "A table of your own (.csv, .xlsx) about the folder's images, a row an image")
        ->check(CLI::ExistingFile);
    import.add_option("--map", command->map,
                      "What its columns hold: {\"fields\": {\"path\": \"a column\", \"patient\": ...}, \"labels\": "
                      "{\"task\": \"a column\"}} in a file, or a saved name; else by the columns' names. Fields: path, "
                      "patient, study, side, view, date, age, description, split, birads, density, pathology, cancer, "
                      "finding, x0, y0, x1, y1");
    import.add_option("--save-map", command->saveMap, "Save that in the library, by this name");
    import.add_flag("--dry-run", command->dryRun, "Only the report: nothing is written");
    import.add_option("--report", command->report, "Also write the report: .json, .csv (a line an issue), else text");
    import.add_flag("--headers", command->headers,
                    "Then read the images' headers (mama library headers goes on later)");
    import.add_option("--threads", command->threads, "Threads that read headers; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    addJsonOption(import, command->json);
    import.footer(
        "Each record is imported, a duplicate, or rejected with row, line, column and reason; a warning removes nothing.\n"
        "The library is made where there is none. A second import of the same tables changes nothing; of corrected\n"
        "tables it changes the same records, and names each. Words and codes are read as the library's vocabulary says\n"
        "(mama library vocabulary). mama library undo takes an import back. Status 3: some records or tables were refused.");
    runs(import, context, [command, &context] {
        if (!command->dryRun && command->library.folder.empty())
            throw Error(ErrorCode::Usage, {TextId("import.action", "import")}, "--library",
                        {TextId("import.no_library", "name the library to import into, or ask for --dry-run")});
        return cli::import(*command, context);
    });
}

std::string namesOfSets()
{
    std::string names;
    for (const DataSetReader& each : dataSetReaders())
        names += (names.empty() ? "" : ", ") + std::string(each.name) + " (" + each.title + ")";
    return names + "; phantoms are embed; folder: any images, with a table of your own (--table) or without";
}

constexpr const char* folderHelp = "Its folder: tables in it or in its folder tables, images below it";

} // namespace

void addImport(CLI::App& app, Context& context)
{
    auto command = std::make_shared<ImportCommand>();
    CLI::App* import = app.add_subcommand("import", "Take a public data set's tables into a library, with a report");
    import->add_option("DATASET", command->dataSet, namesOfSets())->required();
    import->add_option("PATH", command->path, folderHelp)->required();
    addOptions(*import, command, context);
    refuseEmptyValues(*import);
}

void addLibraryImport(CLI::App& library, Context& context)
{
    auto command = std::make_shared<ImportCommand>();
    CLI::App* import = library.add_subcommand("import", "Take a data set's tables in, recognised by their columns");
    import->add_option("PATH", command->path, folderHelp)->required();
    import->add_option("--set", command->dataSet, "Which data set it is, not what its tables say: " + namesOfSets());
    addOptions(*import, command, context);
}

} // namespace mama::cli
