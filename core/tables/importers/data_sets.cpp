#include "core/tables/importers/data_sets.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"
#include "core/tables/importers/checked_table.h"
#include "core/tables/importers/known_sets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto importing = TextId("action.import", "import");

constexpr std::array readers{
    DataSetReader{"embed", "EMBED",
                  "EMBED research use agreement: non-commercial; no copy to others, no release of models, weights or "
                  "embeddings trained on it",
                  true, readEmbedSet},
    DataSetReader{"rsna", "RSNA-Mammo", "RSNA 2022: non-commercial research and teaching; not to be passed on", true,
                  readRsnaSet},
    DataSetReader{"vindr", "VinDr-Mammo", "PhysioNet restricted access under a data use agreement; no sharing", true,
                  readVindrSet}};

bool isCsv(const fs::path& file) { return asciiFolded(file.extension().string()) == ".csv"; }

bool isReduced(const fs::path& file) { return file.stem().string().ends_with("_reduced"); }

} // namespace

std::span<const DataSetReader> dataSetReaders() { return readers; }

const DataSetReader& dataSetReader(const std::string& name)
{
    std::string names;
    for (const DataSetReader& reader : readers)
        if (name == reader.name)
            return reader;
        else
            names += (names.empty() ? "" : ", ") + std::string(reader.name);
    throw Error(ErrorCode::Usage, {importing}, name,
                {TextId("table.no_data_set", "there is no data set of this name: there are %1"), names});
}

std::vector<fs::path> tableFiles(const fs::path& root)
{
    std::error_code failed;
    if (!fs::is_directory(root, failed))
        throw Error(ErrorCode::Io, {importing}, pathText(root),
                    {TextId("table.no_folder", "there is no such folder: name the data set's folder, which holds its "
                                               "tables or a folder \"tables\"")});
    std::vector<fs::path> files;
    for (const fs::path& place : {root, root / "tables", root / "csv"})
        for (const auto& entry : fs::directory_iterator(place, failed))
            if (isCsv(entry.path()) && entry.is_regular_file(failed))
                files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

SetRows rowsOf(const std::string& name, const fs::path& root)
{
    const DataSetReader& reader = dataSetReader(name);
    SetRows rows;
    rows.root = root;
    rows.importer = name;
    rows.name = reader.title;
    rows.licence = reader.licence;
    rows.report.dataset = name;
    return rows;
}

namespace {

// Tables that are ignored since they have some of a kind's columns and not all, where no other is of that kind: a
// problem each. Returns them in one line.
using Headings = std::map<std::string, std::vector<std::string>>;
std::string tellLacking(SetRows& rows, std::span<const TableKind> kinds, const Headings& headings)
{
    std::string all;
    for (const TableKind& kind : kinds) {
        if (kind.file)
            continue;
        for (const std::string& file : rows.report.ignored) {
            std::string missing;
            std::size_t there = 0;
            for (const char* name : kind.columns)
                if (findColumn(headings.at(file), name))
                    ++there;
                else
                    missing += (missing.empty() ? "" : ", ") + std::string(name);
            if (there == 0)
                continue;
            rows.report.problems.push_back({"columns_missing", file, missing});
            all += (all.empty() ? "" : "; ") + file + " has no " + missing;
        }
    }
    return all;
}

} // namespace

void findTables(SetRows& rows, std::span<TableKind> kinds)
{
    Headings headings;
    for (const fs::path& file : tableFiles(rows.root)) {
        std::vector<std::string> heading;
        try {
            heading = readCsvHeading(file);
        } catch (const Error& error) {
            rows.report.stopped.emplace_back(file.filename().string(), error.why().english());
            continue;
        }
        headings[file.filename().string()] = heading;
        const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const TableKind& each) {
            return std::all_of(each.columns.begin(), each.columns.end(),
                               [&](const char* name) { return findColumn(heading, name).has_value(); });
        });
        if (kind == kinds.end()) {
            rows.report.ignored.push_back(file.filename().string());
        } else if (!kind->file) {
            kind->file = file;
        } else { // the full one of two
            const bool better = isReduced(*kind->file) && !isReduced(file);
            rows.report.ignored.push_back((better ? *kind->file : file).filename().string());
            if (better)
                kind->file = file;
        }
    }
    const std::string lacking = tellLacking(rows, kinds, headings);
    if (std::none_of(kinds.begin(), kinds.end(), [](const TableKind& each) { return each.file.has_value(); })) {
        if (!lacking.empty())
            throw Error(
                ErrorCode::Format, {importing}, pathText(rows.root),
                {TextId("table.lacks_columns", "none of its tables has the columns of %1: %2"), rows.name, lacking});
        const UserText known = whyNotYet(rows.root);
        throw Error(ErrorCode::Format, {importing}, pathText(rows.root),
                    known.empty() ? UserText({TextId("table.none_of_set", "none of its tables (.csv in it, or in its "
                                                                          "folder tables) has the columns of %1"),
                                              rows.name})
                                  : known);
    }
}

void readSetTable(SetRows& rows, const TableToRead& table, const std::function<void(CheckedRow&, RowOf)>& take)
{
    try {
        CheckedTable checkedTable(table.file, table.columns);
        const auto index = static_cast<std::uint16_t>(rows.tables.size());
        rows.tables.push_back(table.file.filename().string());
        rows.report.tables.push_back(checkedTable.read([&](CheckedRow& row) {
            take(row, {index, static_cast<std::uint32_t>(row.row())});
        }));
        if (rows.report.tables.back().rows == 0)
            rows.report.stopped.emplace_back(
                table.file.filename().string(),
                UserText({TextId("table.heading_alone", "it has a heading and no rows")}).english());
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Format && error.code() != ErrorCode::Io)
            throw;
        rows.report.stopped.emplace_back(table.file.filename().string(), error.why().english());
    }
}

} // namespace mama
