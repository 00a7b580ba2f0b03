#pragma once
#include "core/base/user_text.h"
#include "core/tables/importers/set_rows.h"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>

namespace mama {

// Which column of a user's own table says what. One row an image, or several where it has several findings.
struct TableMapping
{
    std::map<std::string, std::string> fields; // a field of mappedFields() to the name of its column
    std::map<std::string, std::string> labels; // other labels of images: task to column
    bool operator==(const TableMapping&) const = default;
};

struct MappedField
{
    const char* name;                   // as a mapping says it: "path", "patient", "side", ...
    const char* words;                  // for people
    std::span<const char* const> names; // of columns that are taken for it
};
std::span<const MappedField> mappedFields();
// Whether a library's filters call something else so: "age", "side", "Finding kind". Labels have other names.
bool isFieldOfLibrary(std::string_view task);

// {"fields": {"path": "file", ...}, "labels": {"task": "column"}}. Error(Format) names what is none of it.
nlohmann::json toJson(const TableMapping& mapping);
TableMapping mappingFrom(const nlohmann::json& document);
// By the names of the columns; fields that no column is named for are left out.
TableMapping guessedMapping(std::span<const std::string> heading);
// What keeps a table from being read by it: empty if nothing does.
UserText faultOf(const TableMapping& mapping, std::span<const std::string> heading);

struct MappedTable
{
    std::filesystem::path root, table; // the images' folder; the table, anywhere
    TableMapping mapping;
};
// The images that the table names, with what it says of them. Images are found in the folder by their path, or by their
// name with or without its ending where only one has it. Error(Format): faultOf(), or the table cannot be read.
SetRows readMappedSet(const MappedTable& table, const Vocabulary& edited = {});

namespace set_words {
extern const std::span<const VocabularyWord> mapped;
}

} // namespace mama
