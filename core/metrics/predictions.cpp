#include "core/metrics/predictions.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <ostream>
#include <span>
#include <string_view>

namespace mama::metrics {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::size_t row, const std::string& why)
{
    throw Error(ErrorCode::Format, "read predictions", path.string() + " row " + std::to_string(row), why);
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// The cells of one record of RFC 4180 that starts at `at`; moves past its line break.
std::vector<std::string> nextRecord(std::string_view text, std::size_t& at)
{
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
            cells.back() += '"';
            ++at;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            cells.emplace_back();
        } else if (!quoted && c == '\n') {
            ++at;
            break;
        } else {
            cells.back() += c;
        }
    }
    for (std::string& cell : cells)
        cell = trimmed(cell);
    return cells;
}

std::string quoted(const std::string& text)
{
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + "\"";
}

double number(const std::filesystem::path& path, std::size_t row, const std::string& column, const std::string& cell)
{
    double value = 0;
    const auto [end, problem] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (problem != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
        fail(path, row, "column " + column + ": \"" + cell + "\" is not a number");
    return value;
}

struct Columns
{
    std::size_t count = 0, label = 0;
    std::vector<std::size_t> scores;
    std::vector<std::string> scoreNames;
    std::optional<std::size_t> patient;
    bool positiveOnly = false;
};

Columns findColumns(const std::filesystem::path& path, const std::vector<std::string>& names)
{
    const auto find = [&](const std::string& wanted) -> std::optional<std::size_t> {
        const auto found = std::find(names.begin(), names.end(), wanted);
        return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names.begin()));
    };
    Columns columns;
    columns.count = names.size();
    const auto label = find("label");
    if (!label)
        fail(path, 1, "column label is missing");
    columns.label = *label;
    for (std::size_t of = 0;; ++of) {
        const std::string wanted = "score_" + std::to_string(of);
        const auto at = find(wanted);
        if (!at)
            break;
        columns.scores.push_back(*at);
        columns.scoreNames.push_back(wanted);
    }
    if (const auto score = find("score"); columns.scores.empty() && score) {
        columns.scores.push_back(*score);
        columns.scoreNames.emplace_back("score");
        columns.positiveOnly = true;
    }
    if (columns.scores.size() + (columns.positiveOnly ? 1 : 0) < 2)
        fail(path, 1, "columns score_0 to score_k are missing (or one column score)");
    const auto patient = find("patient");
    columns.patient = patient ? patient : find("patient_id");
    return columns;
}

void addRow(Predictions& result, const Columns& columns, const std::vector<std::string>& cells,
            const std::filesystem::path& path, std::size_t row)
{
    if (cells.size() != columns.count)
        fail(path, row, std::to_string(cells.size()) + " cells, expected " + std::to_string(columns.count));
    const double label = number(path, row, "label", cells[columns.label]);
    if (label < 0 || label >= static_cast<double>(result.classes) || label != std::floor(label))
        fail(path, row, "label " + cells[columns.label] + ", expected 0 to " + std::to_string(result.classes - 1));
    for (std::size_t i = 0; i < columns.scores.size(); ++i) {
        const double score = number(path, row, columns.scoreNames[i], cells[columns.scores[i]]);
        if (columns.positiveOnly)
            result.scores.push_back(1 - score);
        result.scores.push_back(score);
    }
    result.labels.push_back(static_cast<int>(label));
    if (columns.patient)
        result.patients.push_back(cells[*columns.patient]);
}

} // namespace

bool Predictions::areProbabilities() const
{
    for (std::size_t i = 0; i < samples(); ++i) {
        double sum = 0;
        for (std::size_t of = 0; of < classes; ++of) {
            if (score(i, of) < 0 || score(i, of) > 1)
                return false;
            sum += score(i, of);
        }
        if (std::abs(sum - 1) > 1e-3)
            return false;
    }
    return true;
}

Predictions readPredictions(const std::filesystem::path& path)
{
    const std::string text = readText(path);
    std::string_view view = text;
    if (view.starts_with("\xEF\xBB\xBF"))
        view.remove_prefix(3);
    std::size_t at = 0, row = 1;
    const Columns columns = findColumns(path, nextRecord(view, at));
    Predictions result;
    result.classes = columns.scores.size() + (columns.positiveOnly ? 1 : 0);
    while (at < view.size()) {
        ++row;
        const std::vector<std::string> cells = nextRecord(view, at);
        if (cells.size() > 1 || !cells.front().empty())
            addRow(result, columns, cells, path, row);
    }
    if (result.samples() == 0)
        fail(path, row, "no rows below the column names");
    return result;
}

void softmax(Predictions& predictions, double scale)
{
    for (std::size_t i = 0; i < predictions.samples(); ++i) {
        const auto row = std::span(predictions.scores).subspan(i * predictions.classes, predictions.classes);
        for (double& score : row)
            score *= scale;
        const double top = *std::max_element(row.begin(), row.end());
        double total = 0;
        for (double& score : row)
            total += score = std::exp(score - top);
        for (double& score : row)
            score /= total;
    }
}

void writePredictions(const std::filesystem::path& path, const Predictions& predictions)
{
    writeAtomically(path, [&](std::ostream& out) {
        out << (predictions.patients.empty() ? "label" : "patient,label");
        for (std::size_t of = 0; of < predictions.classes; ++of)
            out << ",score_" << of;
        out << "\n";
        out.precision(17);
        for (std::size_t i = 0; i < predictions.samples(); ++i) {
            if (!predictions.patients.empty())
                out << quoted(predictions.patients[i]) << ',';
            out << predictions.labels[i];
            for (std::size_t of = 0; of < predictions.classes; ++of)
                out << ',' << predictions.score(i, of);
            out << "\n";
        }
    });
}

} // namespace mama::metrics
