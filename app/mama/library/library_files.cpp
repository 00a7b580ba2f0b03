// mama library files, problems, relink: the one reading of every file, what somebody should look at, files found again.
#include "app/mama/library/library_command.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/library/collection/file_states.h"
#include "core/library/files/file_pass.h"
#include "core/library/files/file_problems.h"
#include "core/library/files/relink.h"
#include "core/library/handover/csv_row.h"

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace mama::cli {
namespace {

using nlohmann::json;

std::map<std::string, std::int64_t> countKinds(Library& library)
{
    std::map<std::string, std::int64_t> out;
    for (const FileProblem& each : fileProblems(library))
        ++out[each.kind];
    return out;
}

json toJson(const FilePassReport& report, const FileStates& states, const std::map<std::string, std::int64_t>& kinds)
{
    json problems = json::array();
    for (const PassedFile& each : report.problems)
        problems.push_back({{"path", each.path}, {"reason", each.reason}});
    const FilePass::Counts& counts = report.counts;
    return {{"files", counts.files},     {"before", counts.before},   {"read", counts.read},
            {"missing", counts.missing}, {"refused", counts.refused}, {"left", counts.left()},
            {"bytes", counts.bytes},     {"seconds", report.seconds}, {"found_again", states.found},
            {"changed", states.changed}, {"problems", problems},      {"kinds", kinds}};
}

void print(const FilePassReport& report, const std::map<std::string, std::int64_t>& kinds)
{
    for (const PassedFile& each : report.problems)
        std::cout << each.path << "\t" << oneLine(each.reason) << "\n";
    const FilePass::Counts& counts = report.counts;
    std::cout << counts.read << " read, " << counts.before << " before, " << counts.missing << " missing, "
              << counts.refused << " refused, " << counts.left() << " left\n";
    for (const auto& [kind, count] : kinds)
        std::cout << kind << "\t" << count << "\n";
    std::cout << std::flush;
}

int files(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, Access::Write);
    const bool lines = command.progress == "json";
    const Job job = lines ? lineJob(context.job(), {filePhase, "files"}) : context.job();
    const FileStates states = lookForFiles(*library, job);
    ThumbStore store(library->folder());
    const FilePassReport report = passFiles(*library, store, job, command.threads);
    store.flush();
    for (const UserText& notice : store.takeNotices())
        std::cerr << "warning: " << oneLine(notice.english()) << std::endl;
    const auto kinds = countKinds(*library);
    if (lines)
        std::cout << json{{"result", toJson(report, states, kinds)}}.dump() << std::endl;
    else if (command.json)
        printJson(toJson(report, states, kinds));
    else
        print(report, kinds);
    if (context.stop.stop_requested())
        return Cancelled;
    return report.counts.missing + report.counts.refused > 0 ? SomeRefused : Done;
}

int problems(const LibraryCommand& command, const Context&)
{
    const auto library = openLibrary(command.library, Access::Read);
    const std::vector<FileProblem> all = fileProblems(*library, command.kind);
    std::ostringstream table;
    writeCsvRow(table, {"kind", "study", "image", "path", "text"});
    json list = json::array();
    for (const FileProblem& each : all) {
        writeCsvRow(table, {each.kind, each.studyKey, std::to_string(each.image), pathText(each.path), each.text});
        if (command.json)
            list.push_back({{"kind", each.kind},
                            {"study", each.studyKey},
                            {"image", each.image},
                            {"path", pathText(each.path)},
                            {"text", each.text}});
        else if (command.csv.empty())
            std::cout << each.kind << "\t" << oneLine(each.studyKey) << "\t" << pathText(each.path) << "\t"
                      << oneLine(each.text) << "\n";
    }
    if (!command.csv.empty())
        writeAtomically(command.csv, table.view());
    if (command.json)
        printJson({{"problems", list}});
    std::cout << std::flush;
    return Done;
}

json toJson(const RelinkPlan& plan)
{
    json files = json::array(), lost = json::array(), roots = json::array();
    std::map<std::string, std::int64_t> by{{"path", 0}, {"sop", 0}, {"content", 0}, {"pixels", 0}};
    for (const FoundFileAgain& each : plan.found) {
        ++by[name(each.by)];
        files.push_back({{"before", pathText(each.before)}, {"now", pathText(each.now)}, {"by", name(each.by)}});
    }
    for (const std::filesystem::path& each : plan.lost)
        lost.push_back(pathText(each));
    for (const MovedRoot& each : plan.roots)
        roots.push_back({{"before", pathText(each.before)}, {"now", pathText(each.now)}, {"files", each.files}});
    return {{"folder", pathText(plan.folder)},
            {"searched", plan.searched},
            {"missing", plan.missing},
            {"found", files},
            {"by", by},
            {"moved_folders", roots},
            {"lost", lost}};
}

int relinkFiles(const LibraryCommand& command, const Context& context)
{
    const auto library = openLibrary(command.library, command.dryRun ? Access::Read : Access::Write);
    const auto plan = findMissingFiles(*library, givenPath(command.name), context.job());
    if (!plan)
        return Cancelled;
    json document = toJson(*plan);
    document["dry_run"] = command.dryRun;
    const Change change = command.dryRun || plan->found.empty() ? Change() : relink(*library, *plan);
    document.update(cli::toJson(change));
    if (command.json)
        printJson(document);
    else {
        for (const FoundFileAgain& each : plan->found)
            std::cout << "found\t" << name(each.by) << "\t" << pathText(each.before) << "\t" << pathText(each.now)
                      << "\n";
        for (const std::filesystem::path& each : plan->lost)
            std::cout << "missing\t\t" << pathText(each) << "\n";
        std::cout << plan->found.size() << " of " << plan->missing << " missing files found, " << plan->lost.size()
                  << " not\n";
        if (change.command != 0)
            std::cout << "command " << change.command << ": " << oneLine(change.words) << "\n";
        std::cout << std::flush;
    }
    return plan->lost.empty() ? Done : SomeRefused;
}

} // namespace

