#pragma once
#include <filesystem>
#include <string>

// Files that the program writes for its user, who may have edited or broken them: what somebody wrote is never lost.
namespace mama {

// Renames a file that cannot be read, so that what somebody wrote in it is not lost when another takes its place:
// NAME.SUFFIX beside it, NAME.SUFFIX-2 and so on where that is taken. The name it has then. Error(Io): it stays.
std::filesystem::path putAside(const std::filesystem::path& file, const std::string& suffix = "damaged");

// Writes a text that a program keeps for its user, who may edit it by hand meanwhile: what stands there and is not
// `known`, as it was read or written last, is kept as NAME.before beside it, or NAME.before-2 and so on. Its name then;
// empty: nothing had to be kept. Error(Io): the file is as it was.
std::filesystem::path writeKeepingOthers(const std::filesystem::path& file, const std::string& known,
                                         const std::string& text);

} // namespace mama
