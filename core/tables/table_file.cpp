#include "core/tables/table_file.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/path_text.h"
#include "core/tables/cell.h"
#include "core/tables/xlsx_file.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

class CsvTable : public TableFile
{
public:
    explicit CsvTable(const fs::path& file) : m_file(file), m_heading(readCsvHeading(file)) {}
    const std::vector<std::string>& heading() const override { return m_heading; }
    std::vector<TableProblem> read(const std::function<void(const CsvRecord&)>& take) override
    {
        return readCsv(m_file, take);
    }

private:
    fs::path m_file;
    std::vector<std::string> m_heading;
};

class SheetTable : public TableFile
{
public:
    explicit SheetTable(const fs::path& file)
    {
        const Workbook workbook = readWorkbook(file, true);
        m_cells = firstSheet(workbook, file).cells;
        std::stable_sort(m_cells.begin(), m_cells.end(),
                         [](const SheetCell& a, const SheetCell& b) { return a.row < b.row; });
        for (; m_first < m_cells.size() && m_cells[m_first].row == m_cells.front().row; ++m_first) {
            const SheetCell& cell = m_cells[m_first];
            m_heading.resize(std::max<std::size_t>(m_heading.size(), cell.column + 1));
            m_heading[cell.column] = trimmed(cell.stored);
        }
        if (m_heading.empty())
            throw Error(ErrorCode::Format, "read table", pathText(file),
                        {TextId("table.sheet_empty", "its sheet %1 has no cell with content, so no heading"),
                         firstSheet(workbook, file).name});
    }
    const std::vector<std::string>& heading() const override { return m_heading; }

    std::vector<TableProblem> read(const std::function<void(const CsvRecord&)>& take) override
    {
        std::vector<TableProblem> problems;
        std::vector<std::string> fields;
        std::size_t row = 0;
        for (std::size_t at = m_first; at < m_cells.size();) {
            const std::size_t line = m_cells[at].row + std::size_t(1), begin = at;
            fields.assign(m_heading.size(), "");
            std::size_t beyond = 0;
            ++row;
            for (; at < m_cells.size() && m_cells[at].row + std::size_t(1) == line; ++at) {
                const SheetCell& cell = m_cells[at];
                if (cell.column < fields.size())
                    fields[cell.column] =
                        cell.kind == SheetCell::Kind::Date && !cell.iso.empty() ? cell.iso : cell.stored;
                else if (!trimmed(cell.stored).empty())
                    beyond = cell.column + std::size_t(1);
            }
            if (beyond > 0) {
                problems.push_back(
                    {row, line, "wrong_field_count",
                     std::to_string(beyond) + " fields, " + std::to_string(m_heading.size()) + " expected"});
                continue;
            }
            if (auto tooLong = overlongCell({row, line, fields}, m_heading)) {
                problems.push_back(std::move(*tooLong));
                continue;
            }
            tellFormulas({begin, at}, row, problems);
            take({row, line, fields});
        }
        return problems;
    }

private:
    // Formulas whose result the workbook does not hold: empty fields, told.
    void tellFormulas(std::pair<std::size_t, std::size_t> cells, std::size_t row,
                      std::vector<TableProblem>& problems) const
    {
        for (std::size_t i = cells.first; i < cells.second; ++i)
            if (const SheetCell& cell = m_cells[i]; cell.kind == SheetCell::Kind::Empty)
                problems.push_back({row, cell.row + std::size_t(1), "no_result",
                                    nameOfCell(cell.row, cell.column) + ": a formula whose result is not stored",
                                    cell.column < m_heading.size() ? m_heading[cell.column] : "", true});
    }

    std::vector<std::string> m_heading;
    std::vector<SheetCell> m_cells; // by row
    std::size_t m_first = 0;        // of the records
};

bool isWorkbook(const fs::path& file) { return asciiFolded(file.extension().string()) == ".xlsx"; }

} // namespace

std::unique_ptr<TableFile> openTable(const fs::path& file)
{
    if (isWorkbook(file))
        return std::make_unique<SheetTable>(file);
    return std::make_unique<CsvTable>(file);
}

std::vector<std::string> readTableHeading(const fs::path& file) { return openTable(file)->heading(); }

bool isTableName(const fs::path& file)
{
    const std::string name = file.filename().string();
    return (isWorkbook(file) || asciiFolded(file.extension().string()) == ".csv") && !name.starts_with("~$") &&
           !name.starts_with('.');
}

} // namespace mama
