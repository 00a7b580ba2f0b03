#include "core/tables/importers/checked_table.h"

#include "core/base/error.h"
#include "core/base/text_escape.h"
#include "core/tables/cell.h"
#include "core/tables/importers/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstring>
#include <memory>
#include <unordered_map>

namespace mama {
namespace {

using Hash = std::array<std::uint64_t, 2>;

// 128 bits, eight bytes at a time: the mixing of MurmurHash3 (Austin Appleby, public domain) on both lanes.
void mix(Hash& hash, std::string_view text)
{
    const auto add = [&](std::uint64_t word) {
        hash[0] = (std::rotl((hash[0] ^ (word * 0x87c37b91114253d5ULL)), 31) + hash[1]) * 0x4cf5ad432745937fULL;
        hash[1] = (std::rotl((hash[1] ^ (word * 0x9E3779B97F4A7C15ULL)), 33) + hash[0]) * 0xff51afd7ed558ccdULL;
    };
    add(text.size());
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + 8 <= text.size(); at += 8) {
        std::memcpy(&word, text.data() + at, 8);
        add(word);
    }
    std::uint64_t rest = 0;
    if (at < text.size()) {
        std::memcpy(&rest, text.data() + at, text.size() - at);
        add(rest);
    }
}

bool isIndexColumn(const std::string& name)
{
    constexpr std::string_view unnamed = "unnamed:";
    const std::string_view text = trimmed(name);
    return text.empty() || (text.size() >= unnamed.size() &&
                            std::equal(unnamed.begin(), unnamed.end(), text.begin(), [](char a, char b) {
                                return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
                            }));
}

// "3.1e9", "9.90E+15": digits that a spreadsheet has taken away.
bool lostDigits(std::string_view key)
{
    const auto exponent = key.find_first_of("eE");
    if (exponent == 0 || exponent == key.npos)
        return false;
    const auto digits = [](std::string_view text) {
        return !text.empty() && std::all_of(text.begin(), text.end(),
                                            [](char c) { return std::isdigit(static_cast<unsigned char>(c)); });
    };
    std::string_view power = key.substr(exponent + 1), number = key.substr(0, exponent);
    if (power.starts_with('+') || power.starts_with('-'))
        power.remove_prefix(1);
    const auto point = number.find('.');
    return digits(power) && point != number.npos && digits(number.substr(0, point)) && digits(number.substr(point + 1));
}

bool isDigits(std::string_view key)
{
    return !key.empty() &&
           std::all_of(key.begin(), key.end(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)); });
}

bool isDay(std::string_view text)
{
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int year = 0, month = 0, day = 0;
    const auto read = [](std::string_view part, int& value) {
        return isDigits(part) && std::from_chars(part.data(), part.data() + part.size(), value).ec == std::errc();
    };
    if (!read(text.substr(0, 4), year) || !read(text.substr(5, 2), month) || !read(text.substr(8, 2), day))
        return false;
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

} // namespace

struct CheckedTable::Seen
{
    struct Same
    {
        std::size_t operator()(const Hash& hash) const { return static_cast<std::size_t>(hash[0]); }
    };
    std::unordered_map<Hash, std::uint32_t, Same> rows;
};

std::string_view CheckedRow::cell(std::size_t column) const
{
    if (!m_places[column])
        return {};
    const std::string& field = m_clean.empty() ? m_record->fields[*m_places[column]] : m_clean[*m_places[column]];
    return field.empty() || isMissing(field) ? std::string_view() : trimmed(field);
}

std::string_view CheckedRow::key(std::size_t column) const { return asKey(cell(column)); }

void CheckedRow::reject(const char* reason, std::size_t column, std::string detail)
{
    if (!m_rejected)
        m_report->rejected.push_back(
            {m_record->row, m_record->line, reason, m_columns[column].name, std::move(detail)});
    m_rejected = true;
}

void CheckedRow::warn(const char* reason, std::size_t column, std::string detail)
{
    m_report->warnings.push_back({m_record->row, m_record->line, reason, m_columns[column].name, std::move(detail)});
}

void CheckedRow::needKeys(std::initializer_list<std::size_t> columns, bool digits)
{
    for (const std::size_t column : columns)
        if (cell(column).empty())
            reject("missing_key", column);
    for (const std::size_t column : columns)
        if (lostDigits(key(column)) || (digits && !isDigits(key(column))))
            reject("bad_key", column, std::string(cell(column)));
}

std::string CheckedRow::code(std::size_t column, std::string_view codes)
{
    const std::string_view found = key(column);
    if (found.empty())
        return {};
    for (std::size_t at = 0; at < codes.size();) {
        const std::size_t end = std::min(codes.find(' ', at), codes.size());
        if (codes.substr(at, end - at) == found)
            return std::string(found);
        at = end + 1;
    }
    warn("unknown_code", column, std::string(found));
    return {};
}

std::string CheckedRow::word(std::size_t column, const char* task, const Vocabulary& words)
{
    const std::string_view found = key(column);
    if (found.empty())
        return {};
    if (auto meaning = words.meaning(task, found))
        return std::move(*meaning);
    warn("unknown_code", column, std::string(found));
    return {};
}

