#include "core/tables/importers/set_report.h"

#include "core/base/folded_text.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

nlohmann::json toJson(const RowIssue& issue)
{
    nlohmann::json made = {
        {"row", issue.row}, {"line", issue.line}, {"reason", issue.reason}, {"column", issue.column}};
    if (!issue.detail.empty())
        made["detail"] = issue.detail;
    return made;
}

nlohmann::json toJson(const std::vector<RowIssue>& issues)
{
    nlohmann::json list = nlohmann::json::array();
    for (const RowIssue& issue : issues)
        list.push_back(toJson(issue));
    return list;
}

nlohmann::json toJson(const TableReport& table)
{
    nlohmann::json duplicates = nlohmann::json::array();
    for (const DuplicateRow& each : table.duplicates)
        duplicates.push_back({{"row", each.row}, {"line", each.line}, {"same_as_row", each.sameAsRow}});
    return {{"rows", table.rows},
            {"imported", table.imported},
            {"duplicates", duplicates},
            {"rejected", toJson(table.rejected)},
            {"warnings", toJson(table.warnings)}};
}

// Each issue as fields: table, row, line, column, what, reason, detail.
using Fields = std::vector<std::string>;
std::vector<Fields> issuesOf(const SetReport& report)
{
    std::vector<Fields> out;
    for (const TableReport& table : report.tables) {
        const auto add = [&](const std::vector<RowIssue>& issues, const char* what) {
            for (const RowIssue& each : issues)
                out.push_back({table.file, std::to_string(each.row), std::to_string(each.line), each.column, what,
                               each.reason, each.detail});
        };
        add(table.rejected, "rejected");
        for (const DuplicateRow& each : table.duplicates)
            out.push_back({table.file, std::to_string(each.row), std::to_string(each.line), "", "duplicate",
                           "same_as_row", std::to_string(each.sameAsRow)});
        add(table.warnings, "warning");
    }
    for (const SetProblem& each : report.problems)
        out.push_back(
            {"", "", "", "", "problem", each.reason, each.key + (each.detail.empty() ? "" : ": ") + each.detail});
    for (const auto& [file, why] : report.stopped)
        out.push_back({file, "", "", "", "stopped", "table", why});
    return out;
}

std::string quoted(const std::string& field)
{
    if (field.find_first_of(",\"\r\n") == field.npos)
        return field;
    std::string out = "\"";
    for (const char c : field)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

} // namespace

std::size_t SetReport::rejected() const
{
    std::size_t count = 0;
    for (const TableReport& table : tables)
        count += table.rejected.size();
    return count;
}

nlohmann::json toJson(const SetReport& report)
{
    nlohmann::json made = {{"dataset", report.dataset},
                           {"tables", nlohmann::json::object()},
                           {"patients", report.patients},
                           {"studies", report.studies},
                           {"images", report.images},
                           {"histograms", nlohmann::json::object()},
                           {"derived", report.derived},
                           {"problems", nlohmann::json::array()},
                           {"stopped", nlohmann::json::array()},
                           {"ignored", report.ignored}};
    for (const TableReport& table : report.tables) {
        made["tables"][table.file] = toJson(table);
        if (table.hasHistograms())
            made["histograms"][table.counted.empty() ? table.file : table.counted] = table.histograms;
    }
    for (const SetProblem& problem : report.problems) {
        made["problems"].push_back({{"reason", problem.reason}, {"key", problem.key}});
        if (!problem.detail.empty())
            made["problems"].back()["detail"] = problem.detail;
    }
    for (const auto& [file, why] : report.stopped)
        made["stopped"].push_back({{"file", file}, {"reason", why}});
    return made;
}

std::string csvOf(const SetReport& report)
{
    std::string out = "table,row,line,column,what,reason,detail\r\n";
    for (const Fields& fields : issuesOf(report)) {
        for (std::size_t i = 0; i < fields.size(); ++i)
            out += (i == 0 ? "" : ",") + quoted(fields[i]);
        out += "\r\n";
    }
    return out;
}

std::string textOf(const SetReport& report)
{
    std::string out = report.dataset + ": " + std::to_string(report.patients) + " patients, " +
                      std::to_string(report.studies) + " studies, " + std::to_string(report.images) + " images";
    std::size_t unreleased = 0;
    for (const TableReport& table : report.tables)
        unreleased += static_cast<std::size_t>(
            std::count_if(table.warnings.begin(), table.warnings.end(),
                          [](const RowIssue& issue) { return issue.reason == "not_released"; }));
    out += unreleased > 0 ? ", " + std::to_string(unreleased) + " more without a file (not released)\n" : "\n";
    for (const TableReport& table : report.tables)
        out += oneLine(table.file) + ": " + std::to_string(table.rows) + " rows = " + std::to_string(table.imported) +
               " imported + " + std::to_string(table.duplicates.size()) + " duplicates + " +
               std::to_string(table.rejected.size()) + " rejected; " + std::to_string(table.warnings.size()) +
               " warnings\n";
    for (const Fields& issue : issuesOf(report)) {
        out += issue[4] + "\t" + oneLine(issue[0]);
        if (!issue[1].empty())
            out += " row " + issue[1] + " (line " + issue[2] + ")";
        out += "\t" + oneLine(issue[3]) + "\t" + issue[5] + "\t" + oneLine(issue[6]) + "\n";
    }
    for (const std::string& file : report.ignored)
        out += "ignored\t" + oneLine(file) + "\tno table of this data set\n";
    return out;
}

std::string reportFor(const std::filesystem::path& file, const SetReport& report)
{
    const std::string ending = asciiFolded(file.extension().string());
    if (ending == ".json")
        return toJson(report).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    return ending == ".csv" ? csvOf(report) : textOf(report);
}

} // namespace mama
