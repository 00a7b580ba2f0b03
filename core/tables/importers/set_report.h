#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

// What an importer tells of a data set's tables (datasets.md 1 and 10).
namespace mama {

struct RowIssue
{
    std::size_t row = 0, line = 0; // 1 = first record after the heading; physical line where it starts
    std::string reason, column, detail;
};

struct DuplicateRow
{
    std::size_t row = 0, line = 0, sameAsRow = 0;
};

// rows = imported + duplicates + rejected
struct TableReport
{
    std::string file; // its name
    std::size_t rows = 0, imported = 0;
    std::vector<DuplicateRow> duplicates;
    std::vector<RowIssue> rejected, warnings;
    using Counts = std::map<std::string, std::size_t, std::less<>>;
    std::map<std::string, Counts> histograms; // by column: imported rows of each value; "" = missing
    bool hasHistograms() const { return !histograms.empty(); }
    std::string counted; // the name under which they stand; empty: the file's
};

struct SetProblem // of a patient, a study or an image
{
    std::string reason, key, detail;
    auto operator<=>(const SetProblem&) const = default;
};

struct SetReport
{
    std::string dataset;
    std::vector<TableReport> tables;
    std::vector<std::pair<std::string, std::string>> stopped; // tables that cannot be read, and why
    std::vector<std::string> ignored;                         // tables that are none of the data set's
    std::size_t patients = 0, studies = 0, images = 0;
    std::map<std::string, nlohmann::json> derived;
    std::vector<SetProblem> problems; // sorted

    std::size_t rejected() const;
};

// In the form of the public fixtures' expected.json.
nlohmann::json toJson(const SetReport& report);
// One line an issue: table, row, line, column, what ("rejected", "warning", "duplicate", "problem"), reason, detail.
std::string csvOf(const SetReport& report);
// For people: counts of each table, then the issues.
std::string textOf(const SetReport& report);
// As a file of this name holds it: .json, .csv, else the text for people.
std::string reportFor(const std::filesystem::path& file, const SetReport& report);

} // namespace mama