void addFileActions(CLI::App& library, Context& context)
{
    addAction(
        library, context, {"files", "Read every file once: hashes, thumbnails, sides, burned-in text"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("--threads", command.threads, "0: as many as there are processors, at most 8")
                ->check(CLI::NonNegativeNumber);
            addProgressOption(action, command.progress);
            action.footer(
                "Goes on where it stopped, whatever ended it. Files that are not there are missing, not gone: "
                "mama library\nrelink finds them again. Status 3: some are missing or cannot be read.");
        },
        files);
    addAction(
        library, context,
        {"problems", "Files that are missing or cannot be read, sides that disagree, burned-in text, copies"},
        [](CLI::App& action, LibraryCommand& command) {
            action
                .add_option(
                    "--kind", command.kind,
                    "Only these: missing, refused; side, view (statements differ), wall (side and pixels "
                    "disagree), mirrored (stored so, by outline), text (burned in); \"same file\", \"same pixels\"")
                ->check(CLI::IsMember(
                    {"missing", "refused", "side", "view", "wall", "mirrored", "text", "same file", "same pixels"}));
            action.add_option("--csv", command.csv, "Write them as a table");
        },
        problems);
    addAction(
        library, context, {"relink", "Find files again that were moved or renamed, below a folder"},
        [](CLI::App& action, LibraryCommand& command) {
            action.add_option("FOLDER", command.name, "Where they may be now")->required();
            action.add_flag("--dry-run", command.dryRun, "Only the report: nothing is written");
            action.footer(
                "A file is known again by the longest end of its path, by its SOP instance UID, by its bytes or "
                "by its pixels. One\nstep, taken back by undo. A folder that moved as a whole is one row. Status "
                "3: some are still missing.");
        },
        relinkFiles);
}

} // namespace mama::cli
