#include "app/mama/library/library_option.h"

#include "app/mama/library/library_command.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

namespace mama::cli {

void addLibraryOption(CLI::App& command, LibraryOption& option)
{
    command.add_option("--library", option.folder, "The library's folder")->required();
    command.add_option("--author", option.author, "Who changes it, as its log says; else the user's account");
}

std::unique_ptr<Library> openLibrary(const LibraryOption& option, Access access)
{
    auto library = std::make_unique<Library>(option.folder, access, option.author);
    for (const UserText& notice : library->notices())
        std::cerr << "warning: " << pathText(option.folder) << ": " << notice.english() << std::endl;
    return library;
}

nlohmann::json toJson(const Change& change)
{
    return {{"command", change.command == 0 ? nlohmann::json() : nlohmann::json(change.command)},
            {"words", change.words},
            {"rows", change.rows}};
}

nlohmann::json toJson(const RegionPass& pass)
{
    nlohmann::json problems = nlohmann::json::array();
    for (const RefusedFile& file : pass.problems)
        problems.push_back({{"path", file.path}, {"reason", file.reason}});
    return {{"masks", pass.masks},     {"decided", pass.decided}, {"open", pass.open},
            {"clipped", pass.clipped}, {"left", pass.left},       {"problems", problems}};
}

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

Job lineJob(const Job& job, const std::pair<const char*, const char*>& counted)
{
    using Clock = std::chrono::steady_clock;
    Job out{job.stop, {}};
    out.progress = [last = Clock::time_point(), phaseBefore = std::string(),
                    counted](std::uint64_t done, std::uint64_t total, std::string_view phase) mutable {
        const auto now = Clock::now();
        const bool last200 = now - last < std::chrono::milliseconds(200);
        if (last200 && phase == phaseBefore && done < total)
            return;
        last = now;
        phaseBefore = phase;
        nlohmann::json line{{"done", done}, {"total", total}, {"phase", phase}};
        if (phase == counted.first)
            line["unit"] = counted.second;
        std::cout << line.dump() << std::endl;
    };
    return out;
}

void addProgressOption(CLI::App& command, std::string& progress)
{
    command
        .add_option("--progress", progress,
                    "bar, or json: an object a line on standard output ({done, total, phase}), at the end {result}")
        ->check(CLI::IsMember({"bar", "json"}))
        ->capture_default_str();
}

void addNiceOption(CLI::App& command, int& nice)
{
    command.add_option("--nice", nice, "Lets other programs of this machine go first: 0 (not) to 19")
        ->check(CLI::Range(0, 19));
}

void addAction(CLI::App& parent, Context& context, const std::pair<const char*, const char*>& nameAndMeaning,
               const LibraryOptions& options, LibraryAction run)
{
    auto command = std::make_shared<LibraryCommand>();
    CLI::App* action = parent.add_subcommand(nameAndMeaning.first, nameAndMeaning.second);
    addLibraryOption(*action, command->library);
    addJsonOption(*action, command->json, "One JSON document on standard output; of the log an object a line");
    options(*action, *command);
    runs(*action, context, [command, run, &context] { return run(*command, context); });
}

void refuseEmptyValues(CLI::App& command)
{
    const std::set<std::string> mayBeEmpty{"where", "filter", "relevant", "author", "minus", "prefix"};
    for (CLI::Option* option : command.get_options())
        if (option->get_items_expected_max() > 0 &&
            std::none_of(option->get_lnames().begin(), option->get_lnames().end(),
                         [&](const std::string& name) { return mayBeEmpty.contains(name); }))
            option->check(CLI::Validator(
                [](std::string& value) {
                    return value.find_first_not_of(" \t\r\n") == value.npos ? std::string("it is empty")
                                                                            : std::string();
                },
                ""));
    for (CLI::App* each : command.get_subcommands({}))
        refuseEmptyValues(*each);
}

} // namespace mama::cli
