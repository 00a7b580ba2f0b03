#include "core/base/error.h"
#include "core/tables/cell.h"
#include "core/tables/csv_file.h"
#include "tests/support/test_data.h"

#include <fstream>

namespace {

class TestTables : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path write(const std::string& content)
    {
        const std::filesystem::path file = std::filesystem::path(m_folder.path().toStdString()) / "table.csv";
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

private Q_SLOTS:
    void quotesLineBreaksAndLines()
    {
        const auto file = write("\xEF\xBB\xBF"
                                "a;\"b c\"; d\r\n1;\"x\r\ny;\"\"z\"\"\"; p \r\n\r\n2;q;r\r\n3;s");
        std::vector<std::size_t> lines;
        std::vector<std::string> all;
        const auto problems = mama::readCsv(file, [&](const mama::CsvRecord& record) {
            lines.push_back(record.line);
            all.insert(all.end(), record.fields.begin(), record.fields.end());
        });
        QCOMPARE(mama::readCsvHeading(file), (std::vector<std::string>{"a", "b c", "d"}));
        QCOMPARE(lines, (std::vector<std::size_t>{2, 5}));
        QCOMPARE(all, (std::vector<std::string>{"1", "x\r\ny;\"z\"", " p ", "2", "q", "r"}));
        QCOMPARE(problems.size(), std::size_t(1));
        QCOMPARE(problems[0].reason, std::string("wrong_field_count"));
        QCOMPARE(problems[0].row, std::size_t(3));
        QCOMPARE(problems[0].line, std::size_t(6));
    }

    void openQuote()
    {
        const auto problems = mama::readCsv(write("a,b\n1,2\n3,\"4\n5,6\n"), [](const mama::CsvRecord&) {});
        QCOMPARE(problems.size(), std::size_t(1));
        QCOMPARE(problems[0].reason, std::string("bad_quote"));
        QCOMPARE(problems[0].row, std::size_t(2));
        QCOMPARE(problems[0].line, std::size_t(3));
    }

    // A cell of 30 MB is none: its record is refused by row and column, and the others are read.
    void aCellHasALimit()
    {
        const std::string most(mama::longestCell, 'x');
        std::size_t read = 0;
        const auto problems = mama::readCsv(
            write("a,note\n1,\"" + std::string(30'000'000, 'y') + "\"\n2," + most + "\n" + most + "z,4\n5,6\n"),
            [&](const mama::CsvRecord& record) {
                ++read;
                QVERIFY(record.fields[1] == most || record.fields[1] == "6");
            });
        QCOMPARE(read, std::size_t(2));
        QCOMPARE(problems.size(), std::size_t(2));
        QCOMPARE(problems[0].reason + " " + problems[0].column + " " + problems[0].detail,
                 std::string("cell_too_long note 30000000 bytes, at most 131072 expected"));
        QCOMPARE(problems[0].row, std::size_t(1));
        QVERIFY(!problems[0].kept);
        QCOMPARE(problems[1].column, std::string("a"));
        QCOMPARE(problems[1].line, std::size_t(4));
        try {
            mama::readCsvHeading(write("a,b" + most + "\n1,2\n"));
            QFAIL("a heading without an end");
        } catch (const mama::Error& error) {
            QVERIFY2(error.why().english().find("column 2 has 131073 bytes") != std::string::npos,
                     error.why().english().c_str());
        }
    }

    // As a spreadsheet's "Unicode text": told, not taken for a table with one strange column.
    void utf16IsTold()
    {
        for (const bool bigEndian : {false, true})
            for (const bool marked : {false, true}) {
                std::string text;
                for (const char each : std::string("a\tb\n1\t2\n"))
                    text += bigEndian ? std::string{'\0', each} : std::string{each, '\0'};
                if (marked)
                    text = (bigEndian ? "\xFE\xFF" : "\xFF\xFE") + text;
                else if (bigEndian)
                    continue; // a mark is usual there, and without it 0 comes first
                try {
                    mama::readCsvHeading(write(text));
                    QFAIL("taken for a heading");
                } catch (const mama::Error& error) {
                    QVERIFY(error.why().english().find("UTF-16") != std::string::npos);
                }
            }
        QCOMPARE(mama::readCsvHeading(write(std::string("a,b\n"))), (std::vector<std::string>{"a", "b"}));
    }

    void cells()
    {
        const std::vector<std::string> heading{"Unnamed: 0", " ACC anon "};
        QCOMPARE(*mama::findColumn(heading, "acc_anon"), std::size_t(1));
        QVERIFY(mama::isMissing(" NaN ") && mama::isMissing("") && !mama::isMissing("N") && !mama::isMissing("-"));
        QCOMPARE(mama::asKey(" 9900000001000004.0 "), std::string_view("9900000001000004"));
        QCOMPARE(mama::asKey("G         "), std::string_view("G"));
        QCOMPARE(*mama::asNumber(" 58.5"), 58.5);
        QVERIFY(!mama::asNumber("4x") && !mama::asNumber("inf"));
    }

    // Counts and refused records as the shared reports of synthetic tables state them.
    void sharedTables()
    {
        const std::filesystem::path folder = mama::test::dataFolder() / "tables" / "embed";
        MAMA_NEED(std::filesystem::exists(folder / "expected.json"), folder.string());
        const auto expected = mama::test::ParityCase("embed", folder).json("expected.json");
        for (const auto& [name, table] : expected["tables"].items()) {
            std::size_t read = 0;
            const auto problems = mama::readCsv(folder / "tables" / name, [&](const mama::CsvRecord&) { ++read; });
            std::size_t refused = 0;
            for (const auto& rejected : table["rejected"])
                if (rejected["reason"] == "wrong_field_count" || rejected["reason"] == "bad_quote") {
                    QVERIFY2(refused < problems.size(), name.c_str());
                    QCOMPARE(problems[refused].row, rejected["row"].get<std::size_t>());
                    QCOMPARE(problems[refused].line, rejected["line"].get<std::size_t>());
                    ++refused;
                }
            QCOMPARE(read + refused, table["rows"].get<std::size_t>());
        }
    }
};

} // namespace

QTEST_GUILESS_MAIN(TestTables)
#include "test_tables.moc"
