#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// A cell that has content. stored: its text as the file has it, a number's or date's characters unchanged, all runs of
// a string joined without its phonetic text, _xHHHH_ decoded.
struct SheetCell
{
    enum class Kind { String, Number, Date, Boolean, Error, Empty }; // Empty: a formula whose result is not stored
    std::uint32_t row = 0, column = 0;                               // from 0
    Kind kind = Kind::String;
    bool formula = false;
    std::string stored;
    std::string iso; // of a date: "2010-08-21", "2010-08-21T23:59:58" or "06:30:00"; empty: it is none of the calendar
};

struct Sheet
{
    std::string name, state = "visible"; // visible, hidden, veryHidden
    std::vector<std::string> merged;     // "B14:C15"
    std::vector<SheetCell> cells;        // in the file's order
};

struct Workbook
{
    bool date1904 = false;
    std::vector<Sheet> sheets; // in the workbook's order, chart sheets left out
};

// An .xlsx workbook. Error(Format) names the part, or sheet and cell ("B7"), that cannot be read: then nothing is
// given. onlyFirst: cells of the first visible sheet alone. Source: ECMA-376; limits: XlsxPackage.
Workbook readWorkbook(const std::filesystem::path& file, bool onlyFirst = false);
// The first visible one, else the first; Error(Format) where there is none.
const Sheet& firstSheet(const Workbook& workbook, const std::filesystem::path& file);

std::string nameOfCell(std::uint32_t row, std::uint32_t column); // "AA4"

} // namespace mama
