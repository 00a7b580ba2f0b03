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
    std::string reason;   // "bad_quote", "wrong_field_count", "bad_encoding", "cell_too_long"
    std::string detail;
    std::string column{}; // of bad_encoding and cell_too_long: the first one
    bool kept = false;    // the record is given, this only tells of it
};

// A record's fields as they stand in the file: blanks are kept, quotes taken off.
struct CsvRecord
{
    std::size_t row = 0, line = 0;
    std::span<const std::string> fields;
};

// Bytes that a cell may have: more is no cell, but a file that lost a quote or was not written as a table. A
// spreadsheet's cell has at most 32,767 characters, which are four bytes each at most.
inline constexpr std::size_t longestCell = 131'072;

// "cell_too_long", with the column, where a field of the record is longer; empty: none is.
std::optional<TableProblem> overlongCell(const CsvRecord& record, std::span<const std::string> heading);

// Separator "," ";" or tab, by the heading line; UTF-8 with or without byte order mark; LF or CRLF; quoted fields
// with separators, doubled quotes and line breaks inside. The heading's names come without blanks at their ends.
// Error(Format) also for a name of the heading that is longer than a cell may be.
std::vector<std::string> readCsvHeading(const std::filesystem::path& file);

// Calls `take` for every record with as many fields as the heading, none longer than longestCell, in order; the others
// are returned. A record that is not UTF-8 is given and listed too (bad_encoding: a warning). Empty lines are no
// records. Error(Io) if the file cannot be read, Error(Format) if it has no heading.
std::vector<TableProblem> readCsv(const std::filesystem::path& file, const std::function<void(const CsvRecord&)>& take);

// Position of a column by name: case, blanks at the ends, and "_" against blank do not matter.
std::optional<std::size_t> findColumn(std::span<const std::string> heading, std::string_view name);

} // namespace mama
