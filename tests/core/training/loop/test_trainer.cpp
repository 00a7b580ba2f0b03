#include "core/base/error.h"
#include "core/base/files.h"
#include "core/tables/importers/embed.h"
#include "core/training/data/image_batches.h"
#include "core/training/loop/loading_stop.h"
#include "core/training/loop/trainer.h"
#include "tests/core/training/loop/plain_task.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <csignal>
#include <random>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

// The loop with a task of microseconds, in processes of its own that are killed. MAMA_KILLS: how many (default 10).
class TestTrainer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        test::writeSmallDataSet(root() / "set", 8);
        const json config = {
            {"data", {{"root", (root() / "set").string()}, {"test_share", 0}, {"validation_share", 0}}}};
        m_index = readTrainingIndex(Settings::resolve(config), embedImporter());
        m_images.emplace(
            std::move(*PreparedImages::open(m_index, {findProfile("mama"), {side, 14}, root() / "cache", 0, 2})));
        m_options.steps = 60;
        m_options.schedule = {1e-4, 1e-6, 5, 60};
        m_options.batch = 4;
        m_options.accumulation = 2;
        m_options.checkpointEvery = 7;
        m_options.loaderThreads = 2;
        QCOMPARE(runToTheEnd(root() / "whole"), 0);
        m_losses = lossesOf(root() / "whole");
        QCOMPARE(m_losses.size(), std::size_t{60});
        std::set<double> different;
        for (const auto& [step, loss] : m_losses)
            different.insert(loss);
        QVERIFY(different.size() > 50); // it does train
    }

    void loadingIsCancelledByAStopAloneAndByASignal()
    {
        const RunFolder folder(root() / "loading");
        fs::create_directories(folder.path());
        {
            folder.ask(ControlRequest::Ask::Stop);
            const LoadingStop loading(folder, {});
            QTRY_VERIFY(loading.job().cancelled());
            QVERIFY(loading.asked());
        }
        folder.ask(ControlRequest::Ask::Pause); // waits for the loop
        std::stop_source signal;
        const LoadingStop loading(folder, {signal.get_token(), {}});
        QVERIFY(!loading.asked() && !loading.job().cancelled());
        signal.request_stop();
        QTRY_VERIFY(loading.job().cancelled());
        QVERIFY(!loading.asked());
        QVERIFY(folder.takeControl()->ask == ControlRequest::Ask::Pause);
    }

    void killsLeaveTheCurveAndTheWeightsAsTheyWere()
    {
        const int kills = qEnvironmentVariableIsSet("MAMA_KILLS") ? qEnvironmentVariableIntValue("MAMA_KILLS") : 10;
        std::mt19937 random(1);
        std::uniform_int_distribution<int> wait(0, 120);
        int done = 0;
        for (int run = 0; done < kills; ++run) {
            const fs::path folder = root() / ("killed-" + std::to_string(run));
            for (bool ended = false; !ended;) {
                const pid_t child = start(folder, 2'000);
                if (done < kills) {
                    std::this_thread::sleep_for(
                        std::chrono::milliseconds(wait(random))); // a moment of the run, not a wait for it
                    ::kill(child, SIGKILL);
                }
                const int status = endOf(child);
                if (WIFSIGNALED(status))
                    ++done;
                else
                    QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                ended = WIFEXITED(status);
            }
            QVERIFY(lossesOf(folder) == m_losses);
            QVERIFY(sameFile(folder, "model.safetensors") && sameFile(folder, "optimizer.safetensors"));
            QCOMPARE(RunFolder(folder).state().status, RunStatus::Finished);
        }
        qInfo("%d kills, losses and weights equal", done);
    }

    void aStopWritesACheckpointAndTheRunGoesOn()
    {
        const fs::path folder = root() / "stopped";
        std::stop_source stop;
        Run run = task();
        run.task.before = [&](std::int64_t step) {
            if (step == 10)
                stop.request_stop();
        };
        QCOMPARE(train(folder, run, false, stop.get_token()), RunStatus::Stopped);
        QCOMPARE(RunFolder(folder).checkpoints().back().step, std::int64_t{11}); // the step at work was finished
        QCOMPARE(runToTheEnd(folder), 0);
        QVERIFY(lossesOf(folder) == m_losses);
        QVERIFY(sameFile(folder, "model.safetensors"));
    }

    void aMonitorPausesAndStops()
    {
        const fs::path folder = root() / "monitored";
        const RunFolder files(folder);
        Run run = task();
        run.task.before = [&](std::int64_t step) {
            if (step == 5)
                files.ask(ControlRequest::Ask::Pause);
        };
        RunStatus status = RunStatus::Starting;
        std::jthread worker([&] { status = train(folder, run, false, {}); });
        QTRY_VERIFY(fs::exists(files.stateFile()) && files.state().status == RunStatus::Paused);
        QCOMPARE(files.state().step, std::int64_t{6});
        files.ask(ControlRequest::Ask::Checkpoint);
        QTRY_VERIFY(!files.checkpoints().empty() && files.checkpoints().back().step == 6);
        files.ask(ControlRequest::Ask::Stop);
        worker.join();
        QCOMPARE(status, RunStatus::Stopped);
        QCOMPARE(files.state().reason, std::string("asked for by a monitor"));
        QCOMPARE(runToTheEnd(folder), 0);
        QVERIFY(lossesOf(folder) == m_losses);
    }

    void aLossThatIsNoNumberNamesStepImagesAndCheckpoint()
    {
        const fs::path folder = root() / "diverged";
        Run run = task();
        run.task.before = [&](std::int64_t step) {
            if (step == 17)
                StepReport{{{"clip", std::nan("")}}}.checkFinite();
        };
        try {
            train(folder, run, false, {});
            QFAIL("went on");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Data);
        }
        const RunState state = RunFolder(folder).state();
        QCOMPARE(state.status, RunStatus::Failed);
        for (const char* part : {"step 18", "loss term clip", "1.2.3.", "step-14"})
            QVERIFY2(state.reason.find(part) != std::string::npos, state.reason.c_str());
    }

    void aLackOfMemorySaysWhatToLower()
    {
        Run run = task();
        run.task.before = [](std::int64_t step) {
            if (step == 3)
                throw std::runtime_error(
                    "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes\nbacktrace");
        };
        try {
            train(root() / "memory", run, false, {});
            QFAIL("went on");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Memory);
            QVERIFY(error.why().english().find("lower batch") != std::string::npos);
        }
        QCOMPARE(RunFolder(root() / "memory").state().status, RunStatus::Failed);
    }

    // The limit on a file's size stands for the full disk: a write fails with EFBIG instead of ENOSPC.
    void aFullDiskEndsTheRunAndKeepsItsCheckpoints()
    {
        const fs::path folder = root() / "full";
        const pid_t child = ::fork();
        if (child == 0) {
            ::signal(SIGXFSZ, SIG_IGN);
            Run run = task();
            run.task.before = [](std::int64_t step) {
                if (step == 15) {
                    const rlimit small{4000, 4000}; // below a checkpoint's weights
                    ::setrlimit(RLIMIT_FSIZE, &small);
                }
            };
            try {
                train(folder, run, false, {});
            } catch (const Error& error) {
                ::_exit(error.code() == ErrorCode::Io ? 7 : 8);
            }
            ::_exit(9);
        }
        const int status = endOf(child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 7);
        const RunFolder files(folder);
        QCOMPARE(files.checkpoints().back().step, std::int64_t{14});
        QCOMPARE(files.state().status, RunStatus::Failed);
        QCOMPARE(runToTheEnd(folder), 0);
        QVERIFY(lossesOf(folder) == m_losses);
        QVERIFY(sameFile(folder, "model.safetensors"));
    }

    void theBestCheckpointIsKeptAndARunEndsEarly()
    {
        const fs::path folder = root() / "best";
        Run run = task();
        TrainerOptions options = m_options;
        options.evaluateEvery = 5;
        options.bestMetric = "auc";
        options.earlyStop = 3;
        const auto evaluate = [](std::int64_t step) {
            const double auc = 0.9 - 0.01 * std::abs(static_cast<double>(step) - 15);
            return EvalRecord{step, 0, "validation", {{"auc", {auc, auc - 0.1, auc + 0.1, 100}}}};
        };
        RunReporter reporter{RunFolder(folder), RunState()};
        const ImageBatches batches(m_index, *m_images, {}, batchOptions());
        Trainer trainer(options, {run.task, batches, reporter, evaluate, {}});
        QCOMPARE(trainer.run(false, {}), RunStatus::Finished);
        const RunState state = RunFolder(folder).state();
        QCOMPARE(state.step, std::int64_t{30}); // three evaluations after the best one
        QVERIFY(state.best && state.best->step == 15 && state.best->value == 0.9);
        std::vector<std::int64_t> steps;
        for (const auto& checkpoint : RunFolder(folder).checkpoints())
            steps.push_back(checkpoint.step);
        QVERIFY((steps == std::vector<std::int64_t>{15, 30}));
    }

