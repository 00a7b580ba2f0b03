// .xlsx workbooks against the parity case: every cell of the good ones, and what its manifest says of the hostile ones.
#include "core/base/error.h"
#include "core/tables/table_file.h"
#include "core/tables/xlsx_file.h"
#include "core/tables/xlsx_values.h"
#include "tests/support/test_data.h"

#include <QRegularExpression>
#include <ctime>
#include <fstream>

using namespace mama;
using nlohmann::json;

namespace {

const char* kindName(SheetCell::Kind kind)
{
    constexpr const char* names[] = {"string", "number", "date", "boolean", "error", "empty"};
    return names[static_cast<int>(kind)];
}

json cellsOf(const Sheet& sheet)
{
    json cells = json::array();
    for (const SheetCell& cell : sheet.cells) {
        json made = {
            {"ref", nameOfCell(cell.row, cell.column)}, {"kind", kindName(cell.kind)}, {"stored", cell.stored}};
        if (cell.formula)
            made["formula"] = true;
        if (!cell.iso.empty())
            made["iso"] = cell.iso;
        cells.push_back(made);
    }
    return cells;
}

// The largest memory that the process had since the last call, in MB.
double peakMegabytes()
{
    std::ifstream status("/proc/self/status");
    double peak = 0;
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:"))
            peak = std::atof(line.c_str() + 6) / 1024;
    std::ofstream("/proc/self/clear_refs") << "5";
    return peak;
}

} // namespace

class TestXlsx : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyCellAsStored()
    {
        const test::ParityCase parity("library/xlsx");
        MAMA_NEED(parity.present(), std::string("library/xlsx"));
        for (const json& expected : parity.json("expected.json")) {
            const auto file = parity.path(expected["file"].get<std::string>());
            const Workbook workbook = readWorkbook(file);
            QCOMPARE(workbook.date1904, expected["date1904"].get<bool>());
            QCOMPARE(firstSheet(workbook, file).name, expected["sheet_read_by_default"].get<std::string>());
            QCOMPARE(workbook.sheets.size(), expected["sheets"].size());
            for (std::size_t i = 0; i < workbook.sheets.size(); ++i) {
                const Sheet& sheet = workbook.sheets[i];
                json wanted = expected["sheets"][i];
                QCOMPARE(sheet.name, wanted["name"].get<std::string>());
                QCOMPARE(sheet.state, wanted["state"].get<std::string>());
                QVERIFY(json(sheet.merged) == wanted["merged"]);
                for (json& cell : wanted["cells"])
                    cell.erase("shown"); // for information
                const json found = cellsOf(sheet);
                QVERIFY2(found == wanted["cells"], json::diff(wanted["cells"], found).dump(1).c_str());
            }
        }
    }

    void hostileOnesAsTheManifestSays()
    {
        const test::ParityCase parity("library/xlsx");
        MAMA_NEED(parity.present(), std::string("library/xlsx"));
        for (const json& each : parity.json("hostile/manifest.json")) {
            const std::string name = each["file"], expect = each["expect"];
            const bool mayRead = expect.starts_with("read") || expect.find("or read") != expect.npos,
                       mayRefuse = expect.find("refuse") != expect.npos;
            const double before = peakMegabytes();
            const std::clock_t start = std::clock(); // of the processor: other tests may run beside this one
            try {
                static_cast<void>(readWorkbook(parity.path(name)));
                QVERIFY2(mayRead, (name + " was read").c_str());
            } catch (const Error& error) {
                QVERIFY2(mayRefuse, error.what());
                const std::string why = error.what();
                if (expect.find("naming the cell") != expect.npos && expect.find("or the part") == expect.npos)
                    QVERIFY2(why.find("cell ") != why.npos, why.c_str());
                if (expect.find("naming the part") != expect.npos)
                    QVERIFY2(why.find("xl/") != why.npos, why.c_str());
                if (expect.find("naming the sheet") != expect.npos)
                    QVERIFY2(why.find("sheet") != why.npos, why.c_str());
            }
            const auto limit = [&](const char* unit) {
                const auto found = QRegularExpression(QStringLiteral("(\\d+) %1").arg(QLatin1String(unit)))
                                       .match(QString::fromStdString(expect));
                return found.hasMatch() ? found.captured(1).toDouble() : 0.0;
            };
            if (const double seconds = limit("s\\b"); seconds > 0)
                QVERIFY2(static_cast<double>(std::clock() - start) < seconds * CLOCKS_PER_SEC, name.c_str());
            if (const double megabytes = limit("MB"); megabytes > 0)
                QVERIFY2(peakMegabytes() - before < megabytes, name.c_str());
        }
    }

    void aSheetIsATable()
    {
        const test::ParityCase parity("library/xlsx");
        MAMA_NEED(parity.present(), std::string("library/xlsx"));
        const json expected = parity.json("expected.json").at(0);
        const json* wanted = nullptr;
        for (const json& sheet : expected["sheets"])
            if (sheet["name"] == expected["sheet_read_by_default"])
                wanted = &sheet;
        std::map<std::string, std::string> fields;
        const auto table = openTable(parity.path(expected["file"].get<std::string>()));
        for (std::size_t i = 0; i < table->heading().size(); ++i)
            fields[nameOfCell(0, std::uint32_t(i))] = table->heading()[i];
        const auto problems = table->read([&](const CsvRecord& record) {
            for (std::size_t i = 0; i < record.fields.size(); ++i)
                if (!record.fields[i].empty())
                    fields[nameOfCell(std::uint32_t(record.line - 1), std::uint32_t(i))] = record.fields[i];
        });
        for (const json& cell : (*wanted)["cells"]) {
            const std::string place = cell["ref"], text = cell.contains("iso") ? cell["iso"] : cell["stored"];
            if (std::any_of(problems.begin(), problems.end(), [&](const TableProblem& problem) {
                    return problem.reason == "wrong_field_count" && place.ends_with(std::to_string(problem.line));
                }))
                QVERIFY2(fields[place].empty(), place.c_str());
            else if (cell["kind"] != "empty")
                QVERIFY2(fields[place] == text, place.c_str());
            else
                QVERIFY(std::any_of(problems.begin(), problems.end(), [&](const TableProblem& problem) {
                    return problem.kept && problem.detail.starts_with(place + ":");
                }));
        }
    }

    void escapesAndCalendars()
    {
        QCOMPARE(decodedEscapes("_x005F_x0041_ _xD83E__xDDA0_ _xD83E_ _x00G1_ _x41"),
                 std::string("_x0041_ \xF0\x9F\xA6\xA0 _xD83E_ _x00G1_ _x41"));
        QCOMPARE(isoOf(0.5, true), std::string("1904-01-01T12:00:00"));
        QCOMPARE(isoOf(0.5, false), std::string("12:00:00"));
        QCOMPARE(isoOf(59.9999999, false), std::string("1900-02-29"));
        QCOMPARE(isoOf(2958466, false) + isoOf(-1, false) + isoOf(std::nan(""), true), std::string());
        QCOMPARE(nameOfCell(1048575, 16383), std::string("XFD1048576"));
    }
};

QTEST_APPLESS_MAIN(TestXlsx)
#include "test_xlsx.moc"
