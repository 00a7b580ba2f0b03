#include "app/mama/library/library_option.h"

#include "core/base/path_text.h"

#include <iostream>
#include <nlohmann/json.hpp>

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

} // namespace mama::cli
