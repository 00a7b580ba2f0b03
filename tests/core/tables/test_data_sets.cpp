// What the library's importers say of the public data sets' layouts, against the fixtures' expected.json, also with
// other column orders, separators, line ends and byte order marks.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/importers/list_text.h"
#include "tests/support/test_data.h"

#include <QTemporaryDir>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <set>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

struct Form
{
    const char* name;
    char separator;
    const char* lineEnd;
    bool mark, shuffled, indexed;
};

// A table's records as they stand, quoted fields joined again when written.
std::vector<std::vector<std::string>> recordsOf(const std::string& text)
{
    const std::string heading = text.substr(0, text.find('\n'));
    const char separator =
        std::count(heading.begin(), heading.end(), ';') > std::count(heading.begin(), heading.end(), ',') ? ';' : ',';
    std::vector<std::vector<std::string>> records(1, {""});
    bool quoted = false;
    for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
        std::string& field = records.back().back();
        if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
            field += text[++i];
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == separator && !quoted)
            records.back().emplace_back();
        else if (text[i] == '\n' && !quoted)
            records.push_back({""});
        else if (text[i] != '\r' || quoted)
            field += text[i];
    }
    if (records.back() == std::vector<std::string>{""})
        records.pop_back();
    return records;
}

std::string quotedField(const std::string& field, char separator)
{
    if (field.find_first_of(std::string("\"\n\r") + separator) == field.npos)
        return field;
    std::string out = "\"";
    for (const char c : field)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string rewritten(const std::string& text, const Form& form, std::mt19937& random)
{
    const auto records = recordsOf(text);
    std::vector<std::size_t> order(records.front().size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    if (form.shuffled)
        std::shuffle(order.begin(), order.end(), random);
    std::string out = form.mark ? "\xEF\xBB\xBF" : "";
    for (std::size_t r = 0; r < records.size(); ++r) {
        std::vector<std::string> fields = records[r];
        if (fields.size() == order.size())
            for (std::size_t i = 0; i < order.size(); ++i)
                fields[i] = records[r][order[i]];
        if (form.indexed)
            fields.insert(fields.begin(), r == 0 ? "Unnamed: 0" : std::to_string(r - 1));
        for (std::size_t i = 0; i < fields.size(); ++i)
            out += (i == 0 ? "" : std::string(1, form.separator)) + quotedField(fields[i], form.separator);
        out += form.lineEnd;
    }
    return out;
}

// A list of lines with other line ends, tabs for its blanks.
std::string relined(const std::string& text, const Form& form)
{
    std::string out = form.mark ? "\xEF\xBB\xBF" : "";
    for (const char c : text)
        out += c == '\n' ? form.lineEnd : std::string(1, c == ' ' && form.separator == '\t' ? '\t' : c);
    return out;
}

void dropDetails(json& document)
{
    if (document.is_object())
        document.erase("detail");
    for (json& each : document)
        if (each.is_structured())
            dropDetails(each);
}

} // namespace

class TestDataSets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // What VinDr's metadata.csv says in DICOM's words or shorter ones; the other tables stay as they are.
    void tagsOfVindrsImages()
    {
        for (const bool tags : {true, false}) {
            QTemporaryDir folder;
            const fs::path root = folder.path().toStdString();
            writeAtomically(root / "breast-level_annotations.csv",
                            std::string_view("study_id,image_id,laterality,view_position,breast_birads,breast_density\n"
                                             "s1,i1,L,CC,BI-RADS 1,DENSITY A\ns1,i2,R,CC,BI-RADS 1,DENSITY A\n"
                                             "s2,i3,L,CC,BI-RADS 1,DENSITY A\ns3,i4,L,CC,BI-RADS 1,DENSITY A\n"));
            const std::string heading =
                tags ? "Series Instance UID,SOP Instance UID,Patient's Age,Manufacturer,Manufacturer's Model Name\n"
                     : "series,image_id,age,Manufacturer,ManufacturerModelName\n";
            const std::string first = tags ? "053Y" : "53.0";
            writeAtomically(root / "metadata.csv",
                            std::string_view(heading + "x,i1," + first + ",SIEMENS,Mammomat Inspiration\nx,i2," +
                                             first +
                                             ",SIEMENS,\nx,i3,old,Planmed,Nuance\nx,i9,50,IMS,x\nx,i4,,IMS,\n"));
            const SetRows rows = readVindrSet(root);
            QCOMPARE(rows.images.size(), std::size_t(4));
            QCOMPARE(rows.images[0].vendor, std::string("SIEMENS"));
            QCOMPARE(rows.images[0].model, std::string("Mammomat Inspiration"));
            QCOMPARE(rows.images[3].vendor, std::string("IMS"));
            QCOMPARE(rows.studies[0].age, std::string("53"));
            QCOMPARE(rows.studies[1].age, std::string());
            const TableReport& report = rows.report.tables.back();
            QCOMPARE(report.rejected.size(), std::size_t(1));
            QCOMPARE(std::string(report.rejected[0].reason), std::string("orphan"));
            QCOMPARE(report.warnings.size(), std::size_t(1));
            QCOMPARE(std::string(report.warnings[0].reason), std::string("bad_number"));
        }
    }

    void reportsAreTheExpectedOnes_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<int>("form");
        std::error_code none;
        std::set<std::string> folders;
        for (const auto& entry : fs::directory_iterator(test::dataFolder() / "tables", none))
            if (fs::exists(entry.path() / "expected.json"))
                folders.insert(entry.path().filename().string());
        MAMA_NEED(!folders.empty(), (test::dataFolder() / "tables").string());
        for (const std::string& folder : folders)
            for (int form = 0; form < int(forms.size()); ++form)
                QTest::addRow("%s, %s", folder.c_str(), forms[std::size_t(form)].name)
                    << QString::fromStdString(folder) << form;
    }

    void reportsAreTheExpectedOnes()
    {
        QFETCH(QString, folder);
        QFETCH(int, form);
        const fs::path source = test::dataFolder() / "tables" / folder.toStdString();
        MAMA_NEED(fs::exists(source / "expected.json"), source.string());
        json expected = readJson(source / "expected.json");
        QTemporaryDir made;
        const fs::path root = made.path().toStdString();
        std::mt19937 random(test::freshSeed());
        for (const auto& entry : fs::recursive_directory_iterator(source)) {
            if (!entry.is_regular_file() || entry.path().filename() == "expected.json")
                continue;
            const std::string text = readText(entry.path()), ending = entry.path().extension().string();
            const Form& as = forms[std::size_t(form)];
            writeAtomically(root / fs::relative(entry.path(), source),
                            std::string_view(form == 0          ? text
                                             : ending == ".csv" ? rewritten(text, as, random)
                                             : ending == ".txt" ? relined(text, as)
                                                                : text));
        }
        const DataSetReader& reader = dataSetReader(expected["dataset"].get<std::string>());
        QCOMPARE(std::string(recognisedSet(root).name), std::string(reader.name));
        const SetReport report = reader.read(root).report;
        json found = toJson(report);
        QVERIFY(found["stopped"].empty());
        QVERIFY(found["ignored"].empty());
        for (const char* own : {"stopped", "ignored"})
            found.erase(own);
        for (const char* own : {"synthetic", "seed"})
            expected.erase(own);
        dropDetails(found);
        dropDetails(expected);
        QVERIFY2(found == expected, json::diff(expected, found).dump(1).c_str());
        for (const TableReport& table : report.tables)
            QCOMPARE(table.rows, table.imported + table.duplicates.size() + table.rejected.size());
    }

    void brokenTablesAreToldAndTheOthersGoOn()
    {
        QTemporaryDir made;
        const fs::path root = made.path().toStdString();
        const auto write = [&](const char* name, std::string_view text) { writeAtomically(root / name, text); };
        write("clinical.csv", "empi_anon,acc_anon,asses,tissueden,side\n1,11,N,2,L\n1,11,N,\"2,L\n");
        write("metadata.csv",
              "empi_anon,acc_anon,FinalImageType,ImageLateralityFinal\n1,11,2D,L\n"); // lacks two columns
        write("empty.csv", "");
        write("other.csv", "a,b\n1,2\n");
        const SetReport report = readEmbedSet(root).report;
        QCOMPARE(report.tables.size(), std::size_t(1));
        QCOMPARE(report.tables[0].rows, std::size_t(2));
        QCOMPARE(report.tables[0].rejected.front().reason, std::string("bad_quote"));
        QCOMPARE(report.stopped.size(), std::size_t(2));
        QVERIFY(report.stopped[1].second.find("anon_dicom_path, ViewPosition") != std::string::npos);
        QCOMPARE(report.ignored, std::vector<std::string>{"other.csv"});
    }

    void badBytesEmptyRowsAndLostDigits()
    {
        QTemporaryDir made;
        const fs::path root = made.path().toStdString();
        writeAtomically(root / "clinical.csv", std::string_view("empi_anon;acc_anon;asses;tissueden;side;desc\r\n"
                                                                "1;11;N;2;L;na\xEFve\r\n"
                                                                ";;;;;\r\n"
                                                                "2;9.9e15;N;2;L;x\r\n"
                                                                "3;0013;N;7;Q;x\r\n"));
        const SetRows rows = readEmbedSet(root);
        const TableReport& table = rows.report.tables.at(0);
        QCOMPARE(table.rows, std::size_t(4));
        QCOMPARE(table.imported, std::size_t(2));
        QCOMPARE(table.rejected.at(0).reason + table.rejected.at(1).reason, std::string("missing_keybad_key"));
        QCOMPARE(table.warnings.at(0).reason + " " + table.warnings.at(0).column, std::string("bad_encoding desc"));
        QCOMPARE(table.warnings.size(), std::size_t(3)); // and two unknown codes
        QCOMPARE(rows.studies.at(1).key, std::string("0013"));
    }

    // Not "none has the columns": the user looks for what is wrong with the file that there is.
    void aTableThatStandsAloneAndCannotBeReadIsNamed()
    {
        QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        writeAtomically(folder / "CMMD_clinicaldata_revision.xlsx", std::string_view("no workbook"));
        try {
            readCmmdSet(folder);
            QFAIL("there is no table");
        } catch (const Error& error) {
            const std::string why = error.why().english();
            QVERIFY2(why.find("CMMD_clinicaldata_revision.xlsx cannot be read") != std::string::npos, why.c_str());
        }
    }

    void tablesThatLackColumnsOrRowsAreNamed()
    {
        QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        const auto read = [&](const std::string& clinical, const std::string& metadata) {
            writeAtomically(folder / "clinical.csv", std::string_view(clinical));
            writeAtomically(folder / "metadata.csv", std::string_view(metadata));
            return readEmbedSet(folder);
        };
        const std::string good = "empi_anon,acc_anon,asses,tissueden,side\n1,10,N,1,L\n",
                          images = "anon_dicom_path,empi_anon,acc_anon,ImageLateralityFinal,ViewPosition\n";
        SetReport report = read(good, "anon_dicom_path,empi_anon,acc_anon,ViewPosition\nimages/a.dcm,1,10,CC\n").report;
        QCOMPARE(report.problems.size(), std::size_t(1));
        QCOMPARE(report.problems.front().reason + " " + report.problems.front().key + " " +
                     report.problems.front().detail,
                 std::string("columns_missing metadata.csv ImageLateralityFinal"));
        report = read(good, images).report;
        QCOMPARE(report.stopped.size(), std::size_t(1));
        QVERIFY(report.stopped.front().second.find("no rows") != std::string::npos);
        report = read(good, "anon_dicom_path,empi_anon,acc_anon,ImageLateralityFinal,ViewPosition,VIEWPOSITION\n"
                            "images/a.dcm,1,10,L,CC,MLO\n")
                     .report;
        QCOMPARE(report.stopped.size(), std::size_t(1));
        QVERIFY(report.stopped.front().second.find("ViewPosition twice") != std::string::npos);
        try {
            read("acc_anon,side\n1,L\n", "acc_anon\n1\n");
            QFAIL("no table is one of EMBED's");
        } catch (const Error& error) {
            const std::string why = error.why().english();
            QVERIFY2(why.find("clinical.csv has no asses") != std::string::npos, why.c_str());
        }
        report = read(good, images.substr(0, images.size() - 1) + ",FinalImageType\nimages/a.dcm,1,10,L,CC,2D\n"
                                                                  "images/b.dcm,1,10,L,CC,3D\n")
                     .report;
        QCOMPARE(report.images, std::size_t(1));
        QVERIFY(textOf(report).find("1 images, 1 more without a file") != std::string::npos);
    }

    void listsAreReadByTheirForm()
    {
        QCOMPARE(readWordList("['Mass', \"Suspicious Calcification\" ]")->size(), std::size_t(2));
        QCOMPARE(readWordList("[]")->size(), std::size_t(0));
        for (const char* wrong : {"['Mass'", "Mass", "[Mass]", "['a' 'b']", "['a'] x", "__import__('os')", ""})
            QVERIFY2(!readWordList(wrong), wrong);
        QCOMPARE(readRois("((1, 2, 3, 4),)")->at(0), (RoiBox{1, 2, 3, 4}));
        QCOMPARE(readRois("((1,2,3,4),(5,6,7.5,8),)")->size(), std::size_t(2));
        QCOMPARE(readRois("[[[1, 2, 3, 4]], [[5, 6, 7, 8]]]")->size(), std::size_t(2));
        QVERIFY(readRois("()")->empty() && readRois("[]")->empty() && readRois(" ")->empty());
        for (const char* wrong :
             {"((1, 2, 3", "((1,2,3),)", "((1,2,3,4,5),)", "(1,2,3,x)", "((1,2,3,4),) 5", "((1,2,3,nan),)"})
            QVERIFY2(!readRois(wrong), wrong);
        QVERIFY(!readRois(std::string(100000, '(')));
    }

private:
    static constexpr std::array forms{
        Form{"as it is", ',', "\n", false, false, false}, Form{"semicolons, CRLF", ';', "\r\n", false, true, false},
        Form{"tabs, mark", '\t', "\n", true, true, false}, Form{"index column", ',', "\r\n", true, true, true}};
};

QTEST_APPLESS_MAIN(TestDataSets)
#include "test_data_sets.moc"
