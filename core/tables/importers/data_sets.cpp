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

const std::array<DataSetReader, 8>& readers()
{
    static const std::array all{
        DataSetReader{
            "embed", "embed", "EMBED",
            "EMBED research use agreement: non-commercial; no copy to others, no release of models, weights or "
            "embeddings trained on it",
            true, set_words::embed, readEmbedSet},
        DataSetReader{"rsna", "rsna", "RSNA-Mammo",
                      "RSNA 2022: non-commercial research and teaching; not to be passed on", true, set_words::rsna,
                      readRsnaSet},
        DataSetReader{"vindr", "vindr", "VinDr-Mammo",
                      "PhysioNet restricted access under a data use agreement; no sharing", true, set_words::vindr,
                      readVindrSet},
        DataSetReader{"cbis", "cbis-ddsm", "CBIS-DDSM", "CC BY 3.0: may be passed on; cite it", false, set_words::cbis,
                      readCbisSet},
        DataSetReader{"cmmd", "cmmd", "CMMD", "CC BY 4.0: may be passed on; cite it", false, set_words::cmmd,
                      readCmmdSet},
        DataSetReader{"inbreast", "inbreast", "INbreast", "on request, for research; not to be passed on", true,
                      set_words::inbreast, readInbreastSet},
        DataSetReader{"csaw", "csaw-cc", "CSAW-CC", "on request from its owner; not to be passed on", true,
                      set_words::csaw, readCsawSet},
        DataSetReader{"mias", "mini-mias", "mini-MIAS", "research only; cite it; not to be rented, leased or sold",
                      true, set_words::mias, readMiasSet}};
    return all;
}

bool isReduced(const fs::path& file) { return file.stem().string().ends_with("_reduced"); }

} // namespace

std::span<const DataSetReader> dataSetReaders() { return readers(); }

const DataSetReader& dataSetReader(const std::string& name)
{
    std::string names;
    for (const DataSetReader& reader : readers())
        if (name == reader.name || name == reader.reported)
            return reader;
        else
            names += (names.empty() ? "" : ", ") + std::string(reader.name);
    throw Error(
        ErrorCode::Usage, {importing}, name,
        {TextId("table.no_data_set", "there is no data set of this name: there are %1, and folder for any folder of "
                                     "images"),
         names});
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
            if (isTableName(entry.path()) && entry.is_regular_file(failed))
                files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

SetRows rowsOf(const std::string& name, const fs::path& root, const Vocabulary& edited)
{
    const DataSetReader& reader = dataSetReader(name);
    SetRows rows;
    rows.root = root;
    rows.importer = reader.name;
    rows.name = reader.title;
    rows.licence = reader.licence;
    rows.report.dataset = reader.reported;
    rows.restricted = reader.restricted;
    rows.words = edited;
    rows.words.add(reader.words);
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
        if (kind.found())
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
            heading = readTableHeading(file);
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
        } else if (!kind->found() || kind->several) {
            kind->files.push_back(file);
        } else { // the full one of two
            fs::path& kept = kind->files.front();
            const bool better = isReduced(kept) && !isReduced(file);
            rows.report.ignored.push_back((better ? kept : file).filename().string());
            if (better)
                kept = file;
        }
    }
    const std::string lacking = tellLacking(rows, kinds, headings);
    if (std::none_of(kinds.begin(), kinds.end(), [](const TableKind& each) { return each.found(); })) {
        if (!lacking.empty())
            throw Error(
                ErrorCode::Format, {importing}, pathText(rows.root),
                {TextId("table.lacks_columns", "none of its tables has the columns of %1: %2"), rows.name, lacking});
        if (!rows.report.stopped.empty()) {
            const auto& [file, why] = rows.report.stopped.front();
            throw Error(ErrorCode::Format, {importing}, pathText(rows.root),
                        {TextId("table.unread_set", "%1 cannot be read (%2), and no other table has the columns of %3"),
                         file, why, rows.name});
        }
        const std::string other = setOfFolder(rows.root);
        throw Error(
            ErrorCode::Format, {importing}, pathText(rows.root),
            other.empty()
                ? UserText({TextId("table.none_of_set", "none of its tables (.csv or .xlsx in it, or in its folder "
                                                        "tables) has the columns of %1"),
                            rows.name})
                : UserText({TextId("table.other_set", "its tables are those of %1, not of %2"), other, rows.name}));
    }
}

void readOpenTable(SetRows& rows, const TableToRead& table, std::unique_ptr<TableFile> open,
                   const std::function<void(CheckedRow&, RowOf)>& take)
{
    CheckedTable checkedTable(std::move(open), table.file, table.columns);
    const auto index = static_cast<std::uint16_t>(rows.tables.size());
    rows.tables.push_back(table.file.filename().string());
    rows.report.tables.push_back(checkedTable.read([&](CheckedRow& row) {
        take(row, {index, static_cast<std::uint32_t>(row.row())});
    }));
    if (rows.report.tables.back().rows == 0)
        rows.report.stopped.emplace_back(
            table.file.filename().string(),
            UserText({TextId("table.heading_alone", "it has a heading and no rows")}).english());
}

void readSetTable(SetRows& rows, const TableToRead& table, const std::function<void(CheckedRow&, RowOf)>& take)
{
    try {
        readOpenTable(rows, table, openTable(table.file), take);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Format && error.code() != ErrorCode::Io)
            throw;
        rows.report.stopped.emplace_back(table.file.filename().string(), error.why().english());
    }
}

const DataSetReader& recognisedSet(const fs::path& root)
{
    tableFiles(root); // it is a folder
    const std::vector<std::string> names = setsOfFolder(root);
    std::string titles;
    for (const std::string& name : names)
        titles += (titles.empty() ? "" : ", ") + std::string(dataSetReader(name).title);
    if (names.size() > 1)
        throw Error(
            ErrorCode::Format, {importing}, pathText(root),
            {TextId("table.several_sets", "it has tables of several data sets, %1: say which one is meant"), titles});
    if (names.empty())
        throw Error(
            ErrorCode::Format, {importing}, pathText(root),
            {TextId("table.no_known_set", "none of its tables (.csv or .xlsx in it, or in its folder tables) is one "
                                          "of a data set that is known: other images, with a table of your own "
                                          "or without, are imported as \"folder\", any folder of images")});
    return dataSetReader(names.front());
}

SetRows readDataSet(const fs::path& root, const std::string& name, const Vocabulary& edited)
{
    return (name.empty() ? recognisedSet(root) : dataSetReader(name)).read(root, edited);
}

} // namespace mama
