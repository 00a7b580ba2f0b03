#pragma once
#include "app/mama/commands.h"
#include "core/library/collection/library.h"

#include <filesystem>

namespace mama::cli {

// --library, --author: on every command that works on a library.
struct LibraryOption
{
    std::filesystem::path folder;
    std::string author;
};
void addLibraryOption(CLI::App& command, LibraryOption& option);
// With its notices as warnings on stderr.
std::unique_ptr<Library> openLibrary(const LibraryOption& option, Access access);
nlohmann::json toJson(const Change& change);

} // namespace mama::cli