private:
    static constexpr int side = 28;
    struct Run
    {
        test::PlainTask task;
    };
    static Run task() { return {test::PlainTask(side * side)}; }
    fs::path root() const { return m_temporary.path().toStdString(); }

    static ImageBatchOptions batchOptions()
    {
        ImageBatchOptions options;
        options.batch = 4;
        options.accumulation = 2;
        options.inputSize = side;
        options.label = "birads";
        options.pairs = false;
        return options;
    }

    RunStatus train(const fs::path& folder, Run& run, bool resume, std::stop_token stop) const
    {
        RunReporter reporter{RunFolder(folder), RunState()};
        const ImageBatches batches(m_index, *m_images, {}, batchOptions());
        Trainer trainer(m_options, {run.task, batches, reporter, {}, {}});
        return trainer.run(resume, Job{stop, {}});
    }

    // A process that trains, going on from what is there; each step takes at least so many microseconds.
    pid_t start(const fs::path& folder, int pause) const
    {
        const pid_t child = ::fork();
        if (child != 0)
            return child;
        Run run = task();
        run.task.before = [pause](std::int64_t) { ::usleep(static_cast<useconds_t>(pause)); };
        try {
            train(folder, run, RunFolder(folder).exists() || fs::exists(RunFolder(folder).stateFile()), {});
        } catch (...) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    static int endOf(pid_t child)
    {
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }
    int runToTheEnd(const fs::path& folder) const { return endOf(start(folder, 0)); }

    static std::vector<std::pair<std::int64_t, double>> lossesOf(const fs::path& folder)
    {
        std::vector<std::pair<std::int64_t, double>> losses;
        for (const RunRecord& record : MetricsReader(folder / "metrics.jsonl").poll().records)
            if (const auto* step = std::get_if<StepRecord>(&record))
                losses.emplace_back(step->step, step->loss);
        return losses;
    }
    bool sameFile(const fs::path& folder, const char* file) const
    {
        return readText(folder / "checkpoints" / "step-60" / file) ==
               readText(root() / "whole" / "checkpoints" / "step-60" / file);
    }

    QTemporaryDir m_temporary;
    TrainingIndex m_index;
    std::optional<PreparedImages> m_images;
    TrainerOptions m_options;
    std::vector<std::pair<std::int64_t, double>> m_losses;
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "test_trainer.moc"
