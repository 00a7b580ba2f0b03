// mama keys: the window's keys and mouse, as files say them.
#include "app/mama/options.h"
#include "core/base/path_text.h"
#include "core/keys/key_file.h"
#include "core/keys/key_map.h"

#include <iostream>
#include <memory>

namespace mama::cli {
namespace {

int check(const std::string& file)
{
    const KeyChoice choice = readKeys(givenPath(file));
    std::cout << choice.keys.size() << " keys, " << choice.mouse.size() << " of the mouse\n";
    return Done;
}

} // namespace

void addKeys(CLI::App& app, Context& context)
{
    CLI::App* keys = app.add_subcommand("keys", "Keys and mouse of the window, as files say them");
    keys->require_subcommand(1);
    keys->footer(
        "The window keeps them in keys.json beside its settings; Help, Keys and mouse changes, reads and writes "
        "such files.");
    const auto file = std::make_shared<std::string>();
    CLI::App* checked = keys->add_subcommand("check", "Read a file of keys; the line and the reason where it is wrong");
    checked->add_option("FILE", *file, "The file")->required();
    runs(*checked, context, [file] { return check(*file); });
    CLI::App* listed = keys->add_subcommand("list", "All commands with their keys, as a file to begin one's own with");
    listed->add_option("FILE", *file, "With the keys that this file says (default: as they are at first)");
    runs(*listed, context, [file] {
        std::cout << keysText(file->empty() ? KeyChoice() : readKeys(givenPath(*file)), true);
        return static_cast<int>(Done);
    });
}

} // namespace mama::cli
