#include "core/tables/xlsx_file.h"

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/tables/xlsx_package.h"
#include "core/tables/xlsx_values.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <pugixml.hpp>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::uint32_t mostRows = 1048576, mostColumns = 16384;
constexpr auto reading = TextId("table.read_sheet", "read table");

struct Place
{
    std::uint32_t row = 0, column = 0;
};

// "AA4"; empty: no cell of a sheet.
std::optional<Place> placeOf(std::string_view reference)
{
    std::uint32_t column = 0, row = 0;
    std::size_t letters = 0;
    for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4;
         ++letters)
        column = column * 26 + static_cast<std::uint32_t>(reference[letters] - 'A' + 1);
    const std::string_view digits = reference.substr(letters);
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), row);
    if (letters == 0 || letters > 3 || digits.empty() || status != std::errc() ||
        end != digits.data() + digits.size() || column > mostColumns || row < 1 || row > mostRows)
        return std::nullopt;
    return Place{row - 1, column - 1};
}

class SheetReader
{
public:
    SheetReader(const fs::path& file, const std::vector<std::string>& strings, const std::vector<bool>& dates,
                bool date1904)
        : m_file(file), m_strings(strings), m_dates(dates), m_date1904(date1904)
    {}

    void read(const pugi::xml_node& worksheet, Sheet& sheet)
    {
        m_sheet = &sheet;
        for (const pugi::xml_node& part : worksheet.children()) {
            if (localName(part.name()) == "sheetData")
                for (const pugi::xml_node& row : part.children())
                    if (localName(row.name()) == "row")
                        readRow(row);
            if (localName(part.name()) == "mergeCells")
                for (const pugi::xml_node& each : part.children())
                    sheet.merged.emplace_back(each.attribute("ref").value());
        }
        std::vector<std::uint64_t> places;
        for (const SheetCell& cell : sheet.cells)
            places.push_back(std::uint64_t(cell.row) * mostColumns + cell.column);
        std::sort(places.begin(), places.end());
        if (const auto twice = std::adjacent_find(places.begin(), places.end()); twice != places.end())
            refuse(nameOfCell(static_cast<std::uint32_t>(*twice / mostColumns),
                              static_cast<std::uint32_t>(*twice % mostColumns)),
                   {TextId("table.cell_twice", "the sheet has this cell twice")});
    }

private:
    [[noreturn]] void refuse(const std::string& cell, const UserText& why) const
    {
        throw Error(ErrorCode::Format, {reading},
                    pathText(m_file) + ", sheet " + oneLine(m_sheet->name) + ", cell " + oneLine(cell), why);
    }

    void readRow(const pugi::xml_node& row)
    {
        if (const std::string_view number = row.attribute("r").value(); number.empty()) {
            ++m_row;
        } else {
            const auto place = placeOf("A" + std::string(number));
            if (!place)
                refuse("A" + std::string(number),
                       {TextId("table.row_beyond", "a sheet has the rows 1 to 1048576, and not this one")});
            m_row = place->row + 1;
        }
        if (m_row > mostRows)
            refuse("A" + std::to_string(m_row),
                   {TextId("table.too_many_rows", "a sheet has no more than 1048576 rows")});
        std::uint32_t column = 0; // of the last cell, from 1
        for (const pugi::xml_node& cell : row.children()) {
            if (localName(cell.name()) != "c")
                continue;
            const std::string_view reference = cell.attribute("r").value();
            const auto place = reference.empty() ? std::nullopt : placeOf(reference);
            if (!reference.empty() && (!place || place->row + 1 != m_row))
                refuse(std::string(reference),
                       place
                           ? UserText({TextId("table.cell_in_other_row", "it stands in row %1"), m_row})
                           : UserText({TextId("table.no_such_cell", "this is no cell of a sheet (A1 to XFD1048576)")}));
            column = place ? place->column + 1 : column + 1;
            if (column > mostColumns)
                refuse(std::to_string(column) + " in row " + std::to_string(m_row),
                       {TextId("table.too_many_columns", "a sheet has no more than 16384 columns")});
            readCell(cell, {m_row - 1, column - 1});
        }
    }

