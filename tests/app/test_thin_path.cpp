// From tables to a trained model by commands alone: import, headers, embed, ask, filter, tag, cohort, split, hand-over,
// training, evaluation on the test part. Twice, in two libraries: the same hashes and the same training index. By hand:
// MAMA_STUDIES=2000 (then 50 steps), MAMA_PHANTOMS: a folder that has them already, MAMA_PATIENCE=3600.
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/protocol/run_folder.h"
#include "core/tables/csv_file.h"
#include "tests/app/mama_command.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <map>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

class TestThinPath : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        QCOMPARE(importTinyModel(root() / "model").status, 0);
        if (qEnvironmentVariableIsSet("MAMA_PHANTOMS")) {
            fs::create_directory_symlink(qEnvironmentVariable("MAMA_PHANTOMS").toStdString(), root() / "set");
            return;
        }
        QCOMPARE(mamaCommand({"phantom", "--seed", "11", "--studies", QString::number(studies()), "--size", "256x208",
                              "--out", text(root() / "set")})
                     .status,
                 0);
    }

    void theSameTwice()
    {
        const Path first = walk("a"), second = walk("b");
        QVERIFY(!first.cohort.empty() && !first.split.empty());
        QCOMPARE(second.cohort, first.cohort);
        QCOMPARE(second.split, first.split);
        QCOMPARE(second.index, first.index);
        QCOMPARE(second.list, first.cohort); // frozen from a list of keys
        QCOMPARE(second.losses, first.losses);
        QVERIFY(first.ranked.size() > 2); // the same studies with the same scores
        QCOMPARE(second.ranked, first.ranked);
    }

    void theRunKnowsItsCohort()
    {
        const nlohmann::json kept = readJson(root() / "a/run/cohort.json"),
                             made = readJson(root() / "a/out/cohort.json");
        QVERIFY(kept == made);
        const nlohmann::json model = readJson(RunFolder(root() / "a/run").checkpoints().back().folder / "model.json");
        const std::string start = readJson(root() / "model/model.json")["provenance"]["trained_on"];
        QCOMPARE(model["provenance"]["trained_on"].get<std::string>(),
                 "synthetic mammograms (phantoms); started from: " + start);
    }

    // Its patients, and no other's; none of them by name.
    void theTestPartIsEvaluated()
    {
        const Outcome done = mamaCommand({"evaluate", "--run", text(root() / "a/run"), "--resamples", "200", "--json"});
        QCOMPARE(done.status, 0);
        const nlohmann::json report = done.json();
        std::map<std::string, std::string> parts;
        readCsv(root() / "a/out/split.csv",
                [&](const CsvRecord& record) { parts[record.fields[0]] = record.fields[1]; });
        std::size_t patients = 0;
        for (const auto& [patient, part] : parts)
            patients += part == "test";
        QCOMPARE(report["patients"].get<std::size_t>(), patients);
        QCOMPARE(report["label"].get<std::string>(), std::string("density"));
        QVERIFY(report["cohort"]["hash"] == readJson(root() / "a/out/cohort.json")["hash"]);
        QVERIFY(readJson(root() / "a/run/test/report.json") == report);
        for (const auto& file : fs::recursive_directory_iterator(root() / "a/run"))
            if (const std::string end = file.path().extension().string();
                end == ".json" || end == ".csv" || end == ".txt" || end == ".jsonl") {
                const std::string content = readText(file.path());
                for (const auto& [patient, part] : parts)
                    QVERIFY2(content.find(patient) == std::string::npos, file.path().c_str());
            }
        // Split anew, some of the run's own patients come into the test part: that is refused.
        const QString library = text(root() / "a/library");
        QCOMPARE(mamaCommand({"library", "split", "--library", library, "--cohort", "dense", "--seed", "7"}).status, 0);
        QCOMPARE(mamaCommand({"library", "export", "--library", library, "--cohort", "dense", "--training",
                              text(root() / "a/other")})
                     .status,
                 0);
        const Outcome refused =
            mamaCommand({"evaluate", "--run", text(root() / "a/run"), "--data", text(root() / "a/other")});
        QCOMPARE(refused.status, 1);
        QVERIFY2(refused.err.contains("trained or validated on"), refused.err.constData());
        QCOMPARE(mamaCommand({"evaluate", "--run", text(root() / "a")}).status, 2);
        QCOMPARE(mamaCommand({"evaluate", "--run", text(root() / "a/run"), "--step", "12345"}).status, 2);
        QCOMPARE(mamaCommand({"evaluate", "--run", text(root() / "a/run"), "--table", "x.csv"}).status, 2);
    }

    void whatIsLeftOutIsSaidBefore()
    {
        const Outcome said = mamaCommand({"train", "--dry-run", "--config", text(root() / "a/config.json")});
        QCOMPARE(said.status, 0);
        QVERIFY2(said.out.contains("Images to train "), said.out.constData());
        QVERIFY(said.out.contains("Cohort dense, "));
    }

