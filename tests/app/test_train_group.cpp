#include "core/base/files.h"
#include "core/protocol/run_folder.h"
#include "core/weights/files/weight_file.h"
#include "tests/app/mama_command.h"
#include "tests/app/run_figures.h"
#include "tests/support/free_port.h"

#include <QProcess>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

using Environment = std::map<QString, QString>;

std::unique_ptr<QProcess> started(const QString& what, const QStringList& arguments, const Environment& more)
{
    auto process = std::make_unique<QProcess>();
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("OMP_WAIT_POLICY", "PASSIVE");
    for (const auto& [name, value] : more)
        environment.insert(name, value);
    process->setProcessEnvironment(environment);
    process->start(what, arguments);
    return process;
}

// `mama train` in two processes, as torchrun would start them.
class Pair
{
public:
    Pair(const fs::path& config, const fs::path& run, bool resume) : Pair(std::array{config, config}, run, resume) {}
    Pair(const std::array<fs::path, 2>& configs, const fs::path& run, bool resume)
    {
        const QString port = QString::number(m_port);
        for (const QString rank : {"0", "1"}) {
            const fs::path& config = configs[rank == "1" ? 1 : 0];
            QStringList arguments{"--quiet", "train", "--config", text(config), "--run", text(run)};
            if (resume)
                arguments << "--resume";
            members.push_back(started(text(program("mama")), arguments,
                                      {{"RANK", rank},
                                       {"WORLD_SIZE", "2"},
                                       {"LOCAL_RANK", rank},
                                       {"LOCAL_WORLD_SIZE", "2"},
                                       {"MASTER_ADDR", "127.0.0.1"},
                                       {"MASTER_PORT", port}}));
        }
    }
    // Exit statuses; -1: killed, or not ended in two minutes.
    std::array<int, 2> statuses()
    {
        std::array<int, 2> all{};
        for (std::size_t i = 0; i < 2; ++i) {
            const bool ended = members[i]->state() == QProcess::NotRunning || members[i]->waitForFinished(120000);
            all[i] = ended && members[i]->exitStatus() == QProcess::NormalExit ? members[i]->exitCode() : -1;
            errors[i] = members[i]->readAllStandardError();
        }
        return all;
    }
    void signal(int member, int number) const
    {
        ::kill(static_cast<pid_t>(members[static_cast<std::size_t>(member)]->processId()), number);
    }

    std::vector<std::unique_ptr<QProcess>> members;
    std::array<QByteArray, 2> errors;

private:
    int m_port = freePort();
};

std::vector<StepRecord> stepsOf(const fs::path& run)
{
    std::vector<StepRecord> steps;
    for (const RunRecord& record : MetricsReader(run / "metrics.jsonl").poll().records)
        if (const auto* step = std::get_if<StepRecord>(&record))
            steps.push_back(*step);
    return steps;
}

} // namespace