    void readCell(const pugi::xml_node& node, Place place)
    {
        SheetCell cell;
        cell.row = place.row;
        cell.column = place.column;
        const std::string type = node.attribute("t").value();
        std::optional<std::string> value;
        for (const pugi::xml_node& part : node.children()) {
            const std::string_view name = localName(part.name());
            if (name == "v")
                value = textOfElement(part);
            else if (name == "f")
                cell.formula = true;
            else if (name == "is" && type == "inlineStr")
                cell.stored = textOfRuns(part);
        }
        if (type == "inlineStr") {
            value = cell.stored;
        } else if (!value || (value->empty() && type != "str")) {
            if (!cell.formula)
                return;
            cell.kind = SheetCell::Kind::Empty;
            m_sheet->cells.push_back(std::move(cell));
            return;
        }
        take(cell, type, *value, node.attribute("s").as_uint(0));
        if (!isUtf8(cell.stored))
            refuse(nameOfCell(place.row, place.column), {TextId("table.cell_bytes", "its text is not UTF-8")});
        m_sheet->cells.push_back(std::move(cell));
    }

    void take(SheetCell& cell, const std::string& type, const std::string& value, unsigned style) const
    {
        using Kind = SheetCell::Kind;
        cell.stored = value;
        if (type == "s") {
            cell.stored = stringAt(cell, value);
        } else if (type == "str" || type == "inlineStr") {
            cell.stored = type == "str" ? decodedEscapes(value) : value;
        } else if (type == "b") {
            cell.kind = Kind::Boolean;
        } else if (type == "e") {
            cell.kind = Kind::Error;
        } else if (type == "d") {
            cell.kind = Kind::Date;
            cell.iso = value;
        } else {
            cell.kind = style < m_dates.size() && m_dates[style] ? Kind::Date : Kind::Number;
            double number = 0;
            const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (cell.kind == Kind::Date && status == std::errc() && end == value.data() + value.size())
                cell.iso = isoOf(number, m_date1904);
        }
    }

    std::string stringAt(const SheetCell& cell, const std::string& value) const
    {
        std::size_t index = 0;
        const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), index);
        if (status != std::errc() || end != value.data() + value.size() || index >= m_strings.size())
            refuse(nameOfCell(cell.row, cell.column),
                   {TextId("table.no_such_string", "its text is number %1 of the workbook's %2 texts"), oneLine(value),
                    m_strings.size()});
        return m_strings[index];
    }

    const fs::path& m_file;
    const std::vector<std::string>& m_strings;
    const std::vector<bool>& m_dates;
    bool m_date1904;
    Sheet* m_sheet = nullptr;
    std::uint32_t m_row = 0; // the last one, from 1
};

// The parts of a workbook that all its sheets share.
class WorkbookReader
{
public:
    explicit WorkbookReader(const MappedFile& file) : m_file(file.path()), m_package(file) {}

    Workbook read(bool onlyFirst)
    {
        const std::string part = workbookPart();
        m_relations = m_package.relationsOf(part);
        if (m_relations.empty())
            refuse({TextId("table.no_relations", "the workbook does not say which parts its sheets are")});
        std::string bytes;
        pugi::xml_document document;
        m_package.read(part, bytes, document);
        readShared();
        Workbook workbook;
        std::vector<std::string> parts;
        for (const pugi::xml_node& each : document.document_element().children()) {
            if (localName(each.name()) == "workbookPr")
                workbook.date1904 = each.attribute("date1904").as_bool(false);
            if (localName(each.name()) == "sheets")
                for (const pugi::xml_node& sheet : each.children())
                    addSheet(sheet, workbook, parts);
        }
        readSheets(workbook, parts, onlyFirst);
        return workbook;
    }

private:
    [[noreturn]] void refuse(const UserText& why) const
    {
        throw Error(ErrorCode::Format, {reading}, pathText(m_file), why);
    }

