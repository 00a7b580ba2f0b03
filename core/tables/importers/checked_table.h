#pragma once
#include "core/tables/importers/set_report.h"
#include "core/tables/table_file.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// A column that an importer reads, by name.
struct TableColumn
{
    const char* name;
    bool required = false;
    bool counted = false;       // in the report's histograms
    const char* also = nullptr; // its name in another edition of the tables
};

class Vocabulary;

// A record on its way through an importer's checks: the first reject counts, every warning does.
class CheckedRow
{
public:
    std::size_t row() const { return m_record->row; }
    std::uint64_t content() const { return m_content; } // a hash of all fields, trimmed
    bool has(std::size_t column) const { return m_places[column].has_value(); }
    // Trimmed; empty where it is missing (datasets.md 1.7) or the table has no such column.
    std::string_view cell(std::size_t column) const;
    // The same without the ".0" of data-frame libraries: an id or a code.
    std::string_view key(std::size_t column) const;
    bool rejected() const { return m_rejected; }
    void reject(const char* reason, std::size_t column, std::string detail = {});
    void warn(const char* reason, std::size_t column, std::string detail = {});

    // ---- the checks that several tables have
    // missing_key, and bad_key for a number in the way of a spreadsheet (3.1e9) or, where asked, anything but digits.
    void needKeys(std::initializer_list<std::size_t> columns, bool digits = false);
    // The code if it is in `codes` (blanks between them); else empty, with unknown_code unless it is missing.
    std::string code(std::size_t column, std::string_view codes);
    // What the column's word means, as the vocabulary says; else empty, with unknown_code unless it is missing.
    std::string word(std::size_t column, const char* task, const Vocabulary& words);
    // Empty with bad_number or out_of_range; empty where it is missing.
    std::optional<double> number(std::size_t column, double least, double most);
    // YYYY-MM-DD, whatever follows after a blank; empty with bad_date, or where it is missing.
    std::string date(std::size_t column);

private:
    friend class CheckedTable;
    const CsvRecord* m_record = nullptr;
    std::span<const TableColumn> m_columns;
    std::vector<std::optional<std::size_t>> m_places;
    std::vector<std::string> m_clean; // fields of a record that is not UTF-8, made readable
    TableReport* m_report = nullptr;
    std::uint64_t m_content = 0;
    bool m_rejected = false;
};

// Reads a table of a data set: counts its rows, finds repeated, broken and empty records, keeps the report.
class CheckedTable
{
public:
    // Error(Format) names a required column that is missing.
    CheckedTable(const std::filesystem::path& file, std::span<const TableColumn> columns);
    // Of a table that stands in a file of its own form.
    CheckedTable(std::unique_ptr<TableFile> table, const std::filesystem::path& file,
                 std::span<const TableColumn> columns);
    // Calls `take` for each record that is whole and new; the report then says what became of each.
    TableReport read(const std::function<void(CheckedRow&)>& take);

private:
    bool isRepeated(const CsvRecord& record, TableReport& report);
    void count(const CheckedRow& row, TableReport& report) const;

    std::optional<std::size_t> placeOf(const TableColumn& column) const;

    std::unique_ptr<TableFile> m_table;
    std::string m_name; // of the file
    std::span<const TableColumn> m_columns;
    std::vector<bool> m_indexColumns; // an exporter's
    struct Seen;
    std::shared_ptr<Seen> m_seen;
    std::array<std::uint64_t, 2> m_hash{};
};

} // namespace mama
