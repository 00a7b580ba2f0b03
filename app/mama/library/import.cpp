// mama import: a public data set's tables into a library.
#include "app/mama/library/library_option.h"
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/library/collection/header_pass.h"
#include "core/library/collection/set_import.h"
#include "core/tables/importers/data_sets.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;

struct ImportCommand
{
    std::string dataSet;
    fs::path path, report;
    LibraryOption library;
    bool dryRun = false, headers = false, json = false;
    int threads = 0;
};

nlohmann::json toJson(const ImportResult& result)
{
    return {{"patients", result.patients}, {"studies", result.studies}, {"images", result.images},
            {"findings", result.findings}, {"labels", result.labels},   {"annotations", result.annotations},
            {"meanings", result.meanings}};
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

int import(const ImportCommand& command, const Context& context)
{
    const DataSetReader& reader = dataSetReader(command.dataSet);
    const Job job = context.job();
    if (!command.dryRun && !fs::exists(command.library.folder / "library.db"))
        tableFiles(command.path); // no library is made for a folder that is not there
    const SetRows rows = reader.read(command.path);
    SetReport report = rows.report;
    nlohmann::json document = mama::toJson(rows.report);
    document["dry_run"] = command.dryRun;
    document["licence"] = rows.licence;
    document["restricted"] = rows.restricted;
    std::string added;
    if (!command.dryRun) {
        if (!fs::exists(command.library.folder / "library.db"))
            Library::create(command.library.folder);
        const auto library = openLibrary(command.library, Access::Write);
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
        if (command.headers)
            document["headers"] = toJson(readHeaders(*library, job, command.threads));
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

void addImport(CLI::App& app, Context& context)
{
    auto command = std::make_shared<ImportCommand>();
    CLI::App* import = app.add_subcommand("import", "Take a public data set's tables into a library, with a report");
    std::string names;
    for (const DataSetReader& each : dataSetReaders())
        names += (names.empty() ? "" : ", ") + std::string(each.name) + " (" + each.title + ")";
    import->add_option("DATASET", command->dataSet, names + "; phantoms are embed")->required();
    import->add_option("PATH", command->path, "Its folder: tables in it or in its folder tables, images below it")
        ->required();
    addLibraryOption(*import, command->library);
    import->get_option("--library")->required(false);
    import->add_flag("--dry-run", command->dryRun, "Only the report: nothing is written");
    import->add_option("--report", command->report, "Also write the report: .json, .csv (a line an issue), else text");
    import->add_flag("--headers", command->headers,
                     "Then read the images' headers (mama library headers goes on later)");
    import->add_option("--threads", command->threads, "Threads that read headers; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    addJsonOption(*import, command->json);
    import->footer(
        "Each record is imported, a duplicate, or rejected with row, line, column and reason; a warning removes nothing.\n"
        "The library is made where there is none. A second import of the same tables changes nothing; of corrected\n"
        "tables it changes the same records, and names each. mama library undo takes an import back. Status 3: some records or tables were refused.");
    runs(*import, context, [command, &context] {
        if (!command->dryRun && command->library.folder.empty())
            throw Error(ErrorCode::Usage, {TextId("import.action", "import")}, "--library",
                        {TextId("import.no_library", "name the library to import into, or ask for --dry-run")});
        return cli::import(*command, context);
    });
}

} // namespace mama::cli
