#include "core/base/error.h"
#include "core/base/files.h"
#include "core/tables/importers/embed.h"
#include "core/training/data/image_batches.h"
#include "core/training/loop/last_words.h"
#include "core/training/loop/loading_stop.h"
#include "core/training/loop/run_failure.h"
#include "core/training/loop/trainer.h"
#include "tests/core/training/loop/plain_task.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <csignal>
#include <limits>
#include <random>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

// The loop with a task of microseconds, in processes of its own that are killed. MAMA_KILLS: how many, once at any
// moment and once while a checkpoint is written (default 10); MAMA_FULL_DISKS: how many moments of a full disk (default
// 5).
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

    void killsLeaveTheCurveAndTheWeightsAsTheyWere_data()
    {
        QTest::addColumn<bool>("inACheckpoint");
        QTest::newRow("at any moment") << false;
        QTest::newRow("while a checkpoint is written") << true;
    }
    void killsLeaveTheCurveAndTheWeightsAsTheyWere()
    {
        QFETCH(bool, inACheckpoint);
        const int kills = numberOf("MAMA_KILLS", 10);
        std::mt19937 random(1);
        std::uniform_int_distribution<int> wait(0, 120);
        int done = 0;
        for (int run = 0; done < kills; ++run) {
            const fs::path folder = root() / ((inACheckpoint ? "cut-" : "killed-") + std::to_string(run));
            for (bool ended = false; !ended;) {
                const pid_t child = start(folder, 2'000);
                if (done < kills) { // a moment of the run, not a wait for it
                    if (inACheckpoint)
                        waitForACheckpoint(folder, child, static_cast<int>(random() % 5));
                    std::this_thread::sleep_for(inACheckpoint ? std::chrono::microseconds(random() % 3000)
                                                              : std::chrono::milliseconds(wait(random)));
                    ::kill(child, SIGKILL);
                }
                const int status = endOf(child);
                if (WIFSIGNALED(status))
                    done += !inACheckpoint || halfWritten(folder) ? 1 : 0;
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
        QCOMPARE(trainUntilStopped(folder), RunStatus::Stopped);
        QCOMPARE(RunFolder(folder).checkpoints().back().step, std::int64_t{11}); // the step at work was finished
        QCOMPARE(runToTheEnd(folder), 0);
        QVERIFY(lossesOf(folder) == m_losses);
        QVERIFY(sameFile(folder, "model.safetensors"));
    }

    // The curve of a run whose checkpoints are gone is not thrown away by a resume from step 0.
    void aRunWhoseCheckpointsAreGoneIsLeftAsItIs()
    {
        const fs::path folder = root() / "without-checkpoints";
        QCOMPARE(trainUntilStopped(folder), RunStatus::Stopped);
        const auto losses = lossesOf(folder);
        QVERIFY(losses.size() >= 10);
        fs::remove_all(RunFolder(folder).checkpointFolder());
        Run again = task();
        RunReporter reporter{RunFolder(folder), RunFolder(folder).state()};
        const ImageBatches batches(m_index, *m_images, {}, batchOptions());
        Trainer trainer(m_options, {again.task, batches, reporter, {}, {}});
        try {
            trainer.run(true, {});
            QFAIL("went on");
        } catch (const Error& error) {
            const std::string text = error.what();
            QVERIFY2(text.find("step-11") != std::string::npos, text.c_str());
            QVERIFY2(text.find("no checkpoint was written") == std::string::npos, text.c_str());
        }
        QVERIFY(lossesOf(folder) == losses);
        QCOMPARE(RunFolder(folder).state().status, RunStatus::Failed);
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

    // Five in a row (stop.not_finite) end the run; the steps before are left out one by one.
    void lossesThatAreNoNumberEndARunByARule()
    {
        const fs::path folder = root() / "diverged";
        Run run = task();
        run.task.after = [&](std::int64_t step, StepReport& report) {
            if (step >= 17)
                report.terms["clip"] = std::nan("");
        };
        try {
            train(folder, run, false, {});
            QFAIL("went on");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Data);
        }
        const RunState state = RunFolder(folder).state();
        QCOMPARE(state.status, RunStatus::Failed);
        for (const char* part : {"step 22", "rule not-finite", "loss term clip is nan", "5 steps in a row", "1.2.3.",
                                 "schedule.max_lr", "step-21"})
            QVERIFY2(state.reason.find(part) != std::string::npos, state.reason.c_str());
        QCOMPARE(eventsOf(folder, "skipped"), 5);
    }

    // One step without a loss changes nothing but that it is left out; a kill after it too.
    void aSingleStepIsLeftOut()
    {
        const auto spoilt = [&](std::int64_t spoil, const fs::path& folder, std::int64_t stopAt) {
            std::stop_source stop;
            Run run = task();
            run.task.before = [&](std::int64_t step) {
                if (step == stopAt)
                    stop.request_stop();
            };
            run.task.after = [&](std::int64_t step, StepReport& report) {
                if (step == spoil)
                    report.terms["total"] = std::numeric_limits<double>::infinity();
            };
            return train(folder, run, RunFolder(folder).exists() || fs::exists(RunFolder(folder).stateFile()),
                         stop.get_token());
        };
        QCOMPARE(spoilt(17, root() / "left-out", -1), RunStatus::Finished);
        QCOMPARE(lossesOf(root() / "left-out").size(), std::size_t{60});
        QCOMPARE(eventsOf(root() / "left-out", "skipped"), 1);
        QCOMPARE(spoilt(17, root() / "left-out-stopped", 17), RunStatus::Stopped); // in the middle of it
        QCOMPARE(spoilt(17, root() / "left-out-stopped", -1), RunStatus::Finished);
        for (const char* file : {"model.safetensors", "optimizer.safetensors"})
            QVERIFY(readText(root() / "left-out" / "checkpoints" / "step-60" / file) ==
                    readText(root() / "left-out-stopped" / "checkpoints" / "step-60" / file));
        QVERIFY(!sameFile(root() / "left-out", "model.safetensors"));
    }

    void aLossThatExplodesEndsARunByARule()
    {
        const fs::path folder = root() / "exploded";
        const auto run = [&](bool resume, std::int64_t stopAt) {
            std::stop_source stop;
            Run one = task();
            one.task.before = [&](std::int64_t step) {
                if (step == stopAt)
                    stop.request_stop();
            };
            one.task.after = [&](std::int64_t step, StepReport& report) { report.terms["total"] = step < 30 ? 2 : 4; };
            return train(folder, one, resume, stop.get_token());
        };
        QCOMPARE(run(false, 33), RunStatus::Stopped); // the rule's count goes on where it was
        QVERIFY_THROWS_EXCEPTION(Error, run(true, -1));
        const RunState state = RunFolder(folder).state();
        QCOMPARE(state.status, RunStatus::Failed);
        for (const char* part : {"step 36", "rule divergence", "is 3.2 on average", "was 2 over the first 10"})
            QVERIFY2(state.reason.find(part) != std::string::npos, state.reason.c_str());
    }

    // A loss between samples that no longer depends on them; one that varies, was learnt, or whose rate rises is none.
    void aCollapseEndsARunByARule()
    {
        const auto after = [](int steps, double rise, const std::function<double(int)>& loss) {
            StopRules rules({5, 1.5, 32, {}});
            for (int step = 1; step <= steps; ++step)
                rules.finished(loss(step), {}, 1e-3 + rise * step);
        };
        const auto even = [](int step) { return 7 + 0.02 * (step % 2); }; // 0.1 %; the limit is 0.5 %
        const auto noisy = [](int step) { return 7 + 0.1 * (step % 2); }; // 0.7 %
        const auto learnt = [](int step) { return step <= 10 ? 9.0 : 7 + 0.02 * (step % 2); };
        after(59, 0, even);
        QVERIFY_THROWS_EXCEPTION(StoppedByRule, after(60, 0, even)); // the first 10, then 50
        after(300, 1e-6, even);
        after(300, 0, noisy);
        after(300, 0, learnt);
        StopRules probe({5, 1.5, 0, {}});
        for (int step = 1; step <= 300; ++step)
            probe.finished(7, {}, 1e-3);
    }

    // What guessing among N pairs costs, both ways, is 2 ln N: a term that stays there learns nothing, whatever the
    // others do. The first ten steps may be above it.
    void aTermThatOnlyGuessesStopsTheRun()
    {
        for (const double pairs : {2.0, 4.0, 32.0}) {
            const double guess = 2 * std::log(pairs);
            StopRules::Limits limits;
            limits.pairs = static_cast<std::int64_t>(pairs);
            limits.guessing = {{"clip", {guess}}, {"ntxent", {std::log(2 * pairs - 1)}}};
            const auto after = [&](int steps, const std::function<double(int)>& clip, double rise = 0) {
                StopRules rules(limits);
                for (int step = 1; step <= steps; ++step) {
                    const double other = 3 * pairs / step + 0.5 * (step % 3); // learns, and varies
                    const auto state = rules.state();
                    rules = StopRules(limits);
                    rules.restore(state); // as after a resume
                    rules.finished(clip(step) + other, {{"clip", clip(step)}, {"other", 1}, {"ntxent", other}},
                                   1e-3 + rise * step);
                }
            };
            const auto guessing = [&](int step) { return step <= 10 ? 1.5 * guess : guess * (1 + 1e-3 * (step % 2)); };
            after(109, guessing);
            QVERIFY_THROWS_EXCEPTION(StoppedByRule, after(110, guessing)); // ten at first, then 100
            after(300, guessing, 1e-6);                                    // in the warm-up
            after(300, [&](int step) { return guess * (1 + 0.05 * (step % 2)); });
            after(300, [&](int step) { return 0.9 * guess * (1 + 1e-3 * (step % 2)); }); // better than guessing
            limits.divergence = 0;
            after(300, guessing);
        }
    }

    // The log says when a rule of the health begins and ends to say something.
    void theLogTellsTheHealth()
    {
        const fs::path folder = root() / "health";
        Run run = task();
        run.task.after = [&](std::int64_t step, StepReport& report) {
            if (step == 20)
                report.terms["total"] = std::nan("");
        };
        m_options.steps = 120;
        train(folder, run, false, {});
        m_options.steps = 60;
        const std::string log = readText(RunFolder(folder).logFile());
        QVERIFY2(log.find("health: of the last 50 steps 1 were left out") != std::string::npos, log.c_str());
        QVERIFY2(log.find("health: steps-not-finite no longer holds") != std::string::npos, log.c_str());
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

    // The limit on a file's size stands for the full disk: a write fails with EFBIG instead of ENOSPC; of the state,
    // the metrics, or a checkpoint's file, as the limit is.
    void aFullDiskEndsTheRunAndKeepsItsCheckpoints()
    {
        const int moments = numberOf("MAMA_FULL_DISKS", 5);
        std::mt19937 random(3);
        for (int moment = 0; moment < moments; ++moment) {
            const fs::path folder = root() / ("full-" + std::to_string(moment));
            const std::int64_t step = moment == 0 ? 15 : static_cast<std::int64_t>(1 + random() % 58);
            const rlim_t room = moment == 0 ? 4000 : 100 + random() % 6000; // below a checkpoint's weights
            const int status = endOf(startOnFullDisk(folder, step, room));
            QVERIFY2(WIFEXITED(status) && WEXITSTATUS(status) == 7,
                     qPrintable(QStringLiteral("step %1, %2 bytes: %3").arg(step).arg(room).arg(status)));
            const RunFolder files(folder);
            const std::int64_t last = step / 7 * 7; // a checkpoint every 7 steps
            QCOMPARE(files.checkpoints().empty() ? 0 : files.checkpoints().back().step, last);
            QVERIFY(!halfWritten(folder));
            if (moment == 0)
                QCOMPARE(files.state().status, RunStatus::Failed);
            QCOMPARE(runToTheEnd(folder), 0);
            QVERIFY(lossesOf(folder) == m_losses);
            QVERIFY(sameFile(folder, "model.safetensors"));
        }
        qInfo("%d moments of a full disk", moments);
    }

    void theLastWordsAreSaid_data()
    {
        QTest::addColumn<QString>("end");
        QTest::addColumn<int>("status");
        QTest::newRow("an exception in a thread") << "thread" << 1;
        QTest::newRow("abort") << "abort" << 1;
        QTest::newRow("a library's exit") << "exit" << 3;
    }
    void theLastWordsAreSaid()
    {
        QFETCH(QString, end);
        QFETCH(int, status);
        const fs::path file = root() / ("words-" + end.toStdString());
        const pid_t child = ::fork();
        if (child == 0) {
            const LastWords words([&](const std::exception* thrown) {
                writeAtomically(file, thrown ? failureOf(*thrown, "", nullptr).why().english() : std::string("ended"));
            });
            if (end == "thread")
                std::thread([] { throw std::bad_alloc(); }).join();
            if (end == "abort")
                std::abort();
            std::exit(3); // NOLINT: as OpenMP does it
        }
        const int ended = endOf(child);
        QVERIFY2(WIFEXITED(ended) && WEXITSTATUS(ended) == status, qPrintable(QString::number(ended)));
        QVERIFY(readText(file).starts_with(end == "thread" ? "not enough memory: lower batch" : "ended"));
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

    // A fresh run that is asked to stop in its step 11.
    RunStatus trainUntilStopped(const fs::path& folder) const
    {
        std::stop_source stop;
        Run run = task();
        run.task.before = [&](std::int64_t step) {
            if (step == 10)
                stop.request_stop();
        };
        return train(folder, run, false, stop.get_token());
    }

    // A process that trains, going on from what is there; each step takes at least so many microseconds.
    pid_t start(const fs::path& folder, int pause) const
    {
        const pid_t child = ::fork();
        if (child != 0)
            return child;
        Run run = task();
        run.task.before = [pause](std::int64_t) { ::usleep(static_cast<useconds_t>(pause)); };
        run.task.whileWriting = [pause] { ::usleep(static_cast<useconds_t>(pause)); };
        try {
            train(folder, run, RunFolder(folder).exists() || fs::exists(RunFolder(folder).stateFile()), {});
        } catch (...) {
            ::_exit(1);
        }
        ::_exit(0);
    }
    static int eventsOf(const fs::path& folder, const std::string& event)
    {
        int count = 0;
        for (const RunRecord& record : MetricsReader(folder / "metrics.jsonl").poll().records)
            if (const auto* one = std::get_if<EventRecord>(&record))
                count += one->event == event ? 1 : 0;
        return count;
    }
    static int numberOf(const char* variable, int standard)
    {
        return qEnvironmentVariableIsSet(variable) ? qEnvironmentVariableIntValue(variable) : standard;
    }

    // A process whose disk is full from the middle of a step on. 7: it ended with Error(Io).
    pid_t startOnFullDisk(const fs::path& folder, std::int64_t from, rlim_t room) const
    {
        const pid_t child = ::fork();
        if (child != 0)
            return child;
        ::signal(SIGXFSZ, SIG_IGN);
        Run run = task();
        run.task.before = [&](std::int64_t step) {
            if (step == from) {
                const rlimit small{room, room};
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

    static bool halfWritten(const fs::path& folder)
    {
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(folder / "checkpoints", failed))
            if (entry.path().filename().string().starts_with(".step-"))
                return true;
        return false;
    }
    // Until the child begins to write one (what an earlier kill left is no beginning) after `skipped` others, or has
    // ended.
    static void waitForACheckpoint(const fs::path& folder, pid_t child, int skipped)
    {
        siginfo_t ended{};
        for (bool before = true; skipped >= 0 && ended.si_pid == 0; ::usleep(50)) {
            const bool now = halfWritten(folder);
            skipped -= now && !before ? 1 : 0;
            before = now;
            ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
        }
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
