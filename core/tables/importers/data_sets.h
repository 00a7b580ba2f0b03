#pragma once
#include "core/tables/importers/set_rows.h"

#include <functional>
#include <span>

namespace mama {

// A data set that the library takes in.
struct DataSetReader
{
    const char* name; // as the command line says it
    const char* title;
    const char* licence;
    bool restricted;
    SetRows (*read)(const std::filesystem::path& root);
};

std::span<const DataSetReader> dataSetReaders();
// Error(Usage) lists the names there are.
const DataSetReader& dataSetReader(const std::string& name);
// Still without rows, under the reader's name, title and terms.
SetRows rowsOf(const std::string& name, const std::filesystem::path& root);

// Every .csv of a data set's folder, of its folder "tables" and of "csv", in order. Error(Io) where there is no folder.
std::vector<std::filesystem::path> tableFiles(const std::filesystem::path& root);

// A table of a set: found by its columns, read with `take`; one that cannot be read, or lacks a column, is told in
// `rows.report.stopped`, and nothing of it is taken. Returns its index in rows.tables.
struct TableToRead
{
    std::filesystem::path file;
    std::span<const struct TableColumn> columns;
};
class CheckedRow;
void readSetTable(SetRows& rows, const TableToRead& table, const std::function<void(CheckedRow&, RowOf)>& take);

// Those of a set: by a column that it alone has. The tables of none are in `ignored`. Error(Format) if none is there.
struct TableKind
{
    std::vector<const char*> columns; // all of them
    std::optional<std::filesystem::path> file{};
};
void findTables(SetRows& rows, std::span<TableKind> kinds);

SetRows readEmbedSet(const std::filesystem::path& root);
SetRows readRsnaSet(const std::filesystem::path& root);
SetRows readVindrSet(const std::filesystem::path& root);

} // namespace mama
