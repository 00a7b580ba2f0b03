#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "tests/app/mama_command.h"
#include "tests/app/run_figures.h"
#include "tests/support/small_data_set.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <csignal>
#include <map>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

// The real program on the reference's tiny model and a few pictures: killed, stopped, paused, resumed; every curve and
// weight must equal those of a run that nobody touched. MAMA_KILLS: how many kill -9 (default 3 a task).
class TestTrainProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        QCOMPARE(importTinyModel(root() / "model").status, 0);
        writeSmallDataSet(root() / "set", 16);
        for (const QString& task : tasks()) {
            writeAtomically(configOf(task), config(task).dump());
            QElapsedTimer timer;
            timer.start();
            QCOMPARE(
                mamaCommand({"train", "--config", text(configOf(task)), "--run", text(root() / task.toStdString())})
                    .status,
                0);
            m_milliseconds[task] = static_cast<int>(timer.elapsed());
            QCOMPARE(lossesOf(root() / task.toStdString()).size(), static_cast<std::size_t>(steps));
        }
    }

    void killsChangeNothing_data() { addTasks(); }
    void killsChangeNothing()
    {
        QFETCH(QString, task);
        const int longest = 12 * m_milliseconds[task] / 10;
        const int kills = qEnvironmentVariableIsSet("MAMA_KILLS") ? qEnvironmentVariableIntValue("MAMA_KILLS") : 3;
        QRandomGenerator random(1);
        int done = 0, afterACheckpoint = 0, cut = 0;
        for (int number = 0; done < kills; ++number) {
            const fs::path run = root() / ("killed-" + task.toStdString() + std::to_string(number));
            for (bool ended = false; !ended;) {
                QProcess process;
                start(process, task, run);
                const bool inACheckpoint = done % 2 == 1; // every second one
                const bool inTime =
                    done < kills &&
                    (inACheckpoint ? checkpointBegins(process, run)
                                   : !process.waitForFinished(static_cast<int>(random.bounded(20, longest))));
                if (inTime) {
                    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
                    ++done;
                    cut += halfWritten(run) ? 1 : 0;
                    afterACheckpoint += RunFolder(run).checkpoints().empty() ? 0 : 1;
                }
                QVERIFY(process.state() == QProcess::NotRunning || process.waitForFinished(120000));
                ended = process.exitStatus() == QProcess::NormalExit;
                QVERIFY2(!ended || process.exitCode() == 0, process.readAllStandardError().constData());
            }
            same(task, run);
        }
        qInfo("%d kills (%d of them after a checkpoint, %d in the middle of one), losses and weights equal", done,
              afterACheckpoint, cut);
    }

    // Asked as soon as the run has a state: while it loads, or before its first step at the latest.
    void aStopIsObeyedBeforeTheFirstStep()
    {
        const fs::path run = root() / "stopped-early";
        QProcess process;
        start(process, slow(), run);
        while (!fs::exists(RunFolder(run).stateFile()))
            QVERIFY(!process.waitForFinished(1));
        RunFolder(run).ask(ControlRequest::Ask::Stop);
        QVERIFY(process.waitForFinished(60000));
        const RunState state = RunFolder(run).state();
        QCOMPARE(state.status, RunStatus::Stopped);
        QVERIFY(state.reason.starts_with("asked for by a monitor"));
        QCOMPARE(state.step, std::int64_t{0});
        QVERIFY(lossesOf(run).empty());
        QVERIFY(!RunFolder(run).asked());
    }

    void aSignalStopsWithACheckpoint()
    {
        const QString task = slow();
        const fs::path run = root() / ("stopped-" + task.toStdString());
        QProcess process;
        start(process, task, run);
        QTRY_VERIFY_WITH_TIMEOUT(!lossesOf(run).empty(), 60000);
        process.terminate();
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 130);
        const RunState state = RunFolder(run).state();
        QCOMPARE(state.status, RunStatus::Stopped);
        QCOMPARE(RunFolder(run).checkpoints().back().step, state.step);
        QCOMPARE(mamaCommand({"train", "--run", text(run), "--resume"}).status, 0);
        same(task, run);
    }

    void aMonitorPausesAndResumes()
    {
        const QString task = slow();
        const fs::path run = root() / "paused";
        const RunFolder folder(run);
        QProcess process;
        start(process, task, run);
        QTRY_VERIFY_WITH_TIMEOUT(!lossesOf(run).empty(), 60000);
        QCOMPARE(mamaCommand({"run", "pause", text(run)}).status, 0);
        QTRY_VERIFY_WITH_TIMEOUT(folder.state().status == RunStatus::Paused, 60000);
        const std::size_t taken = lossesOf(run).size();
        const auto shown = mamaCommand({"run", "show", text(run)}).json();
        QCOMPARE(shown.at("status").get<std::string>(), std::string("paused"));
        QCOMPARE(shown.at("last").at("step").get<std::size_t>(), taken);
        // A second process must not write to the same run.
        QCOMPARE(mamaCommand({"train", "--run", text(run), "--resume"}).status, 2);
        QCOMPARE(lossesOf(run).size(), taken);
        QCOMPARE(mamaCommand({"run", "resume", text(run)}).status, 0);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 0);
        same(task, run);
        const QByteArray table = mamaCommand({"run", "export", text(run)}).out;
        QCOMPARE(table.count('\n'), steps + 1);
        QVERIFY(table.startsWith("step,epoch,samples,time,lr,loss,"));
        QCOMPARE(mamaCommand({"run", "list", text(root())}).json().at(0).at("status").get<std::string>(),
                 std::string("finished"));
    }

    // As the window's form says it, on standard error, before anything else.
    void sayWhatTheyNeed()
    {
        QProcess process;
        process.start(text(program("mama")),
                      {"train", "--config", text(configOf(tasks().front())), "--run", text(root() / "told")});
        QVERIFY(process.waitForFinished(120000));
        QCOMPARE(process.exitCode(), 0);
        const QString said = QString::fromUtf8(process.readAllStandardError().split('\n').front());
        const QRegularExpression needs(
            R"(^train: memory: about \d+(\.\d+)? GB of \d+(\.\d+)? GB free; checkpoints: the last and the best stay$)");
        QVERIFY2(needs.match(said).hasMatch(), qPrintable(said));
    }

    void wrongUseTouchesNothing()
    {
        const QString task = tasks().front();
        const fs::path finished = root() / task.toStdString();
        const std::string before = readText(finished / "metrics.jsonl");
        QCOMPARE(mamaCommand({"train", "--config", text(configOf(task)), "--run", text(finished)}).status, 2);
        QCOMPARE(mamaCommand({"train", "--run", text(root() / "nothing"), "--resume"}).status, 2);
        QVERIFY(!fs::exists(root() / "nothing"));
        auto other = config(task);
        other["batch"] = 5;
        writeAtomically(root() / "other.json", other.dump());
        const Outcome differs =
            mamaCommand({"train", "--config", text(root() / "other.json"), "--run", text(finished), "--resume"});
        QCOMPARE(differs.status, 2);
        QVERIFY(differs.err.contains("batch"));
        other["btach"] = 5;
        writeAtomically(root() / "other.json", other.dump());
        const Outcome unknown =
            mamaCommand({"train", "--config", text(root() / "other.json"), "--run", text(root() / "new")});
        QCOMPARE(unknown.status, 2); // as everything that is to be mended in the configuration
        QVERIFY(unknown.err.startsWith("error: ") && unknown.err.contains("btach"));
        QVERIFY(readText(finished / "metrics.jsonl") == before);
    }

