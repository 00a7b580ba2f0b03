// mama reading: what readers did in their sessions, from the file with their own work.
#include "app/mama/options.h"
#include "app/mama/reader_option.h"
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/text_escape.h"
#include "core/library/reading_check.h"
#include "core/library/reading_table.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

namespace fs = std::filesystem;
constexpr auto reading = TextId("action.reading", "reading");

struct ReadingCommand
{
    fs::path file, out = "-";
    std::optional<std::int64_t> session;
    bool json = false;
};

ReadingSession sessionOf(ReaderFile& file, std::int64_t id)
{
    for (const ReadingSession& session : file.sessions())
        if (session.id == id)
            return session;
    throw Error(ErrorCode::Usage, {reading}, file.path().string(),
                {TextId("reading.no_session", "there is no session %1; without a number they are listed"), id});
}

// "0:07:31.250"
std::string elapsed(std::int64_t ms)
{
    char text[40];
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3600000),
                  static_cast<long long>(ms / 60000 % 60), static_cast<long long>(ms / 1000 % 60),
                  static_cast<long long>(ms % 1000));
    return text;
}

void printSessions(ReaderFile& file, bool json)
{
    nlohmann::json list = nlohmann::json::array();
    for (const ReadingSession& each : file.sessions()) {
        list.push_back({{"session", each.id},
                        {"author", each.author},
                        {"read_first", each.readFirst},
                        {"began", each.began},
                        {"ended", each.ended.empty() ? nlohmann::json() : nlohmann::json(each.ended)},
                        {"entries", each.entries},
                        {"verdicts", each.verdicts}});
        if (!json)
            std::cout << each.id << "\t" << oneLine(each.author) << "\t" << (each.readFirst ? "read first" : "-")
                      << "\t" << each.began << "\t" << (each.ended.empty() ? "not ended" : each.ended) << "\t"
                      << each.entries << " entries\t" << each.verdicts << " verdicts\n";
    }
    if (json)
        printJson({{"file", file.path().string()}, {"sessions", list}});
    else if (list.empty())
        std::cout << "no sessions\n";
    std::cout << std::flush;
}

int log(const ReadingCommand& command)
{
    const auto file = readersFile(command.file);
    if (!command.session) {
        printSessions(*file, command.json);
        return Done;
    }
    sessionOf(*file, *command.session);
    for (const LogEntry& entry : file->entries(*command.session))
        if (command.json)
            std::cout << toJson(entry).dump() << "\n";
        else
            std::cout << entry.id << "\t" << entry.at << "\t" << oneLine(entry.kind) << "\t"
                      << (entry.study.empty() ? "-" : entry.study) << "\t" << oneLine(entry.detail) << "\n";
    std::cout << std::flush;
    return Done;
}

int replay(const ReadingCommand& command)
{
    const auto file = readersFile(command.file);
    const ReadingSession session = sessionOf(*file, *command.session);
    const std::vector<LogEntry> entries = file->entries(session.id);
    std::int64_t before = 0;
    for (const LogEntry& entry : entries) {
        std::cout << elapsed(entry.ms) << "\t+" << elapsed(entry.ms - before) << "\t" << entry.id << "\t"
                  << oneLine(entry.kind) << "\t" << (entry.study.empty() ? "-" : entry.study) << "\t"
                  << oneLine(entry.detail) << "\n";
        before = entry.ms;
    }
    std::cout << std::flush;
    if (!session.readFirst) {
        std::cout << "no read-first session: a model's outputs may be shown at any time" << std::endl;
        return Done;
    }
    if (const auto wrong = modelBeforeLock(entries)) {
        const UserText why =
            kindNamed(wrong->kind)
                ? UserText({TextId("reading.before_lock", "%1 of %2 came before the study's verdict was "
                                                          "locked"),
                            wrong->kind, wrong->study.empty() ? "no named study" : wrong->study})
                : UserText({TextId("reading.unknown_kind", "%1 is of a kind that this program does not "
                                                           "know: it cannot be checked"),
                            wrong->kind});
        throw Error(ErrorCode::Data, {TextId("action.replay", "replay")},
                    "session " + std::to_string(session.id) + ", entry " + std::to_string(wrong->id), why);
    }
    std::cout << "no output of a model was shown before the verdict of its study was locked" << std::endl;
    return Done;
}

// What is there is a reader's: it is not replaced.
void checkFree(const fs::path& out)
{
    if (out != "-" && fs::exists(fs::symlink_status(out)))
        throw Error(ErrorCode::Io, {action::write}, out.string(),
                    {TextId("reading.there_already", "it is there already and is not overwritten: name another")});
}

int exportTable(const ReadingCommand& command)
{
    checkFree(command.out);
    const auto file = readersFile(command.file);
    if (command.session)
        sessionOf(*file, *command.session);
    writeAtomically(command.out, [&](std::ostream& out) { writeReadingTable(*file, command.session, out); });
    return Done;
}

int backUp(const ReadingCommand& command)
{
    checkFree(command.out);
    const auto file = readersFile(command.file);
    file->backUp(command.out);
    return Done;
}

CLI::App* addAction(CLI::App& parent, Context& context, const char* name, const char* meaning,
                    const std::function<void(CLI::App&, ReadingCommand&)>& options, int (*run)(const ReadingCommand&))
{
    auto command = std::make_shared<ReadingCommand>();
    CLI::App* action = parent.add_subcommand(name, meaning);
    action->add_option("--file", command->file, "The reader's file; else $MAMA_READER, else the usual one");
    options(*action, *command);
    runs(*action, context, [command, run] { return run(*command); });
    return action;
}

std::string kindsHelp()
{
    std::string text = "Kinds of entries:";
    for (const EventKind& kind : eventKinds())
        text += std::string("\n  ") + kind.name + ": " + kind.meaning;
    return text;
}

} // namespace

void addReading(CLI::App& app, Context& context)
{
    CLI::App* command = app.add_subcommand("reading", "Readers' sessions: log, replay with its check, export, backup");
    explain(*command,
            "Reads the file with the readers' own work (verdicts, sides given to images, logs): --file, else\n"
            "$MAMA_READER, else mama-workstation/reader.db in $XDG_DATA_HOME or ~/.local/share.");
    command->footer(kindsHelp());
    command->require_subcommand(1);
    const auto session = [](CLI::App& action, ReadingCommand& options) {
        return action.add_option("SESSION", options.session, "Number of the session");
    };
    addAction(
        *command, context, "log", "The entries of a session, one a line; without a number the sessions",
        [&](CLI::App& action, ReadingCommand& options) {
            session(action, options);
            addJsonOption(action, options.json, "A JSON object a line; of the sessions one document");
        },
        log);
    addAction(
        *command, context, "replay",
        "The entries in order with the time since the beginning and since the one before; status 1 if a read-first "
        "session showed an output of a model before the lock",
        [&](CLI::App& action, ReadingCommand& options) { session(action, options)->required(); }, replay);
    addAction(
        *command, context, "export", "The verdicts as CSV for a reader study, a row each",
        [&](CLI::App& action, ReadingCommand& options) {
            session(action, options);
            action.add_option("--out", options.out, "New file; - is standard output")->capture_default_str();
        },
        exportTable);
    addAction(
        *command, context, "backup", "A whole copy of the file, while windows go on writing to it",
        [&](CLI::App& action, ReadingCommand& options) {
            action.add_option("--out", options.out, "New file")->required();
        },
        backUp);
}

} // namespace mama::cli
