#include "core/base/error.h"
#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_liveness.h"
#include "core/protocol/run_lock.h"
#include "tests/support/test_data.h"

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace mama;
namespace fs = std::filesystem;

namespace {

StepRecord stepRecord(std::int64_t step)
{
    StepRecord record;
    record.step = step;
    record.loss = 1.0 / static_cast<double>(step);
    record.terms = {{"clip", 0.25}};
    return record;
}

void append(const fs::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::app | std::ios::binary) << text;
}

// The id of a process that has ended.
std::int64_t endedProcess()
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
}

} // namespace

class TestRunFolder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        m_folder = std::make_unique<RunFolder>(fs::path(m_temporary->path().toStdString()) / "run");
        fs::create_directories(m_folder->path());
    }

    void oneProcessWritesAtATimeAndAKillReleasesTheFolder()
    {
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const RunLock lock(m_folder->path());
            [[maybe_unused]] const auto told = ::write(ready[1], "x", 1);
            ::pause();
            ::_exit(0);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t{1});
        QVERIFY_THROWS_EXCEPTION(Error, RunLock(m_folder->path()));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const RunLock lock(m_folder->path());
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void aStateComesBackAsItWas()
    {
        RunState state;
        state.status = RunStatus::Paused;
        state.task = "pretrain";
        state.step = 7;
        state.eta = {10.0, 20.0};
        state.best = BestCheckpoint{5, "auc", 0.75};
        state.unreadable = {2, 0.125, {"a.dcm", "b.dcm"}};
        m_folder->writeState(state);
        const RunState read = m_folder->state();
        QVERIFY(read.toJson() == state.toJson());
        QCOMPARE(readJson(m_folder->stateFile()).at("status").get<std::string>(), std::string("paused"));
        QCOMPARE(readJson(m_folder->stateFile()).at("eta_s").at(1).get<double>(), 20.0);
        QVERIFY_THROWS_EXCEPTION(Error, RunState::fromJson({{"step", "seven"}}));
        QVERIFY_THROWS_EXCEPTION(Error, RunState::fromJson({{"status", "asleep"}}));
    }

    // A run whose folder was deleted meanwhile does not make half of it again.
    void aFolderThatIsGoneIsNotMadeAgain()
    {
        m_folder->writeState({});
        fs::remove_all(m_folder->path());
        QVERIFY_THROWS_EXCEPTION(Error, m_folder->writeState({}));
        QVERIFY_THROWS_EXCEPTION(Error, m_folder->append(stepRecord(1)));
        QVERIFY_THROWS_EXCEPTION(Error, m_folder->log("text"));
        QVERIFY(!fs::exists(m_folder->path()));
    }

    // A run that ended before its first step has no hold of its folder; one that made a step has.
    void whoTakesAFolder()
    {
        m_folder->writeConfig(nlohmann::json::object());
        RunState state;
        state.status = RunStatus::Failed;
        m_folder->writeState(state);
        QVERIFY(m_folder->exists() && !m_folder->taken());
        state.step = 1;
        m_folder->writeState(state);
        QVERIFY(m_folder->taken());
    }

    void aReaderParsesEveryCompleteLineOnce()
    {
        MetricsReader reader(m_folder->metricsFile());
        QCOMPARE(reader.poll().records.size(), std::size_t{0});
        m_folder->append(stepRecord(1));
        m_folder->append(EventRecord{1, 5, "checkpoint", "step-1"});
        auto news = reader.poll();
        QCOMPARE(news.records.size(), std::size_t{2});
        QCOMPARE(std::get<EventRecord>(news.records[1]).text, std::string("step-1"));
        QCOMPARE(reader.poll().records.size(), std::size_t{0});
        const std::string line = toJson(RunRecord(stepRecord(2))).dump() + "\n";
        append(m_folder->metricsFile(), line.substr(0, 20));
        QCOMPARE(reader.poll().records.size(), std::size_t{0}); // half a line waits
        append(m_folder->metricsFile(), line.substr(20));
        news = reader.poll();
        QCOMPARE(news.records.size(), std::size_t{1});
        QCOMPARE(std::get<StepRecord>(news.records[0]).loss, 0.5);
        append(m_folder->metricsFile(), "no record\n{\"kind\":\"later\"}\n");
        QCOMPARE(reader.poll().refused, std::size_t{2});
    }

    void aReaderGoesOnInPieces()
    {
        for (int step = 1; step <= 100; ++step)
            m_folder->append(stepRecord(step));
        MetricsReader reader(m_folder->metricsFile());
        std::int64_t next = 1;
        for (bool more = true; more;) {
            const auto news = reader.poll(1000);
            more = news.more;
            for (const RunRecord& record : news.records)
                QCOMPARE(stepOf(record), next++);
        }
        QCOMPARE(next, std::int64_t{101});
    }

    void numbersThatAreNotFiniteStayReadable()
    {
        StepRecord record = stepRecord(1);
        record.loss = std::nan("");
        m_folder->append(record);
        const auto news = MetricsReader(m_folder->metricsFile()).poll();
        QCOMPARE(news.records.size(), std::size_t{1});
        QVERIFY(std::isnan(std::get<StepRecord>(news.records[0]).loss));
    }

    void aResumeCutsWhatIsPastItsCheckpoint()
    {
        for (int step = 1; step <= 5; ++step)
            m_folder->append(stepRecord(step));
        append(m_folder->metricsFile(), "{\"kind\":\"step\",\"st");
        MetricsReader reader(m_folder->metricsFile());
        QCOMPARE(reader.poll().records.size(), std::size_t{5});
        m_folder->truncateMetrics(3);
        m_folder->append(stepRecord(4));
        const auto news = reader.poll();
        QVERIFY(news.restarted);
        QCOMPARE(news.records.size(), std::size_t{4});
        QCOMPARE(stepOf(news.records.back()), std::int64_t{4});
    }

    void onlyAStaleHeartbeatWithoutAProcessIsDied()
    {
        RunState state;
        state.status = RunStatus::Running;
        state.host = hostName();
        state.pid = ::getpid();
        state.heartbeat = unixTime();
        QVERIFY(!died(state) && mayBeAlive(state));
        state.heartbeat -= 20;
        state.pid = endedProcess();
        QVERIFY(died(state) && !mayBeAlive(state));
        QCOMPARE(shownStatus(state), std::string("died"));
        state.heartbeat = unixTime(); // not stale yet, but its process is gone: it may be taken over
        QVERIFY(!died(state) && !mayBeAlive(state));
        state.host = "another";
        QVERIFY(!died(state) && mayBeAlive(state));
        state.heartbeat -= 20;
        QVERIFY(died(state) && !mayBeAlive(state));
        state.status = RunStatus::Finished;
        QCOMPARE(shownStatus(state), std::string("finished"));
        // The clock was set back an hour.
        state = {RunStatus::Running,
                 "",
                 0,
                 0,
                 0,
                 0,
                 0,
                 unixTime() + 3600,
                 endedProcess(),
                 hostName(),
                 0,
                 {},
                 {},
                 {},
                 {},
                 {},
                 {}};
        QVERIFY(died(state) && !mayBeAlive(state));
        state.pid = ::getpid();
        QVERIFY(!died(state) && mayBeAlive(state));
        // A number that another process took after the last heartbeat.
        state = {RunStatus::Running, "", 0, 0, 0, 0, 0, 100.0, ::getpid(), hostName(), 0, {}, {}, {}, {}, {}, {}};
        QVERIFY(died(state));
        // The first process of the system is there always, and trains nothing.
        state = {RunStatus::Running, "", 0, 0, 0, 0, 0, unixTime() - 20, 1, hostName(), 0, {}, {}, {}, {}, {}, {}};
        QVERIFY(died(state) && !mayBeAlive(state));
    }

    // A number alone says little: it is given again, it means another process in a container, and one that has ended
    // keeps it until somebody asks for its end.
    void aProcessIsKnownByMoreThanItsNumber()
    {
        RunState state;
        state.status = RunStatus::Running;
        state.host = hostName();
        state.pid = ::getpid();
        state.process = processMark();
        state.heartbeat = unixTime() - 3600;
        QVERIFY(!state.process.empty());
        QVERIFY(!died(state) && mayBeAlive(state)); // held, or on a machine that slept
        state = RunState::fromJson(state.toJson());
        QVERIFY(!died(state) && mayBeAlive(state));
        const std::string mark = state.process, boot = mark.substr(0, mark.find(' ')),
                          space = mark.substr(boot.size(), mark.rfind(' ') - boot.size());
        state.process = boot + space + " 1"; // another process had the number
        QVERIFY(died(state) && !mayBeAlive(state));
        state.process = "another-boot" + space + mark.substr(mark.rfind(' '));
        state.heartbeat = unixTime();
        QVERIFY(!mayBeAlive(state));
        state.process = boot + " pid:[1] 5"; // of a container, which this one cannot see into
        QVERIFY(!died(state) && mayBeAlive(state));
        state.heartbeat = unixTime() - 20;
        QVERIFY(died(state) && !mayBeAlive(state));

        const pid_t child = ::fork();
        if (child == 0)
            ::_exit(0);
        siginfo_t ended{};
        QCOMPARE(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0); // a zombie from now on
        state.process.clear();
        state.pid = child;
        QVERIFY(died(state) && !mayBeAlive(state));
        ::waitpid(child, nullptr, 0);
    }

    void aRequestIsTakenOnce()
    {
        fs::create_directories(m_folder->path());
        QVERIFY(!m_folder->takeControl());
        m_folder->ask(ControlRequest::Ask::Pause);
        m_folder->ask(ControlRequest::Ask::Checkpoint);                                          // replaces the first
        QVERIFY(m_folder->asked() && m_folder->asked()->ask == ControlRequest::Ask::Checkpoint); // stays
        const auto request = m_folder->takeControl();
        QVERIFY(!m_folder->asked());
        QVERIFY(request && request->ask == ControlRequest::Ask::Checkpoint && request->id > 0);
        QVERIFY(!m_folder->takeControl());
        append(m_folder->controlFile(), "{\"ask\":\"dance\"}");
        QVERIFY(!m_folder->asked());
        QVERIFY(!m_folder->takeControl());
        QVERIFY(!fs::exists(m_folder->controlFile()));
    }

    void checkpointsAreListedByStep()
    {
        for (const char* name : {"step-20", "step-100", ".step-200.tmp", "step-", "step-x", "other"})
            fs::create_directories(m_folder->checkpointFolder() / name);
        const auto all = m_folder->checkpoints();
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(all[0].step, std::int64_t{20});
        QCOMPARE(all[1].step, std::int64_t{100});
    }

private:
    std::unique_ptr<QTemporaryDir> m_temporary;
    std::unique_ptr<RunFolder> m_folder;
};

QTEST_GUILESS_MAIN(TestRunFolder)
#include "test_run_folder.moc"