private:
    static constexpr int steps = 24;
    static QStringList tasks() { return {"finetune", "pretrain"}; }
    static QString slow() { return "pretrain"; } // seconds: long enough to be asked something
    static void addTasks()
    {
        QTest::addColumn<QString>("task");
        for (const QString& task : tasks())
            QTest::newRow(qPrintable(task)) << task;
    }
    fs::path root() const { return m_folder.path().toStdString(); }
    fs::path configOf(const QString& task) const { return root() / (task.toStdString() + ".json"); }

    nlohmann::json config(const QString& task) const
    {
        // Of pre-training the local terms start half way; its text has dropout.
        return {{"task", task.toStdString()},
                {"model", {{"start", (root() / "model").string()}}},
                {"loss", {{"late_loss", 12}}},
                {"data",
                 {{"root", (root() / "set").string()},
                  {"cache", (root() / "cache").string()},
                  {"label", "birads"},
                  {"test_share", 0}}},
                {"steps", steps},
                {"batch", 4},
                {"accumulation", 2},
                {"checkpoint_every", 5},
                {"evaluate_every", 10},
                {"best_metric", task == "finetune" ? "balanced_accuracy" : "density_balanced_accuracy"},
                {"evaluate_images", 8},
                {"loader_threads", 2},
                {"threads", 1}};
    }
    void start(QProcess& process, const QString& task, const fs::path& run) const
    {
        QStringList arguments{"--quiet", "train", "--config", text(configOf(task)), "--run", text(run)};
        if (fs::exists(run / "config.json"))
            arguments << "--resume";
        process.start(text(program("mama")), arguments);
        QVERIFY(process.waitForStarted());
    }

    static bool halfWritten(const fs::path& run)
    {
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(run / "checkpoints", failed))
            if (entry.path().filename().string().starts_with(".step-"))
                return true;
        return false;
    }
    // False: the process ended before.
    static bool checkpointBegins(QProcess& process, const fs::path& run)
    {
        for (bool before = true, now = true; !now || before;) { // what an earlier kill left is no beginning
            if (process.waitForFinished(1))
                return false;
            before = now;
            now = halfWritten(run);
        }
        return true;
    }

    static std::vector<std::pair<std::int64_t, double>> lossesOf(const fs::path& run)
    {
        std::vector<std::pair<std::int64_t, double>> losses;
        for (const RunRecord& record : MetricsReader(run / "metrics.jsonl").poll().records)
            if (const auto* step = std::get_if<StepRecord>(&record))
                losses.emplace_back(step->step, step->loss);
        return losses;
    }
    void same(const QString& task, const fs::path& run) const
    {
        const fs::path whole = root() / task.toStdString();
        QVERIFY(lossesOf(run) == lossesOf(whole));
        QVERIFY(figuresOf(run) == figuresOf(whole));
        const fs::path last = fs::path("checkpoints") / ("step-" + std::to_string(steps));
        MAMA_SAME(differentFile(run / last, whole / last, {"trainer.json"})); // which tells the time that it took
    }

    QTemporaryDir m_folder;
    std::map<QString, int> m_milliseconds; // of the run that nobody touched
};

QTEST_GUILESS_MAIN(TestTrainProcess)
#include "test_train_process.moc"
