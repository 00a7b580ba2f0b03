#include "core/evaluation/labelled_table.h"

#include "core/base/error.h"
#include "core/tables/cell.h"
#include "core/tables/csv_file.h"
#include "core/tables/importers/known_sets.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace mama {
namespace {

using Column = std::optional<std::size_t>;

struct Columns
{
    std::size_t path = 0, label = 0;
    Column patient, side, view, study, frame, prefix;
};

Columns columnsOf(const std::filesystem::path& file)
{
    const std::vector<std::string> heading = readCsvHeading(file);
    const auto needed = [&](const char* name) {
        const Column found = findColumn(heading, name);
        if (found)
            return *found;
        const std::string set = knownSet(heading);
        throw Error(
            ErrorCode::Format, "read labelled table", file.string(),
            set.empty()
                ? UserText{TextId("table.needs_path_and_label", "column %1 is missing; expected path and label"), name}
                : UserText{TextId("table.known_set_without_labels",
                                  "column %1 is missing: this is a table of %2. Make one with the columns "
                                  "path (of the image, from the table's folder), label and patient from it"),
                           name, set});
    };
    Columns out;
    out.path = needed("path");
    out.label = needed("label");
    out.patient = findColumn(heading, "patient");
    if (!out.patient)
        out.patient = findColumn(heading, "patient_id");
    out.side = findColumn(heading, "side");
    out.view = findColumn(heading, "view");
    out.study = findColumn(heading, "study");
    out.frame = findColumn(heading, "frame");
    out.prefix = findColumn(heading, "prefix");
    return out;
}

std::string cell(const CsvRecord& record, const Column& column)
{
    return column && !isMissing(record.fields[*column]) ? std::string(trimmed(record.fields[*column])) : std::string();
}

Side sideOf(const std::string& text)
{
    const char first = text.empty() ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return first == 'R' ? Side::Right : first == 'L' ? Side::Left : Side::Unknown;
}

// Why the row cannot be used, or nothing.
std::string fill(LabelledImage& image, const CsvRecord& record, const Columns& columns,
                 const std::filesystem::path& folder)
{
    const std::string path = cell(record, columns.path);
    if (path.empty())
        return "path is missing";
    image.path = folder / path; // an absolute path stays
    image.labelText = std::string(asKey(record.fields[columns.label]));
    if (isMissing(image.labelText))
        return "label is missing";
    image.patient = columns.patient ? std::string(asKey(cell(record, columns.patient))) : std::string();
    if (columns.patient && image.patient.empty())
        return "patient is missing: intervals are by patient";
    image.side = sideOf(cell(record, columns.side));
    image.view = cell(record, columns.view);
    image.study = cell(record, columns.study);
    if (columns.prefix && !isMissing(record.fields[*columns.prefix]))
        image.prefix = record.fields[*columns.prefix]; // blanks at its end belong to it
    if (const std::string frame = cell(record, columns.frame); !frame.empty()) {
        const auto number = asNumber(frame);
        if (!number || *number < 0 || *number > 1e6 || *number != std::floor(*number))
            return "frame \"" + frame + "\" is no number from 0";
        image.frame = static_cast<int>(*number);
    }
    return {};
}

std::string lower(std::string text)
{
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

int classOf(const std::string& label, const std::vector<std::string>& classes)
{
    for (std::size_t c = 0; c < classes.size(); ++c)
        if (lower(classes[c]) == lower(label))
            return static_cast<int>(c);
    const auto number = asNumber(label);
    const bool inRange =
        number && *number >= 0 && *number < static_cast<double>(classes.size()) && *number == std::floor(*number);
    return inRange ? static_cast<int>(*number) : -1;
}

} // namespace

LabelledTable readLabelledTable(const std::filesystem::path& file)
{
    const Columns columns = columnsOf(file);
    LabelledTable out;
    out.file = file;
    out.patients = columns.patient.has_value();
    out.prefixes = columns.prefix.has_value();
    std::map<std::pair<std::filesystem::path, int>, std::size_t> seen; // an image counts once
    const auto problems = readCsv(file, [&](const CsvRecord& record) {
        LabelledImage image;
        image.row = record.row;
        std::string reason = fill(image, record, columns, file.parent_path());
        if (reason.empty()) {
            const auto [known, isNew] =
                seen.try_emplace({image.path.lexically_normal(), image.frame.value_or(-1)}, record.row);
            if (!isNew)
                reason = "the same image as row " + std::to_string(known->second);
        }
        if (reason.empty())
            out.images.push_back(std::move(image));
        else
            out.refused.push_back({record.row, cell(record, columns.path), reason});
    });
    for (const TableProblem& problem : problems)
        if (!problem.kept)
            out.refused.push_back({problem.row,
                                   {},
                                   problem.reason + (problem.column.empty() ? "" : ": " + problem.column) +
                                       (problem.detail.empty() ? "" : ": " + problem.detail)});
    return out;
}

void resolveLabels(LabelledTable& table, const std::vector<std::string>& classes)
{
    std::string names;
    for (const std::string& one : classes)
        names += (names.empty() ? "" : ", ") + one;
    std::vector<LabelledImage> kept;
    for (LabelledImage& image : table.images) {
        image.label = classOf(image.labelText, classes);
        if (image.label >= 0)
            kept.push_back(std::move(image));
        else
            table.refused.push_back(
                {image.row, image.path.string(), "label \"" + image.labelText + "\" is none of the classes " + names});
    }
    table.images = std::move(kept);
}

} // namespace mama
