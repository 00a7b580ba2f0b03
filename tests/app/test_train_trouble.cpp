#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_liveness.h"
#include "tests/app/mama_command.h"
#include "tests/support/small_data_set.h"

#include <QProcess>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <csignal>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

// The real program on a tiny model where the machine gives way: no memory, a folder that is taken away, a state that
// cannot be written; and what it says then. MAMA_MEMORY_STEPS: how many limits of memory (default 6).
class TestTrainTrouble : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        QCOMPARE(importTinyModel(root() / "model").status, 0);
        writeSmallDataSet(root() / "set", 16);
        QCOMPARE(mamaCommand({"train", "--config", text(write(config())), "--run", text(root() / "whole")}).status, 0);
    }

    // Each limit on the address space strikes elsewhere: while loading, in a loader's thread, in a step. Always one
    // line that says what to change, never a signal; and a state that is true.
    void aLackOfMemoryIsOneLineAndAState()
    {
        auto large = config();
        large["batch"] = 120;
        large["loader_threads"] = 2;
        large["data"]["bad_image_share"] = 1;
        const fs::path file = write(large, "large");
        const int steps =
            qEnvironmentVariableIsSet("MAMA_MEMORY_STEPS") ? qEnvironmentVariableIntValue("MAMA_MEMORY_STEPS") : 6;
        int failed = 0;
        for (int step = 0; step < steps; ++step) {
            const int megabytes = 900 + step * 2100 / steps;
            const fs::path run = root() / ("memory-" + std::to_string(megabytes));
            QProcess process;
            process.start("bash", {"-c", QStringLiteral("ulimit -v %1; exec %2 --quiet train --config %3 --run %4")
                                             .arg(megabytes * 1024)
                                             .arg(text(program("mama")), text(file), text(run))});
            QVERIFY(process.waitForFinished(120000));
            const QByteArray said = process.readAllStandardError();
            QVERIFY2(process.exitStatus() == QProcess::NormalExit, said);
            if (process.exitCode() == 127) // the program's own libraries do not fit
                continue;
            QVERIFY2(process.exitCode() == 0 || process.exitCode() == 1, qPrintable(QStringLiteral("%1 MB: %2 %3")
                                                                                        .arg(megabytes)
                                                                                        .arg(process.exitCode())
                                                                                        .arg(QString::fromUtf8(said))));
            if (process.exitCode() == 0)
                continue;
            ++failed;
            QVERIFY2(said.count("error: ") == 1, said);
            if (!fs::exists(RunFolder(run).stateFile()))
                continue;
            const RunState state = RunFolder(run).state();
            QVERIFY2(state.status == RunStatus::Failed && !state.reason.empty(), said);
            QVERIFY2(QString::fromStdString(state.reason).contains(QRegularExpression("lower|memory|loader_threads")),
                     state.reason.c_str());
        }
        qInfo("%d of %d limits were too low", failed, steps);
        QVERIFY(failed > 0);
    }

    // The folder is not made again without its configuration.
    void aDeletedFolderEndsTheRun()
    {
        const fs::path run = root() / "deleted";
        QProcess process;
        start(process, write(longer()), run);
        QTRY_VERIFY_WITH_TIMEOUT(stepsOf(run) > 2, 60000);
        fs::remove_all(run);
        QVERIFY(process.waitForFinished(15000));
        QCOMPARE(process.exitCode(), 1);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.count("error: ") == 1 && said.contains(text(run).toUtf8()), said);
        QVERIFY(!fs::exists(run / "checkpoints") && !fs::exists(run / "metrics.jsonl"));
    }

    // A folder in the state's place stands for a file system that refuses it: the run goes on, and says so once.
    void aStateThatCannotBeWrittenIsTold()
    {
        const fs::path run = root() / "no-state";
        QProcess process;
        start(process, write(longer()), run);
        QTRY_VERIFY_WITH_TIMEOUT(stepsOf(run) > 2, 60000);
        const fs::path state = RunFolder(run).stateFile();
        fs::rename(state, run / "aside");
        fs::create_directories(state / "full"); // a rename onto it fails
        const auto log = [&] { return readText(RunFolder(run).logFile()); };
        QTRY_VERIFY_WITH_TIMEOUT(log().find("state.json cannot be written") != std::string::npos, 15000);
        fs::remove_all(state);
        QTRY_VERIFY_WITH_TIMEOUT(
            fs::is_regular_file(state) && log().find("state.json is written again") != std::string::npos, 15000);
        QCOMPARE(shownStatus(RunFolder(run).state()), std::string("running"));
        process.terminate();
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(QByteArray::fromStdString(log()).count("cannot be written"), 1);
    }

    void aClosedTerminalStopsWithACheckpoint()
    {
        const fs::path run = root() / "hung-up";
        QProcess process;
        start(process, write(longer()), run);
        QTRY_VERIFY_WITH_TIMEOUT(stepsOf(run) > 2, 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGHUP);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        const RunState state = RunFolder(run).state();
        QCOMPARE(state.status, RunStatus::Stopped);
        QCOMPARE(RunFolder(run).checkpoints().back().step, state.step);
    }

    // Positions are resampled at another size than the model's own, which LibTorch does in no bfloat16 on a CPU.
    void bfloat16AtAnotherSize()
    {
        auto other = config();
        other["precision"] = "bf16-true";
        other["device"] = "cpu";
        other["data"]["input_size"] = inputSize() + 2 * patch();
        const Outcome outcome =
            mamaCommand({"train", "--config", text(write(other, "bf16")), "--run", text(root() / "bf16")});
        QVERIFY2(outcome.status == 0, outcome.err);
    }

    // What would be read by nobody where progress is silenced.
    void aWarningIsToldQuietly()
    {
        auto never = config();
        never["loss"]["late_loss"] = 100;
        const fs::path run = root() / "warned";
        const Outcome outcome = mamaCommand({"train", "--config", text(write(never, "warned")), "--run", text(run)});
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.err.contains("loss.late_loss 100 is not below steps, 6"), outcome.err);
        const auto shown = mamaCommand({"run", "show", text(run)}).json();
        QCOMPARE(shown.at("warnings").size(), std::size_t(1));
        QVERIFY(shown.at("warnings").at(0).get<std::string>().starts_with("loss.late_loss 100"));
        QVERIFY(mamaCommand({"run", "show", text(run), "--text"}).out.contains("\nwarning: loss.late_loss 100"));
    }

    void ordersAndOutputsAreChecked()
    {
        QCOMPARE(mamaCommand({"run", "list", text(root()), "--sort", "-loss"}).status, 0);
        const Outcome unknown = mamaCommand({"run", "list", text(root()), "--sort", "nonsense"});
        QCOMPARE(unknown.status, 2);
        QVERIFY2(unknown.err.contains("nonsense"), unknown.err);
        const QStringList one{"evaluate-findings", "--model", text(root() / "model"), "--data", text(root() / "set")};
        QVERIFY(mamaCommand(one).err.contains("--sentences"));
        const Outcome same =
            mamaCommand(one + QStringList{"--sentences", text(root() / "s.json"), "--out", text(root() / "o"),
                                          "--predictions", text(root() / "." / "o")});
        QCOMPARE(same.status, 2);
        QVERIFY2(same.err.contains("--out, --predictions"), same.err);
        QCOMPARE(
            mamaCommand(one + QStringList{"--sentences", text(root() / "s.json"), "--out", text(root() / "s.json")})
                .status,
            2);
        QVERIFY(!fs::exists(root() / "o"));
    }

    // A report of findings names its read-out, the usual one too.
    void findingsNameTheirReadOut()
    {
        const fs::path sentences = root() / "findings.json";
        writeAtomically(sentences, std::string_view(R"([{"text": "There is a mass.", "when": "mass"},
            {"text": "Calcifications are present.", "when": "calcification"},
            {"text": "There is neither.", "when": "normal"}])"));
        const auto report = [&](const QStringList& more) {
            const Outcome outcome = mamaCommand(QStringList{"evaluate-findings", "--model", text(root() / "model"),
                                                            "--data", text(root() / "set"), "--sentences",
                                                            text(sentences), "--resamples", "5", "--json"} +
                                                more);
            return outcome.json();
        };
        QCOMPARE(report({}).at("map_way").get<std::string>(), std::string("standard"));
        const nlohmann::json both = report({"--map-way", "standard,self-2"});
        for (const char* way : {"standard", "self-2"})
            QCOMPARE(both.at("map_ways").at(way).at("map_way").get<std::string>(), std::string(way));
    }

    void lossesAreComparedOnTheSameValidationImages()
    {
        std::vector<double> losses;
        for (const RunRecord& record : MetricsReader(root() / "whole" / "metrics.jsonl").poll().records)
            if (const auto* one = std::get_if<EvalRecord>(&record)) {
                for (const char* name : {"loss", "loss_clip", "loss_ntxent", "loss_local_t2i", "loss_local_i2t"})
                    QVERIFY2(one->metrics.contains(name) && std::isfinite(one->metrics.at(name).value), name);
                losses.push_back(one->metrics.at("loss").value);
            }
        QCOMPARE(losses.size(), std::size_t{3});
        QVERIFY(losses[0] != losses[2]);
        // As the metric that picks the best checkpoint.
        auto best = config();
        best["best_metric"] = "-loss";
        const fs::path run = root() / "best";
        QCOMPARE(mamaCommand({"train", "--config", text(write(best, "best")), "--run", text(run)}).status, 0);
        QCOMPARE(RunFolder(run).state().best->value, *std::min_element(losses.begin(), losses.end()));
    }

    // Everything that is to be mended in command or configuration is status 2, and told in one line.
    void wrongConfigurations_data()
    {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QStringList>("named");
        QTest::newRow("nothing given") << R"({"model": {"start": ""}, "data": {"root": ""}})"
                                       << QStringList{"model.start", "data.root"};
        QTest::newRow("no model there") << R"({"model": {"start": "nowhere"}})"
                                        << QStringList{"model.start", "nowhere"};
        QTest::newRow("unknown setting") << R"({"stpes": 3})" << QStringList{"stpes"};
        QTest::newRow("range") << R"({"captions": {"mask": 2}})" << QStringList{"captions.mask"};
        QTest::newRow("no divergence") << R"({"stop": {"divergence": 0.5}})" << QStringList{"stop.divergence"};
        QTest::newRow("no sentences") << R"({"dense": {"sentences": "/nowhere/s.json"}})"
                                      << QStringList{"dense.sentences", "/nowhere/s.json"};
        QTest::newRow("no cache") << R"({"data": {"cache": "/proc/none/cache"}})" << QStringList{"data.cache"};
        QTest::newRow("no profile") << R"({"data": {"profile": "unheard"}})" << QStringList{"data.profile", "unheard"};
        QTest::newRow("no validation") << R"({"data": {"validation_share": 0}})"
                                       << QStringList{"data.validation_share", "evaluate_every"};
        QTest::newRow("no validation patient") << R"({"data": {"validation_share": 0.01}, "evaluate_every": 3})"
                                               << QStringList{"evaluate_every", "data.validation_share"};
        QTest::newRow("no class") << R"({"best_metric": "birads_auc"})" << QStringList{"best_metric", "birads_auc"};
        QTest::newRow("no metric") << R"({"best_metric": "loss_clp"})"
                                   << QStringList{"best_metric", "loss", "density_balanced_accuracy"};
    }
    void wrongConfigurations()
    {
        QFETCH(QString, patch);
        QFETCH(QStringList, named);
        auto other = config();
        other.merge_patch(nlohmann::json::parse(patch.toStdString()));
        const Outcome outcome =
            mamaCommand({"train", "--config", text(write(other, "wrong")), "--run", text(root() / "wrong")});
        QCOMPARE(outcome.status, 2);
        QVERIFY2(outcome.err.count("error: ") == 1, outcome.err);
        for (const QString& word : named)
            QVERIFY2(outcome.err.contains(word.toUtf8()), outcome.err);
    }

    void aFolderThatCannotBeMadeIsTold()
    {
        writeAtomically(root() / "file", std::string_view("no folder"));
        const Outcome outcome =
            mamaCommand({"train", "--config", text(write(config())), "--run", text(root() / "file" / "run")});
        QVERIFY(outcome.status != 0);
        QVERIFY2(outcome.err.contains("the run folder cannot be made"), outcome.err);
    }

    // Whatever happens to a run on it, the name of a patient is in no file of the run's folder and on no screen.
    void noPatientIsNamed()
    {
        const std::string marker = "Mustermann-4711";
        const fs::path set = root() / "marked";
        writeSmallDataSet(set, 8);
        for (const char* table : {"EMBED_OpenData_metadata.csv", "EMBED_OpenData_clinical.csv"}) {
            std::string all = readText(set / "tables" / table);
            for (int patient = 1000; patient < 1008; ++patient)
                for (std::size_t at = 0; (at = all.find(std::to_string(patient), at)) != std::string::npos;)
                    all.replace(at, 4, marker + std::to_string(patient)), at += marker.size() + 4;
            writeAtomically(set / "tables" / table, all);
        }
        for (int patient = 1000; patient < 1008; ++patient)
            fs::rename(set / "images" / std::to_string(patient), set / "images" / (marker + std::to_string(patient)));
        writeAtomically(set / "images" / (marker + "1003") / "5003" / "1.2.3.12.pgm", std::string_view("broken"));
        fs::remove(set / "images" / (marker + "1004") / "5004" / "1.2.3.16.pgm");
        auto marked = config();
        marked["data"]["root"] = set.string();
        for (const double share : {0.5, 0.0}) { // goes on without them; ends because of them
            marked["data"]["bad_image_share"] = share;
            const fs::path run = root() / ("marked-" + std::to_string(share));
            const Outcome outcome =
                mamaCommand({"train", "--config", text(write(marked, "marked")), "--run", text(run)});
            QCOMPARE(outcome.status, share > 0 ? 0 : 1);
            QVERIFY(readText(RunFolder(run).logFile()).find("*/5003/1.2.3.12.pgm") != std::string::npos);
            QVERIFY2(!(outcome.out + outcome.err).contains(marker.c_str()), outcome.err);
            for (const auto& entry : fs::recursive_directory_iterator(run))
                if (entry.is_regular_file())
                    QVERIFY2(readText(entry.path()).find(marker) == std::string::npos, entry.path().c_str());
            QVERIFY(RunFolder(run).state().status == (share > 0 ? RunStatus::Finished : RunStatus::Failed));
        }
    }