std::optional<double> CheckedRow::number(std::size_t column, double least, double most)
{
    const std::string_view text = cell(column);
    if (text.empty())
        return std::nullopt;
    const auto value = asNumber(text);
    if (!value)
        warn("bad_number", column, std::string(text));
    else if (*value < least || *value > most)
        warn("out_of_range", column, std::string(text));
    else
        return value;
    return std::nullopt;
}

std::string CheckedRow::date(std::size_t column)
{
    const std::string_view text = cell(column), day = text.substr(0, text.find_first_of(" T"));
    if (text.empty() || isDay(day))
        return std::string(day);
    warn("bad_date", column, std::string(text));
    return {};
}

CheckedTable::CheckedTable(const std::filesystem::path& file, std::span<const TableColumn> columns)
    : CheckedTable(openTable(file), file, columns)
{}

CheckedTable::CheckedTable(std::unique_ptr<TableFile> table, const std::filesystem::path& file,
                           std::span<const TableColumn> columns)
    : m_table(std::move(table)), m_name(file.filename().string()), m_columns(columns), m_seen(std::make_shared<Seen>())
{
    const std::vector<std::string>& heading = m_table->heading();
    std::string missing;
    for (const TableColumn& column : m_columns)
        if (column.required && !placeOf(column))
            missing += (missing.empty() ? "" : ", ") + std::string(column.name);
    if (!missing.empty())
        throw Error(ErrorCode::Format, "read table", file.string(),
                    {TextId("table.columns_missing", "it has no column %1: nothing of it is taken"), missing});
    for (const TableColumn& column : m_columns) {
        const auto place = findColumn(heading, column.name);
        if (place && findColumn(std::span(heading).subspan(*place + 1), column.name))
            throw Error(ErrorCode::Format, "read table", file.string(),
                        {TextId("table.column_twice", "its heading has the column %1 twice: nothing of it is taken"),
                         column.name});
    }
    for (const std::string& name : heading)
        m_indexColumns.push_back(isIndexColumn(name));
}

std::optional<std::size_t> CheckedTable::placeOf(const TableColumn& column) const
{
    const auto place = findColumn(m_table->heading(), column.name);
    return place || column.also == nullptr ? place : findColumn(m_table->heading(), column.also);
}

bool CheckedTable::isRepeated(const CsvRecord& record, TableReport& report)
{
    m_hash = {0x243F6A8885A308D3ULL, 0x13198A2E03707344ULL};
    bool empty = true;
    for (std::size_t i = 0; i < record.fields.size(); ++i)
        if (!m_indexColumns[i]) {
            const std::string_view text = trimmed(record.fields[i]);
            empty = empty && text.empty();
            mix(m_hash, text);
        }
    if (empty) {
        report.rejected.push_back({record.row, record.line, "missing_key", "", "all fields are empty"});
        return true;
    }
    const auto [found, isNew] = m_seen->rows.emplace(m_hash, static_cast<std::uint32_t>(record.row));
    if (!isNew)
        report.duplicates.push_back({record.row, record.line, found->second});
    return !isNew;
}

void CheckedTable::count(const CheckedRow& row, TableReport& report) const
{
    for (std::size_t i = 0; i < m_columns.size(); ++i)
        if (m_columns[i].counted && row.has(i)) {
            TableReport::Counts& counts = report.histograms[m_columns[i].name];
            const std::string_view value = row.key(i);
            if (const auto found = counts.find(value); found != counts.end())
                ++found->second;
            else
                counts.emplace(value, 1);
        }
}

TableReport CheckedTable::read(const std::function<void(CheckedRow&)>& take)
{
    TableReport report;
    report.file = m_name;
    CheckedRow row;
    row.m_columns = m_columns;
    row.m_report = &report;
    for (const TableColumn& column : m_columns) {
        row.m_places.push_back(placeOf(column));
        if (column.counted && row.m_places.back())
            report.histograms[column.name];
    }
    std::size_t whole = 0;
    const std::vector<TableProblem> problems = m_table->read([&](const CsvRecord& record) {
        ++whole;
        if (isRepeated(record, report))
            return;
        row.m_record = &record;
        row.m_rejected = false;
        row.m_content = m_hash[0];
        row.m_clean.clear();
        if (!std::all_of(record.fields.begin(), record.fields.end(),
                         [](const std::string& field) { return isUtf8(field); }))
            for (const std::string& field : record.fields)
                row.m_clean.push_back(isUtf8(field) ? field : oneLine(field));
        take(row);
        if (row.rejected())
            return;
        ++report.imported;
        count(row, report);
    });
    report.rows = whole;
    for (const TableProblem& problem : problems)
        if (problem.kept) {
            report.warnings.push_back({problem.row, problem.line, problem.reason, problem.column, problem.detail});
        } else {
            ++report.rows;
            report.rejected.push_back({problem.row, problem.line, problem.reason, problem.column, problem.detail});
        }
    const auto byRow = [](const auto& a, const auto& b) { return a.row < b.row; };
    std::stable_sort(report.rejected.begin(), report.rejected.end(), byRow);
    std::stable_sort(report.warnings.begin(), report.warnings.end(), byRow);
    m_seen->rows.clear();
    return report;
}

} // namespace mama
