#include "core/protocol/run_notes.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/path_text.h"
#include "core/base/user_files.h"

#include <algorithm>

namespace mama {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const char* member, const json& value)
{
    throw Error(ErrorCode::Format, {action::readRun}, member,
                {TextId("run.notes_wrong_type", "is of the wrong type: %1"), value.type_name()});
}

std::string textOf(const json& value, const char* member)
{
    if (!value.is_string())
        refuse(member, value);
    return value.get<std::string>();
}

std::string trimmed(std::string_view text)
{
    const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

constexpr const char* damagedName = "notes.json.damaged"; // as putAside names it

bool isReadable(const std::filesystem::path& run)
{
    try {
        RunNotes::read(run);
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

RunNotes RunNotes::read(const std::filesystem::path& run)
{
    const std::filesystem::path file = run / fileName;
    if (std::error_code failed; !std::filesystem::exists(file, failed) && !failed)
        return {};
    try {
        return fromJson(readJson(file));
    } catch (const Error& error) {
        if (error.where().find(fileName) != std::string::npos)
            throw;
        throw Error(error.code(), error.action(), pathText(file) + ": " + error.where(), error.why());
    }
}

RunNotes RunNotes::readWhatThereIs(const std::filesystem::path& run, UserText& problem)
{
    try {
        return read(run);
    } catch (const Error& error) {
        problem = {TextId("run.notes_damaged", "%1: what is in it is kept as %2 when something else is written"),
                   error.text(), damagedName};
        return {};
    }
}

void RunNotes::write(const std::filesystem::path& run) const
{
    const std::filesystem::path file = run / fileName;
    if (std::error_code failed; !std::filesystem::is_directory(run, failed))
        throw Error(ErrorCode::Io, {action::write}, pathText(file),
                    {TextId("run.notes_no_folder", "the run's folder is gone")});
    if (!isReadable(run))
        putAside(file);
    writeAtomically(file, toJson().dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

json RunNotes::toJson() const
{
    json notes = others.is_object() ? others : json::object();
    notes["name"] = name;
    notes["group"] = group;
    notes["tags"] = tags;
    notes["note"] = note;
    return notes;
}

RunNotes RunNotes::fromJson(const json& from)
{
    if (!from.is_object())
        throw Error(ErrorCode::Format, {action::readRun}, "notes",
                    {TextId("run.notes_no_object", "are no JSON object")});
    RunNotes notes;
    for (const auto& [member, value] : from.items()) {
        if (member == "name")
            notes.name = textOf(value, "name");
        else if (member == "group")
            notes.group = textOf(value, "group");
        else if (member == "note")
            notes.note = textOf(value, "note");
        else if (member == "tags" && !value.is_array())
            refuse("tags", value);
        else if (member == "tags")
            for (const json& tag : value)
                notes.tags.push_back(textOf(tag, "tags"));
        else
            notes.others[member] = value;
    }
    return notes;
}

std::string cleanTag(std::string_view tag)
{
    std::string clean = trimmed(tag);
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return clean;
}

std::vector<std::string> tagsOf(std::string_view text)
{
    std::vector<std::string> tags;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string tag = cleanTag(text.substr(begin, end - begin));
        if (!tag.empty() && std::find(tags.begin(), tags.end(), tag) == tags.end())
            tags.push_back(std::move(tag));
        begin = end + 1;
    }
    return tags;
}

std::string joined(const std::vector<std::string>& tags)
{
    std::string all;
    for (const std::string& tag : tags)
        all += (all.empty() ? "" : ", ") + tag;
    return all;
}

} // namespace mama
