// Inputs rebuilt from public bug reports: every folder with an expected.json in MAMA_CASES (default ../shared/cases).
// Cases without steps are done by hand. known_faults.txt names those that are not right yet; one that has become right
// fails here until its line is taken out.
#include "core/base/files.h"
#include "tests/cases/case_check.h"
#include "tests/support/test_data.h"

#include <QProcess>
#include <cstdlib>
#include <sstream>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

fs::path casesFolder()
{
    const char* named = std::getenv("MAMA_CASES");
    return named && *named ? fs::path(named) : sourceFolder().parent_path() / "shared" / "cases";
}

// Bytes of a name that is written in Latin-1.
std::string latin1(const nlohmann::json& name) { return QString::fromStdString(name).toLatin1().toStdString(); }

void prepare(const nlohmann::json& wanted, const CaseFolders& folders)
{
    const nlohmann::json links = wanted.value("links", nlohmann::json::object());
    for (const auto& [link, target] : links.items()) {
        const fs::path at = folders.filled(link);
        fs::create_directories(at.parent_path());
        fs::create_symlink(folders.filled(target), at);
    }
    for (const auto& copy : wanted.value("copies", nlohmann::json::array())) {
        const fs::path at = folders.scratch / latin1(copy[1]);
        fs::create_directories(at.parent_path());
        fs::copy_file(folders.filled(copy[0]), at);
    }
}

nlohmann::ordered_json documentOf(const QByteArray& out)
{
    auto whole = nlohmann::ordered_json::parse(out.toStdString(), nullptr, false);
    if (!whole.is_discarded())
        return whole;
    nlohmann::ordered_json lines;
    for (const QByteArray& line : out.split('\n'))
        if (auto one = nlohmann::ordered_json::parse(line.toStdString(), nullptr, false); !one.is_discarded())
            lines.push_back(one);
    return lines;
}

StepOutcome ran(const nlohmann::json& step, const CaseFolders& folders)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const nlohmann::json variables = step.value("env", nlohmann::json::object());
    for (const auto& [key, value] : variables.items())
        environment.insert(QString::fromStdString(key), QString::fromStdString(folders.filled(value)));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(QString::fromStdString(folders.scratch.string()));
    QStringList arguments;
    for (const auto& argument : step["run"])
        arguments << QString::fromStdString(folders.filled(argument));
    process.start(QString::fromStdString(program("mama").string()), arguments);
    const int seconds = step.value("timeout", 60);
    StepOutcome outcome;
    if (!process.waitForFinished(seconds * 1000)) {
        process.kill();
        process.waitForFinished();
        outcome.err = "no answer in " + QByteArray::number(seconds) + " s";
        return outcome;
    }
    outcome.exit = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    outcome.document = documentOf(outcome.out);
    return outcome;
}

std::string faultsOf(const fs::path& folder)
{
    const nlohmann::json wanted = readJson(folder / "expected.json");
    QTemporaryDir scratch;
    const CaseFolders folders{fs::canonical(folder), scratch.path().toStdString()};
    prepare(wanted, folders);
    std::string faults;
    for (const auto& step : wanted["steps"]) {
        const StepOutcome outcome = ran(step, folders);
        if (outcome.exit < 0 || outcome.exit > 130)
            faults += "crashed or hung: " + outcome.err.right(200).toStdString() + "\n";
        for (const auto& check : step["checks"])
            if (const std::string wrong = fault(check, outcome, folders); !wrong.empty())
                faults += wrong + "\n";
    }
    return faults;
}

} // namespace

class TestCases : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(casesFolder()), casesFolder().string());
        std::istringstream lines(readText(sourceFolder() / "tests" / "cases" / "known_faults.txt"));
        for (std::string line; std::getline(lines, line);)
            if (!line.empty() && line.front() != '#')
                m_known.insert(line);
    }

    void folder_data()
    {
        QTest::addColumn<QString>("path");
        std::set<fs::path> folders;
        for (const auto& entry : fs::directory_iterator(casesFolder()))
            if (fs::exists(entry.path() / "expected.json"))
                folders.insert(entry.path());
        for (const fs::path& folder : folders)
            QTest::newRow(folder.filename().c_str()) << QString::fromStdString(folder.string());
    }

    void folder()
    {
        QFETCH(QString, path);
        const fs::path folder = path.toStdString();
        const std::string faults = faultsOf(folder);
        if (m_known.contains(folder.filename().string()))
            QEXPECT_FAIL("", "known_faults.txt", Abort);
        QVERIFY2(faults.empty(), faults.c_str());
    }

private:
    std::set<std::string> m_known;
};

QTEST_GUILESS_MAIN(TestCases)
#include "test_cases.moc"
