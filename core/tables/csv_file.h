#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// One record that cannot be used, in the words of datasets.md.
struct TableProblem
{
    std::size_t row = 0;  // 1 = first record after the heading; records, not lines
    std::size_t line = 0; // physical line where the record starts, 1 = first
    std::string reason;   // "bad_quote", "wrong_field_count", "bad_encoding"
    std::string detail;
    std::string column{}; // of bad_encoding: the first one
    bool kept = false;    // the record is given, this only tells of it
};

// A record's fields as they stand in the file: blanks are kept, quotes taken off.
struct CsvRecord
{
    std::size_t row = 0, line = 0;
    std::span<const std::string> fields;
};

// Separator "," ";" or tab, by the heading line; UTF-8 with or without byte order mark; LF or CRLF; quoted fields
// with separators, doubled quotes and line breaks inside. The heading's names come without blanks at their ends.
std::vector<std::string> readCsvHeading(const std::filesystem::path& file);

// Calls `take` for every record with as many fields as the heading, in order; the others are returned. A record
// that is not UTF-8 is given and listed too (bad_encoding: a warning). Empty lines are no records. Error(Io) if the
// file cannot be read, Error(Format) if it has no heading.
std::vector<TableProblem> readCsv(const std::filesystem::path& file, const std::function<void(const CsvRecord&)>& take);

// Position of a column by name: case, blanks at the ends, and "_" against blank do not matter.
std::optional<std::size_t> findColumn(std::span<const std::string> heading, std::string_view name);

} // namespace mama
