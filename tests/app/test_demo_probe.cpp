#include "core/base/files.h"
#include "tests/app/mama_command.h"

#include <QProcess>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

// resources/demo/probe with a tiny model, a few phantoms and a few steps.
class TestDemoProbe : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aTableOfProbes()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const fs::path root = m_folder.path().toStdString();
        QCOMPARE(importTinyModel(root / "demo").status, 0);
        QCOMPARE(mamaCommand({"phantom", "--seed", "1", "--studies", "8", "--size", "256x208", "--balanced", "--priors",
                              "0", "--out", text(root / "phantoms")})
                     .status,
                 0);
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const auto& [name, value] : {std::pair{"MAMA", text(program("mama"))},
                                          {"SHARES", QString("0.5 1")},
                                          {"LABELS", QString("density birads")},
                                          {"STEPS", QString("4")},
                                          {"STUDIES", QString("4")},
                                          {"VALIDATION", QString("0.3")},
                                          {"MAMA_CACHE", text(root / "cache")}})
            environment.insert(name, value);
        const QString script = text(sourceFolder() / "resources" / "demo" / "probe");
        const auto run = [&] {
            QProcess process;
            process.setProcessEnvironment(environment);
            process.start("bash", {script, text(root)});
            const bool ended = process.waitForFinished(240000);
            const QByteArray errors = process.readAllStandardError();
            return ended && process.exitCode() == 0 ? std::string() : "failed: " + errors.toStdString();
        };
        MAMA_SAME(run());
        const std::string table = readText(root / "probes" / "table.csv");
        const QStringList lines = QString::fromStdString(table).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 5);
        for (int i = 1; i < 5; ++i) {
            const QStringList fields = lines[i].split(',');
            QCOMPARE(fields.size(), 8);
            QCOMPARE(fields[0] + fields[1], QStringList({"density0.5", "density1", "birads0.5", "birads1"})[i - 1]);
            const double value = fields[2].toDouble(), low = fields[3].toDouble(), high = fields[4].toDouble();
            QVERIFY2(value >= 0 && value <= 1 && low <= value && value <= high, qPrintable(lines[i]));
            const auto report =
                readJson(root / "probes" / (fields[0] + "-" + fields[1]).toStdString() / "evaluation" / "report.json");
            QCOMPARE(report.at("balanced_accuracy").get<double>(), value);
            QCOMPARE(report.at("n").get<int>(), 16);
        }
        MAMA_SAME(run()); // all are done: nothing is trained again
        QVERIFY(readText(root / "probes" / "table.csv") == table);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestDemoProbe)
#include "test_demo_probe.moc"
