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

// Values that are nothing but blanks are wrong usage, for the command and all below it: as an unset variable of a shell
// they would mean what nobody asked for. Not of filters (empty: all) and of what is added to a text.
void refuseEmptyValues(CLI::App& command);

} // namespace mama::cli