    std::string workbookPart() const
    {
        for (const XlsxPackage::Relation& each : m_package.relationsOf(""))
            if (each.type == "officeDocument")
                return each.part;
        return "xl/workbook.xml";
    }

    void readShared()
    {
        std::string bytes;
        for (const XlsxPackage::Relation& each : m_relations) {
            if (each.type != "sharedStrings" && each.type != "styles")
                continue;
            pugi::xml_document document;
            m_package.read(each.part, bytes, document);
            if (each.type == "styles") {
                m_dates = dateStyles(document.document_element());
                continue;
            }
            for (const pugi::xml_node& item : document.document_element().children())
                if (localName(item.name()) == "si") {
                    m_strings.push_back(textOfRuns(item));
                    if (!isUtf8(m_strings.back()))
                        refuse({TextId("table.string_bytes", "text %1 of its part %2 is not UTF-8"),
                                m_strings.size() - 1, each.part});
                }
        }
    }

    void addSheet(const pugi::xml_node& node, Workbook& workbook, std::vector<std::string>& parts) const
    {
        std::string id;
        for (const pugi::xml_attribute& each : node.attributes())
            if (localName(each.name()) == "id" && each.name() != localName(each.name()))
                id = each.value();
        Sheet sheet;
        sheet.name = node.attribute("name").value();
        if (const std::string state = node.attribute("state").value(); !state.empty())
            sheet.state = state;
        if (!isUtf8(sheet.name))
            refuse({TextId("table.sheet_name", "the name of a sheet is not UTF-8")});
        const auto relation = std::find_if(m_relations.begin(), m_relations.end(),
                                           [&](const XlsxPackage::Relation& each) { return each.id == id; });
        if (relation == m_relations.end() || relation->part.empty())
            refuse({TextId("table.sheet_elsewhere", "the part of its sheet %1 is not in the workbook"),
                    oneLine(sheet.name)});
        if (relation->type != "worksheet")
            return; // a chart
        parts.push_back(relation->part);
        workbook.sheets.push_back(std::move(sheet));
    }

    void readSheets(Workbook& workbook, const std::vector<std::string>& parts, bool onlyFirst) const
    {
        const Sheet& first = firstSheet(workbook, m_file);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (onlyFirst && &workbook.sheets[i] != &first)
                continue;
            std::string bytes;
            pugi::xml_document document;
            m_package.read(parts[i], bytes, document);
            SheetReader(m_file, m_strings, m_dates, workbook.date1904)
                .read(document.document_element(), workbook.sheets[i]);
        }
    }

    fs::path m_file;
    XlsxPackage m_package;
    std::vector<XlsxPackage::Relation> m_relations;
    std::vector<std::string> m_strings;
    std::vector<bool> m_dates; // by style
};

} // namespace

std::string nameOfCell(std::uint32_t row, std::uint32_t column)
{
    std::string letters;
    for (std::uint32_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
        letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
    return letters + std::to_string(row + 1);
}

Workbook readWorkbook(const fs::path& path, bool onlyFirst)
{
    const MappedFile file(path);
    return checked(file, [&] { return WorkbookReader(file).read(onlyFirst); });
}

const Sheet& firstSheet(const Workbook& workbook, const fs::path& file)
{
    if (workbook.sheets.empty())
        throw Error(ErrorCode::Format, {reading}, pathText(file),
                    {TextId("table.no_sheets", "the workbook has no sheet with cells")});
    const auto visible = std::find_if(workbook.sheets.begin(), workbook.sheets.end(),
                                      [](const Sheet& sheet) { return sheet.state == "visible"; });
    return visible == workbook.sheets.end() ? workbook.sheets.front() : *visible;
}

} // namespace mama
