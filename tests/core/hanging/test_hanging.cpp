#include "core/base/error.h"
#include "core/base/json_lines.h"
#include "core/hanging/hanging_file.h"
#include "core/study/patients.h"
#include "core/study/scan.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <filesystem>

using namespace mama;
using mama::test::SyntheticMammogram;
namespace fs = std::filesystem;

namespace {

using Tags = std::map<std::string, std::string>;

void put(const fs::path& folder, const std::string& side, const std::string& view, const Tags& tags,
         const std::string& modifier = "")
{
    Tags all = tags;
    all.insert({{"ImageLaterality", side}, {"ViewPosition", view}});
    static int number = 0;
    SyntheticMammogram image{all, "", "SCT", "", side == "R"};
    if (!modifier.empty()) {
        image.viewCode = view == "CC" ? "399162004" : "399368009";
        image.modifierCode = modifier;
    }
    write(image, folder / (std::to_string(++number) + ".dcm"));
}

void putFour(const fs::path& folder, const Tags& tags)
{
    for (const std::string side : {"R", "L"})
        for (const std::string view : {"CC", "MLO"})
            put(folder, side, view, tags);
}

Tags exam(const std::string& uid, const std::string& date, const std::string& id, Tags more = {})
{
    more.insert({{"StudyInstanceUID", uid}, {"StudyDate", date}, {"PatientID", id}});
    return more;
}

// "R CC=RCC" for each cell that has an image; the cell alone where it has none.
std::vector<std::string> shown(const PlacedStep& step, const Study& study, const Study* prior)
{
    std::vector<std::string> out;
    for (const PlacedCell& cell : step.cells) {
        const Study& of = cell.cell.prior && prior ? *prior : study;
        out.push_back(cell.cell.name() + (cell.image ? "=" + of.images[*cell.image].label : ""));
    }
    return out;
}

std::string whyNot(const std::string& text)
{
    try {
        parseHanging(text, "my.json");
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

const PatientExams& patientOf(const std::vector<PatientExams>& patients, std::size_t study)
{
    return *std::ranges::find_if(
        patients, [&](const PatientExams& exams) { return std::ranges::find(exams, study) != exams.end(); });
}

} // namespace

class TestHanging : public QObject
{
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path root() const { return m_folder->path().toStdString(); }
    ScanReport scanned() const { return *scan({root()}, {}, {.readPixels = false}); }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void theBuiltInPlanGoesThroughTheFour()
    {
        putFour(root(), exam("1.1", "20260510", "P1"));
        const ScanReport report = scanned();
        const Study& study = report.studies.at(0);
        const auto steps = placed(*planFor(builtInHanging(), study), study, nullptr);
        QCOMPARE(steps.size(), std::size_t{3}); // neither priors nor spot views
        QCOMPARE(shown(steps[0], study, nullptr),
                 (std::vector<std::string>{"R CC=RCC", "L CC=LCC", "R MLO=RMLO", "L MLO=LMLO"}));
        const auto mloFirst = placed(*planFor(builtInHanging(), study, "MLO first"), study, nullptr);
        QCOMPARE(shown(mloFirst[0], study, nullptr)[0], std::string("R MLO=RMLO"));
    }

    void implantsHangInTwoRows()
    {
        const Tags tags = exam("1.1", "20260510", "P1", {{"BreastImplantPresent", "YES"}});
        putFour(root(), tags);
        for (const std::string side : {"R", "L"})
            put(root(), side, "CC", tags, "399209000"); // implant displaced
        const ScanReport report = scanned();
        const Study& study = report.studies.at(0);
        const HangingPlans plans = builtInHanging();
        const HangingPlan* plan = planFor(plans, study, "MLO first");
        QCOMPARE(plan->name, std::string("Implants"));
        const auto cells = shown(placed(*plan, study, nullptr).at(0), study, nullptr);
        QCOMPARE(cells.size(), std::size_t{8});
        QCOMPARE(cells[0], std::string("R CC=RCC"));
        QCOMPARE(cells[4], std::string("R CC displaced=RCCID"));
        QCOMPARE(cells[7], std::string("L MLO displaced"));
    }

    void spotViewsHangBesideTheirParent()
    {
        const Tags tags = exam("1.1", "20260510", "P1");
        putFour(root(), tags);
        put(root(), "L", "MLO", tags, "399055006"); // spot compression
        const ScanReport report = scanned();
        const Study& study = report.studies.at(0);
        const auto steps = placed(*planFor(builtInHanging(), study), study, nullptr);
        QCOMPARE(steps.size(), std::size_t{4});
        QCOMPARE(shown(steps[3], study, nullptr), (std::vector<std::string>{"L MLO spot=LSMLO", "L MLO=LMLO"}));
    }

    void priorsAreOfOnePatientID_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("birth");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("date");
        QTest::addColumn<bool>("is");
        QTest::newRow("the same") << "P1"
                                  << "19600101"
                                  << "Doe^Jane"
                                  << "20240217" << true;
        QTest::newRow("married") << "P1"
                                 << "19600101"
                                 << "Roe^Jane"
                                 << "20240217" << true;
        QTest::newRow("another ID") << "P2"
                                    << "19600101"
                                    << "Doe^Jane"
                                    << "20240217" << false;
        QTest::newRow("no ID") << ""
                               << "19600101"
                               << "Doe^Jane"
                               << "20240217" << false;
        QTest::newRow("another birth date") << "P1"
                                            << "19610101"
                                            << "Doe^Jane"
                                            << "20240217" << false;
        QTest::newRow("another name, no birth date") << "P1"
                                                     << ""
                                                     << "Roe^Jane"
                                                     << "20240217" << false;
        QTest::newRow("ID in other letters") << "p1"
                                             << "19600101"
                                             << "Doe^Jane"
                                             << "20240217" << false;
        QTest::newRow("later") << "P1"
                               << "19600101"
                               << "Doe^Jane"
                               << "20270217" << false;
        QTest::newRow("the same day") << "P1"
                                      << "19600101"
                                      << "Doe^Jane"
                                      << "20260510" << false;
        QTest::newRow("without a date") << "P1"
                                        << "19600101"
                                        << "Doe^Jane"
                                        << "" << false;
    }

    void priorsAreOfOnePatientID()
    {
        QFETCH(QString, id);
        QFETCH(QString, birth);
        QFETCH(QString, name);
        QFETCH(QString, date);
        QFETCH(bool, is);
        putFour(root(), exam("1.1", "20260510", "P1", {{"PatientBirthDate", "19600101"}, {"PatientName", "Doe^Jane"}}));
        putFour(root(), exam("1.2", date.toStdString(), id.toStdString(),
                             {{"PatientBirthDate", birth.toStdString()}, {"PatientName", name.toStdString()}}));
        const std::vector<Study> studies = inReadingOrder(scanned().studies);
        const auto patients = byPatient(studies);
        const auto current = static_cast<std::size_t>(std::ranges::find(studies, "1.1", &Study::uid) - studies.begin());
        const Prior prior = priorOf(studies, patientOf(patients, current), current);
        QCOMPARE(prior.study.has_value(), is);
        QCOMPARE(prior.why.empty(), is);
        if (is)
            QVERIFY(current == 0 && studies[*prior.study].uid == "1.2"); // the newest first
    }

    void theNewestPriorIsTaken()
    {
        for (const auto& [uid, date] : std::map<std::string, std::string>{
                 {"1.1", "20220101"}, {"1.2", "20260101"}, {"1.3", "20240101"}, {"1.4", "20230101"}})
            putFour(root(), exam(uid, date, "P1"));
        putFour(root(), exam("2.1", "20250101", "P2"));
        const std::vector<Study> studies = inReadingOrder(scanned().studies);
        std::vector<std::string> order;
        for (const Study& study : studies)
            order.push_back(study.uid);
        QCOMPARE(order, (std::vector<std::string>{"2.1", "1.2", "1.3", "1.4", "1.1"}));
        const auto patients = byPatient(studies);
        QCOMPARE(patients.size(), std::size_t{2});
        QCOMPARE(studies[*priorOf(studies, patients[1], 1).study].uid, std::string("1.3"));
        QCOMPARE(studies[*priorOf(studies, patients[1], 3).study].uid, std::string("1.1"));
        QVERIFY(priorOf(studies, patients[1], 4).why.english().starts_with("no prior"));
        const Study& study = studies[1];
        const auto steps = placed(*planFor(builtInHanging(), study), study, &studies[2]);
        QCOMPARE(steps.size(), std::size_t{5});
        QCOMPARE(shown(steps[3], study, &studies[2]),
                 (std::vector<std::string>{"R CC=RCC", "prior R CC=RCC", "L CC=LCC", "prior L CC=LCC"}));
    }

    void wrongFilesAreToldByLine_data()
    {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* name, const char* from, const char* to, const char* line) {
            QTest::newRow(name) << from << to << line;
        };
        row("no JSON", "\"version\": 1,", "\"version\" 1,", "line 3: ");
        row("format", "mama-hanging", "other", "line 2: \"format\" must be");
        row("version", "\"version\": 1", "\"version\": 2", "line 3: \"version\" must be");
        row("unknown key", "\"when\": \"implant\"", "\"if\": \"implant\"", "line 7: \"if\" is not known");
        row("when", "\"implant\"", "\"sometimes\"", "line 7: \"when\" must be");
        row("columns", "\"columns\": 4", "\"columns\": 0", "line 9: \"columns\" must be a whole number from 1 to 8");
        row("columns as a text", "\"columns\": 4", "\"columns\": \"4\"", "line 9: \"columns\" must be");
        row("cell", "\"R CC\"", "\"R XX\"", "line 10: \"R XX\" is no cell");
        row("cell twice", "\"L CC\"", "\"R CC\"", "line 10: \"R CC\" hangs twice");
        row("cell a number", "\"R CC\"", "7", "line 10: a cell is a text");
        row("no steps", "\"steps\"", "\"stages\"", "line 8: \"stages\" is not known");
        row("name twice", "\"MLO first\"", "\"CC first\"", "\"CC first\" is the name of another one too");
    }