private:
    struct Path
    {
        std::string cohort, split, index, list, losses, ranked;
    };
    static int studies()
    {
        return qEnvironmentVariableIsSet("MAMA_STUDIES") ? qEnvironmentVariableIntValue("MAMA_STUDIES") : 24;
    }
    static int steps() { return studies() > 100 ? 50 : 2; }
    static fs::path root()
    {
        static QTemporaryDir folder;
        return folder.path().toStdString();
    }
    static nlohmann::json library(const fs::path& folder, QStringList arguments)
    {
        arguments.prepend("library");
        arguments << "--library" << text(folder / "library") << "--json";
        const Outcome done = mamaCommand(arguments);
        if (done.status != 0)
            qFatal("%s: %s", qPrintable(arguments.join(' ')), done.err.constData());
        return done.json();
    }

    static void train(const fs::path& folder)
    {
        nlohmann::json config = readJson(folder / "out/train.json");
        config.merge_patch({{"model", {{"start", (root() / "model").string()}}},
                            {"data", {{"cache", (root() / "cache").string()}}},
                            {"loss", {{"late_loss", 1}}},
                            {"steps", steps()},
                            {"batch", 4},
                            {"accumulation", 1},
                            {"checkpoint_every", steps()},
                            {"loader_threads", 1}});
        writeAtomically(folder / "config.json", std::string_view(config.dump()));
        const Outcome trained =
            mamaCommand({"train", "--config", text(folder / "config.json"), "--run", text(folder / "run")});
        if (trained.status != 0)
            qFatal("train: %s", trained.err.constData());
    }

    static Path walk(const char* name)
    {
        const fs::path folder = root() / name;
        Path path;
        QElapsedTimer clock;
        clock.start();
        const auto took = [&](const char* what) { qInfo("%s %s: %.1f s", name, what, double(clock.restart()) / 1000); };
        const Outcome imported =
            mamaCommand({"import", "embed", text(root() / "set"), "--library", text(folder / "library"), "--headers"});
        if (imported.status != 0)
            qFatal("import: %s", imported.err.constData());
        took("import and headers");
        library(folder, {"embed", "--model", text(root() / "model")});
        took("embed");
        const Outcome asked =
            mamaCommand({"search", "--library", text(folder / "library"), "--model", text(root() / "model"), "--text",
                         "There is a mass.", "--top", "5", "--json"});
        path.ranked = asked.status == 0 ? asked.json()["studies"].dump() : std::string();
        took("ask");
        const char* filter = "not tag:seen and view = MLO";
        library(folder, {"tag", "--name", "seen", "--where", "density = A"});
        const nlohmann::json left = library(folder, {"list", "--filter", filter});
        path.cohort = library(folder, {"cohort", "--name", "dense", "--where", filter})["cohort"]["hash"];
        std::string keys;
        for (const nlohmann::json& each : left["studies"])
            keys = each["study"].get<std::string>() + "\n" + keys; // in another order
        writeAtomically(folder / "keys.txt", std::string_view(keys));
        path.list = library(folder, {"cohort", "--name", "list", "--ids", text(folder / "keys.txt")})["cohort"]["hash"];
        path.split = library(folder, {"split", "--cohort", "dense", "--strata", "density"})["split"]["hash"];
        took("tag, cohort, split");
        library(folder, {"export", "--cohort", "dense", "--training", text(folder / "out")});
        took("hand-over");
        train(folder);
        took("train");
        const nlohmann::json split = readJson(folder / "run/split.json");
        path.index = sha256(readText(folder / "out/split.csv") + split["count"].dump());
        MetricsReader reader(folder / "run/metrics.jsonl");
        for (const RunRecord& record : reader.poll().records)
            if (const auto* step = std::get_if<StepRecord>(&record))
                path.losses += std::to_string(step->loss) + "\n";
        return path;
    }
};

QTEST_APPLESS_MAIN(TestThinPath)
#include "test_thin_path.moc"