private:
    fs::path root() const { return m_folder.path().toStdString(); }
    nlohmann::json description() const { return readJson(root() / "model" / "model.json"); }
    int inputSize() const { return description().at("input").at("size").get<int>(); }
    int patch() const { return description().at("image").at("patch").get<int>(); }

    nlohmann::json config() const
    {
        return {
            {"task", "pretrain"},
            {"model", {{"start", (root() / "model").string()}}},
            {"loss", {{"late_loss", 4}}},
            {"data", {{"root", (root() / "set").string()}, {"cache", (root() / "cache").string()}, {"test_share", 0}}},
            {"steps", 6},
            {"batch", 4},
            {"accumulation", 1},
            {"checkpoint_every", 2},
            {"evaluate_every", 2},
            {"evaluate_images", 8},
            {"threads", 1}};
    }
    nlohmann::json longer() const
    {
        auto many = config();
        many["steps"] = 100000;
        many["checkpoint_every"] = 1000;
        many["evaluate_every"] = 0;
        return many;
    }
    fs::path write(const nlohmann::json& config, const std::string& name = "config") const
    {
        writeAtomically(root() / (name + ".json"), config.dump());
        return root() / (name + ".json");
    }
    static void start(QProcess& process, const fs::path& config, const fs::path& run)
    {
        process.start(text(program("mama")), {"--quiet", "train", "--config", text(config), "--run", text(run)});
        QVERIFY(process.waitForStarted());
    }
    static std::int64_t stepsOf(const fs::path& run)
    {
        std::int64_t steps = 0;
        for (const RunRecord& record : MetricsReader(run / "metrics.jsonl").poll().records)
            steps += std::holds_alternative<StepRecord>(record) ? 1 : 0;
        return steps;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestTrainTrouble)
#include "test_train_trouble.moc"
