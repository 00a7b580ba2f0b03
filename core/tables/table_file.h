#pragma once
#include "core/tables/csv_file.h"

#include <memory>

namespace mama {

// A table of records under a heading, whatever file it stands in.
class TableFile
{
public:
    virtual ~TableFile() = default;
    virtual const std::vector<std::string>& heading() const = 0; // names without blanks at their ends
    // As readCsv: `take` for every record of as many fields as the heading, the others are returned, and so are
    // those that are given and told of (TableProblem::kept).
    virtual std::vector<TableProblem> read(const std::function<void(const CsvRecord&)>& take) = 0;
};

// A CSV file; or the first visible sheet of an .xlsx workbook: its first row with content is the heading, dates come as
// YYYY-MM-DD, a record's line is its row in the sheet, rows without content are none. Error as readCsvHeading and
// readWorkbook.
std::unique_ptr<TableFile> openTable(const std::filesystem::path& file);
std::vector<std::string> readTableHeading(const std::filesystem::path& file);

bool isTableName(const std::filesystem::path& file); // .csv or .xlsx, none that a spreadsheet keeps while one is open

} // namespace mama
