#include "core/base/error.h"
#include "core/training/loop/launch_place.h"
#include "tests/support/test_data.h"

#include <map>

using namespace mama;

using Environment = std::map<std::string, std::string>;

namespace {

std::optional<LaunchPlace> placeIn(const Environment& environment)
{
    return LaunchPlace::from([&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

} // namespace

// The variables as the launchers' manuals name them.
class TestLaunchPlace : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneProcess()
    {
        QVERIFY(!placeIn({}));
        QVERIFY(!placeIn({{"RANK", "0"}, {"WORLD_SIZE", "1"}, {"MASTER_ADDR", "a"}}));
        // The script of a job, before it starts a step.
        QVERIFY(
            !placeIn({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "7"}, {"SLURM_NODELIST", "n1"}}));
    }

    void torchrun()
    {
        Environment environment{{"RANK", "3"},
                                {"WORLD_SIZE", "4"},
                                {"LOCAL_RANK", "1"},
                                {"LOCAL_WORLD_SIZE", "2"},
                                {"MASTER_ADDR", "head"},
                                {"MASTER_PORT", "1234"},
                                {"TORCHELASTIC_RESTART_COUNT", "2"},
                                {"SLURM_PROCID", "0"},
                                {"SLURM_STEP_ID", "0"}};
        auto place = *placeIn(environment);
        QCOMPARE(place.rank, 3);
        QCOMPARE(place.size, 4);
        QCOMPARE(place.localRank, 1);
        QCOMPARE(place.localSize, 2);
        QCOMPARE(place.address, std::string("head"));
        QCOMPARE(place.port, 1234);
        QCOMPARE(place.prefix, std::string("/worker/attempt_2"));
        QVERIFY(!place.storeThere);
        environment["TORCHELASTIC_USE_AGENT_STORE"] = "True";
        QVERIFY(placeIn(environment)->storeThere);
    }

    void mpirun()
    {
        Environment environment{{"OMPI_COMM_WORLD_RANK", "1"},
                                {"OMPI_COMM_WORLD_SIZE", "2"},
                                {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
        const auto place = *placeIn(environment);
        QCOMPARE(place.rank, 1);
        QCOMPARE(place.address, std::string("127.0.0.1"));
        QCOMPARE(place.port, 29500);
        environment["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1"; // on two machines
        QVERIFY_THROWS_EXCEPTION(Error, placeIn(environment));
        environment["MASTER_ADDR"] = "head";
        QCOMPARE(placeIn(environment)->address, std::string("head"));
    }

    void slurm()
    {
        Environment environment{{"SLURM_PROCID", "5"},
                                {"SLURM_NTASKS", "8"},
                                {"SLURM_LOCALID", "1"},
                                {"SLURM_STEP_ID", "0"},
                                {"SLURM_JOB_ID", "1234567"},
                                {"SLURM_NODELIST", "gpu[07-08,11]"},
                                {"SLURM_TASKS_PER_NODE", "4(x2)"}};
        const auto place = *placeIn(environment);
        QCOMPARE(place.rank, 5);
        QCOMPARE(place.size, 8);
        QCOMPARE(place.localRank, 1);
        QCOMPARE(place.localSize, 4);
        QCOMPARE(place.address, std::string("gpu07"));
        QCOMPARE(place.port, 20000 + 1234567 % 20000);
        environment["SLURM_STEP_NUM_TASKS"] = "6";
        QCOMPARE(placeIn(environment)->size, 6);
    }

    void firstNodes()
    {
        QCOMPARE(firstNode("a"), std::string("a"));
        QCOMPARE(firstNode("a,b[1-2]"), std::string("a"));
        QCOMPARE(firstNode("node[03-05,9],other"), std::string("node03"));
        QCOMPARE(firstNode("node[7]"), std::string("node7"));
        QCOMPARE(firstNode(""), std::string());
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QString>("rank");
        QTest::addColumn<QString>("size");
        QTest::newRow("rank too high") << "2"
                                       << "2";
        QTest::newRow("no number") << "one"
                                   << "2";
        QTest::newRow("negative") << "-1"
                                  << "2";
        QTest::newRow("no process") << "0"
                                    << "0";
    }
    void whatIsWrongIsNamed()
    {
        QFETCH(QString, rank);
        QFETCH(QString, size);
        try {
            placeIn({{"RANK", rank.toStdString()}, {"WORLD_SIZE", size.toStdString()}, {"MASTER_ADDR", "a"}});
            QFAIL("accepted");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Usage);
            QCOMPARE(error.where(), std::string("RANK"));
        }
    }
};

QTEST_GUILESS_MAIN(TestLaunchPlace)
#include "test_launch_place.moc"