    void wrongFilesAreToldByLine()
    {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, line);
        QString text = QString::fromStdString(builtInHangingText());
        const qsizetype at = text.indexOf(from);
        QVERIFY(at >= 0);
        text.replace(at, from.size(), to);
        const QString why = QString::fromStdString(whyNot(text.toStdString()));
        QVERIFY2(why.startsWith(QStringLiteral("read hanging: my.json: line ")) && why.contains(line), qPrintable(why));
    }

    // Cut or changed anywhere: a reason with a line, never a crash.
    void damagedFilesNeverCrash()
    {
        const std::string whole = builtInHangingText();
        for (std::size_t size = 0; size + 4 < whole.size(); size += 11)
            QVERIFY(whyNot(whole.substr(0, size)).find("line ") != std::string::npos);
        for (std::size_t at = 0; at < whole.size(); at += 7) {
            std::string text = whole;
            text[at] = static_cast<char>(text[at] ^ 0x15);
            QVERIFY(!whyNot(text).empty());
        }
    }

    void endlessFilesAreRefused()
    {
        QVERIFY(whyNot(std::string(2U << 20U, '[')).find("line 1: 2048 KiB") != std::string::npos);
        QVERIFY(whyNot(std::string(500000, '[')).find("line 1: ") != std::string::npos);
    }

    void linesOfValues()
    {
        const std::string text = "{\n \"a\\\"b\": [1, [2,\n 3], {\"c\":\n\"]}\"}],\n\"d\": 4}";
        QCOMPARE(lineOf(text, {std::string("d")}), std::size_t{5});
        QCOMPARE(lineOf(text, {std::string("a\\\"b"), std::size_t{1}, std::size_t{1}}), std::size_t{3});
        QCOMPARE(lineOf(text, {std::string("a\\\"b"), std::size_t{2}, std::string("c")}), std::size_t{4});
        QCOMPARE(lineOf(text, {std::string("none")}), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestHanging)
#include "test_hanging.moc"