// One model in two real processes on phantoms: against one process with the same samples, and through signals, kills
// and a batch system's script.
class TestTrainGroup : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(fs::exists(parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        QCOMPARE(importTinyModel(root() / "model").status, 0);
        QCOMPARE(mamaCommand({"phantom", "--seed", "21", "--studies", "6", "--size", "256x208", "--priors", "0",
                              "--out", text(root() / "set")})
                     .status,
                 0);
        writeAtomically(root() / "two.json", config(2).dump());
        Pair pair(root() / "two.json", root() / "two", false);
        const auto statuses = pair.statuses();
        QVERIFY2((statuses == std::array{0, 0}), pair.errors[0] + pair.errors[1]);
        QCOMPARE(stepsOf(root() / "two").size(), static_cast<std::size_t>(steps));
    }

    void twoProcessesEqualOne()
    {
        writeAtomically(root() / "one.json", config(4).dump());
        QCOMPARE(mamaCommand({"train", "--config", text(root() / "one.json"), "--run", text(root() / "one")}).status,
                 0);
        const auto one = stepsOf(root() / "one"), two = stepsOf(root() / "two");
        QCOMPARE(two.size(), one.size());
        double worst = 0, atFirst = 0, norm = 0; // relative; of losses, terms and temperatures; of gradient norms
        std::string what = "loss";               // of the largest difference
        const auto compare = [&](double actual, double expected, const std::string& of) {
            if (const double off = std::abs(actual - expected) / std::max(1.0, std::abs(expected)); off > worst) {
                worst = off;
                what = of;
            }
        };
        for (std::size_t i = 0; i < one.size(); ++i) {
            QCOMPARE(two[i].samples, one[i].samples);
            QCOMPARE(two[i].epoch, one[i].epoch);
            QCOMPARE(two[i].terms.size(), one[i].terms.size());
            compare(two[i].loss, one[i].loss, "loss");
            norm = std::max(norm, std::abs(two[i].gradNorm - one[i].gradNorm) / std::max(1.0, one[i].gradNorm));
            for (const auto& [name, value] : one[i].terms)
                compare(two[i].terms.at(name), value, name);
            for (const auto& [name, value] : one[i].scale)
                compare(two[i].scale.at(name), value, name);
            if (i == 0)
                atFirst = std::max(worst, norm);
        }
        const auto figures = figuresOf(root() / "one"), together = figuresOf(root() / "two");
        QCOMPARE(together.size(), figures.size());
        for (std::size_t i = 0; i < figures.size(); ++i)
            QVERIFY(std::abs(together[i].second.at("loss") - figures[i].second.at("loss")) < 1e-3);
        const double weights = weightsOff();
        qInfo(
            "relative difference %.2g in the first step; in %zu at most %.2g of losses, terms and temperatures (%s) and %.2g of gradient norms; weights %.2g of their way",
            atFirst, one.size(), worst, what.c_str(), norm, weights);
        QVERIFY(atFirst < 1e-5); // sums in another order, in float32
        QVERIFY(worst < 1e-4);   // and what the optimiser makes of them
        QVERIFY(norm < 1e-2);    // a norm is largest where the loss is steepest
        QVERIFY(weights < 0.02);
    }

    void aSignalToEitherStopsBoth_data() { eachMember(); }
    void aSignalToEitherStopsBoth()
    {
        QFETCH(int, member);
        const fs::path run = root() / ("stopped" + std::to_string(member));
        Pair pair(root() / "two.json", run, false);
        QTRY_VERIFY_WITH_TIMEOUT(!stepsOf(run).empty(), 60000);
        pair.signal(member, SIGTERM);
        const auto statuses = pair.statuses();
        QVERIFY2((statuses == std::array{130, 130}), pair.errors[0] + pair.errors[1]);
        const RunState state = RunFolder(run).state();
        QCOMPARE(state.status, RunStatus::Stopped);
        QVERIFY(state.step < steps);
        QCOMPARE(RunFolder(run).checkpoints().back().step, state.step);
        goesOn(run);
    }

    void aPauseHoldsBothAndASignalEndsIt()
    {
        const fs::path run = root() / "paused";
        Pair pair(root() / "two.json", run, false);
        QTRY_VERIFY_WITH_TIMEOUT(!stepsOf(run).empty(), 60000);
        QCOMPARE(mamaCommand({"run", "pause", text(run)}).status, 0);
        QTRY_VERIFY_WITH_TIMEOUT(RunFolder(run).state().status == RunStatus::Paused, 60000);
        pair.signal(1, SIGTERM);
        const auto statuses = pair.statuses();
        QVERIFY2((statuses == std::array{130, 130}), pair.errors[0] + pair.errors[1]);
        goesOn(run);
    }

    void anEarlyStopEndsBoth()
    {
        auto early = config(2);
        early["evaluate_every"] = 2;
        early["early_stop"] = 2;
        writeAtomically(root() / "early.json", early.dump());
        const fs::path run = root() / "early";
        Pair pair(root() / "early.json", run, false);
        const auto statuses = pair.statuses();
        QVERIFY2((statuses == std::array{0, 0}), pair.errors[0] + pair.errors[1]);
        QCOMPARE(RunFolder(run).state().status, RunStatus::Finished);
        QVERIFY(RunFolder(run).state().step < steps);
    }

    void aLostProcessStopsTheOther_data() { eachMember(); }
    void aLostProcessStopsTheOther()
    {
        QFETCH(int, member);
        const fs::path run = root() / ("lost" + std::to_string(member));
        Pair pair(root() / "two.json", run, false);
        QTRY_VERIFY_WITH_TIMEOUT(stepsOf(run).size() > 7, 60000); // past a checkpoint
        pair.signal(member, SIGKILL);
        const auto statuses = pair.statuses();
        QCOMPARE(statuses[static_cast<std::size_t>(member)], -1);
        QCOMPARE(statuses[static_cast<std::size_t>(1 - member)], 1);
        const QByteArray error = pair.errors[static_cast<std::size_t>(1 - member)];
        QVERIFY2(error.contains("error: train: processes: another process of the run is gone"), error);
        QVERIFY2(error.count('\n') == 1 && !error.contains("loo"), error); // one plain sentence, none of Gloo's
        const RunState state = RunFolder(run).state();
        if (member == 1) { // the first process saves what all have done
            QCOMPARE(state.status, RunStatus::Failed);
            QVERIFY(state.reason.find("last good checkpoint: step-" + std::to_string(state.step)) != std::string::npos);
            QCOMPARE(RunFolder(run).checkpoints().back().step, state.step);
        }
        goesOn(run);
    }

    void whatTheFirstRefusesEndsBoth()
    {
        Pair pair(root() / "two.json", root() / "two", false);
        QVERIFY((pair.statuses() == std::array{2, 1}));
        QVERIFY2(pair.errors[1].contains("process 0 of 2: train: ") && pair.errors[1].contains("holds a run already"),
                 pair.errors[1]);
    }

    void anotherConfigurationInTheSecondIsRefused()
    {
        auto other = config(2);
        other["seed"] = 43;
        writeAtomically(root() / "other.json", other.dump());
        const fs::path run = root() / "other";
        Pair pair(std::array{root() / "two.json", root() / "other.json"}, run, false);
        QVERIFY((pair.statuses() == std::array{1, 2}));
        QVERIFY2(pair.errors[1].contains("process 1 differs from the first one's in seed: there it is 42, here 43"),
                 pair.errors[1]);
        QVERIFY2(pair.errors[0].contains("process 1 of 2: train: "), pair.errors[0]);
        const RunState state = RunFolder(run).state();
        QCOMPARE(state.status, RunStatus::Failed);
        QVERIFY(state.reason.find("in seed") != std::string::npos);
    }

    // Processes of one machine are reached from this machine alone, whatever they listen for.
    void nobodyElseReachesThem()
    {
        const fs::path run = root() / "listening";
        Pair pair(root() / "two.json", run, false);
        QTRY_VERIFY_WITH_TIMEOUT(!stepsOf(run).empty(), 60000);
        int listening = 0;
        for (const auto& member : pair.members)
            for (const std::string& address : listeningAddresses(member->processId())) {
                ++listening;
                QCOMPARE(address, std::string("0100007F")); // 127.0.0.1
            }
        QVERIFY(listening >= 3); // the store, and Gloo of each
        pair.signal(0, SIGTERM);
        pair.statuses();
    }

    void anotherNumberOfProcessesIsRefused()
    {
        const Outcome alone = mamaCommand({"train", "--run", text(root() / "two"), "--resume"});
        QCOMPARE(alone.status, 2);
        QVERIFY2(alone.err.contains("begun by 2 processes"), alone.err);
    }

    // installer/slurm/train.sbatch with srun and scontrol of the test: stopped at the end of its time, queued again,
    // ended.
    void theSlurmScriptStopsQueuesAndGoesOn()
    {
        const fs::path tools = root() / "tools", run = root() / "slurm";
        writeTool(tools / "srun", "while [ \"${1#--}\" != \"$1\" ]; do shift; done\n"
                                  "SLURM_PROCID=0 SLURM_LOCALID=0 \"$@\" & first=$!\n"
                                  "SLURM_PROCID=1 SLURM_LOCALID=1 \"$@\" & second=$!\n"
                                  "trap 'kill -TERM $first $second' TERM\n"
                                  "echo $$ > \"$0.pid\"\n"
                                  "while kill -0 $first 2>/dev/null; do wait $first && a=0 || a=$?; done\n"
                                  "while kill -0 $second 2>/dev/null; do wait $second && b=0 || b=$?; done\n"
                                  "exit $((a > b ? a : b))\n");
        writeTool(tools / "scontrol", "echo \"$*\" > \"$0.asked\"\n");
        int port = freePort();
        for (int tries = 0; (port < 20000 || port >= 40000) && tries < 1000; ++tries)
            port = freePort();
        const Environment environment{{"SLURM_JOB_ID", QString::number(port - 20000)},
                                      {"SLURM_NTASKS", "2"},
                                      {"SLURM_STEP_ID", "0"},
                                      {"SLURM_NODELIST", "node[1-1]"},
                                      {"SLURM_TASKS_PER_NODE", "2"},
                                      {"SLURM_JOB_END_TIME", QString::number(QDateTime::currentSecsSinceEpoch() + 60)},
                                      {"MAMA", text(program("mama"))},
                                      {"PATH", text(tools) + ":" + qEnvironmentVariable("PATH")}};
        const QString script = text(sourceFolder() / "installer" / "slurm" / "train.sbatch");
        const QStringList arguments{script, text(root() / "two.json"), text(run)};
        auto job = started("bash", arguments, environment);
        QTRY_VERIFY_WITH_TIMEOUT(!stepsOf(run).empty(), 60000);
        ::kill(static_cast<pid_t>(std::stoi(readText(tools / "srun.pid"))), SIGTERM);
        QVERIFY(job->waitForFinished(60000));
        QVERIFY2(job->exitCode() == 130, job->readAllStandardError());
        QCOMPARE(RunFolder(run).state().status, RunStatus::Stopped);
        QCOMPARE(readText(tools / "scontrol.asked"), "requeue " + std::to_string(port - 20000) + "\n");
        job = started("bash", arguments, environment);
        QVERIFY(job->waitForFinished(120000));
        QVERIFY2(job->exitCode() == 0, job->readAllStandardError());
        same(run);
    }

private:
    static constexpr int steps = 24;
    static void eachMember()
    {
        QTest::addColumn<int>("member");
        QTest::newRow("first") << 0;
        QTest::newRow("second") << 1;
    }
    fs::path root() const { return m_folder.path().toStdString(); }

    // Of sockets of a process that listen, as proc(5) writes them.
    static std::vector<std::string> listeningAddresses(qint64 process)
    {
        std::set<std::string> own;
        std::error_code failed;
        const fs::path folder = "/proc/" + std::to_string(process);
        for (const auto& entry : fs::directory_iterator(folder / "fd", failed))
            if (const std::string target = fs::read_symlink(entry.path(), failed).string();
                target.starts_with("socket:["))
                own.insert(target.substr(8, target.size() - 9));
        std::vector<std::string> addresses;
        for (const char* table : {"tcp", "tcp6"}) {
            std::ifstream lines(folder / "net" / table);
            for (std::string line; std::getline(lines, line);) {
                std::istringstream fields(line);
                std::vector<std::string> all((std::istream_iterator<std::string>(fields)), {});
                if (all.size() > 9 && all[3] == "0A" && own.contains(all[9]))
                    addresses.push_back(all[1].substr(0, all[1].find(':')));
            }
        }
        return addresses;
    }

    // Dropout draws by the place in a batch: without it, two halves are the whole.
    nlohmann::json config(int batch) const
    {
        return {
            {"task", "pretrain"},
            {"model", {{"start", (root() / "model").string()}, {"dropout", 0}}},
            {"lora", {{"dropout", 0}}},
            {"loss",
             {{"late_loss", 8},
              {"clip_negatives", "gathered"},
              {"simclr_negatives", "gathered"},
              {"local_negatives", "gathered"}}},
            {"data", {{"root", (root() / "set").string()}, {"cache", (root() / "cache").string()}, {"test_share", 0}}},
            {"schedule", {{"max_lr", 1e-4}}},
            {"steps", steps},
            {"batch", batch},
            {"accumulation", 2},
            {"checkpoint_every", 5},
            {"evaluate_every", 10},
            {"best_metric", "density_balanced_accuracy"},
            {"evaluate_images", 4},
            {"loader_threads", 1},
            {"threads", 1}};
    }
    static void writeTool(const fs::path& file, const std::string& body)
    {
        fs::create_directories(file.parent_path());
        writeAtomically(file, "#!/usr/bin/env bash\n" + body);
        fs::permissions(file, fs::perms::owner_all);
    }
    // Distance between the weights of the one process and of the two, as a share of the way that they went. Adam steps
    // at full length also where a gradient is all rounding (what BatchNorm or softmax takes out again): left out.
    double weightsOff() const
    {
        const fs::path last = fs::path("checkpoints") / ("step-" + std::to_string(steps));
        const auto moments = WeightFile::open(root() / "one" / last / "optimizer.safetensors");
        const auto start = WeightFile::open(root() / "model" / "model.safetensors"),
                   one = WeightFile::open(root() / "one" / last), two = WeightFile::open(root() / "two" / last);
        const auto values = [](const WeightFile& file, const std::string& name) {
            const TensorInfo* info = file.find(name);
            std::vector<float> out(info && info->type == TensorType::F32 ? static_cast<std::size_t>(info->elements())
                                                                         : 0);
            if (!out.empty())
                std::memcpy(out.data(), file.bytes(*info).bytes.data(), out.size() * sizeof(float));
            return out;
        };
        double off = 0, way = 0;
        for (const TensorInfo& info : one->tensors()) {
            const auto before = values(*start, info.name), a = values(*one, info.name), b = values(*two, info.name),
                       second = values(*moments, "second." + info.name);
            if (before.size() != a.size() || second.size() != a.size())
                continue;
            for (std::size_t i = 0; i < a.size(); ++i)
                if (second[i] > 1e-10F) {
                    off += std::pow(b[i] - a[i], 2);
                    way += std::pow(a[i] - before[i], 2);
                }
        }
        return std::sqrt(off / way);
    }
    void goesOn(const fs::path& run) const
    {
        Pair pair(root() / "two.json", run, true);
        const auto statuses = pair.statuses();
        QVERIFY2((statuses == std::array{0, 0}), pair.errors[0] + pair.errors[1]);
        same(run);
    }
    // Bit for bit the run that nobody touched.
    void same(const fs::path& run) const
    {
        const auto actual = stepsOf(run), expected = stepsOf(root() / "two");
        QVERIFY(figuresOf(run) == figuresOf(root() / "two"));
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < actual.size(); ++i)
            QVERIFY(actual[i].loss == expected[i].loss && actual[i].terms == expected[i].terms &&
                    actual[i].gradNorm == expected[i].gradNorm);
        const fs::path last = fs::path("checkpoints") / ("step-" + std::to_string(steps));
        MAMA_SAME(
            differentFile(run / last, root() / "two" / last, {"trainer.json"})); // which tells the time that it took
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestTrainGroup)
#include "test_train_group.moc"
