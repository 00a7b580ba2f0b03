#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

// What people say of a run, kept in notes.json of its folder, which no run touches: a name to show instead of the
// folder's, a group, tags and a note.
struct RunNotes
{
    std::string name, group, note;
    std::vector<std::string> tags;
    nlohmann::json others; // members that this version does not know; they stay

    static constexpr const char* fileName = "notes.json";
    // Of a run's folder; without the file none. Error(Io) or Error(Format) names the file.
    static RunNotes read(const std::filesystem::path& run);
    // The same, but of a file that cannot be read none: `problem` says why.
    static RunNotes readWhatThereIs(const std::filesystem::path& run, UserText& problem);
    // By rename. A file that cannot be read stays beside it, as notes.json.damaged, and no folder is made: Error.
    void write(const std::filesystem::path& run) const;

    nlohmann::json toJson() const;
    // Error(Format) names the member of a wrong type.
    static RunNotes fromJson(const nlohmann::json& notes);
    bool operator==(const RunNotes&) const = default;
};

// One tag without blanks around it and without line breaks; empty: none is left.
std::string cleanTag(std::string_view tag);
// Tags separated by commas, each once.
std::vector<std::string> tagsOf(std::string_view text);
std::string joined(const std::vector<std::string>& tags); // by ", "

} // namespace mama
