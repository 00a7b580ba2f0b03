#pragma once
#include "core/tables/importers/set_rows.h"

#include <functional>
#include <memory>
#include <span>

namespace mama {

// A data set that the library takes in.
struct DataSetReader
{
    const char* name;     // as the command line says it
    const char* reported; // as its report says it
    const char* title;
    const char* licence;
    bool restricted;
    std::span<const VocabularyWord> words; // that it knows
    SetRows (*run)(const std::filesystem::path& root, const Vocabulary& edited);

    // edited: words that count for more than those.
    SetRows read(const std::filesystem::path& root, const Vocabulary& edited = {}) const { return run(root, edited); }
};

std::span<const DataSetReader> dataSetReaders();
// Error(Usage) lists the names there are.
const DataSetReader& dataSetReader(const std::string& name);
// Still without rows, under the reader's name, title and terms.
SetRows rowsOf(const std::string& name, const std::filesystem::path& root, const Vocabulary& edited);

// The data set whose tables these are, told by their columns and files. Error(Format) where they are none's, or of
// several sets.
const DataSetReader& recognisedSet(const std::filesystem::path& root);
// The rows of a folder, by the reader of this name, or where it is empty of the set that it is recognised as.
SetRows readDataSet(const std::filesystem::path& root, const std::string& name, const Vocabulary& edited = {});

// Every .csv and .xlsx of a data set's folder, of its folder "tables" and of "csv", in order. Error(Io) where there is
// no folder.
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

// As readSetTable, of a table that is open already.
class TableFile;
void readOpenTable(SetRows& rows, const TableToRead& table, std::unique_ptr<TableFile> open,
                   const std::function<void(CheckedRow&, RowOf)>& take);

// Those of a set: by a column that it alone has. The tables of none are in `ignored`. Error(Format) if none is there.
struct TableKind
{
    std::vector<const char*> columns; // all of them
    bool several = false;             // there may be more than one of it
    std::vector<std::filesystem::path> files{};
    bool found() const { return !files.empty(); }
};
void findTables(SetRows& rows, std::span<TableKind> kinds);

SetRows readEmbedSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readRsnaSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readVindrSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readCbisSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readCmmdSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readInbreastSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readCsawSet(const std::filesystem::path& root, const Vocabulary& edited = {});
SetRows readMiasSet(const std::filesystem::path& root, const Vocabulary& edited = {});

// What each of them knows, in its own file.
namespace set_words {
extern const std::span<const VocabularyWord> embed, rsna, vindr, cbis, cmmd, inbreast, csaw, mias;
}

} // namespace mama
