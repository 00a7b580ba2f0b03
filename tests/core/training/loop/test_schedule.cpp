#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/loop/schedule.h"
#include "tests/support/test_data.h"

#include <sstream>

using namespace mama;
using mama::test::ParityCase;

namespace {

void compareTable(const ParityCase& parity, const char* file, const Schedule& schedule)
{
    std::istringstream table(readText(parity.path(file)));
    std::string line;
    std::getline(table, line);
    int rows = 0;
    while (std::getline(table, line)) {
        const auto comma = line.find(',');
        const double expected = std::stod(line.substr(comma + 1));
        const double actual = schedule.rate(std::stoll(line));
        QVERIFY2(std::abs(actual - expected) <= 1e-9 * expected, line.c_str());
        ++rows;
    }
    QVERIFY(rows > 0);
}

} // namespace

class TestSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pretraining()
    {
        const ParityCase parity("training");
        MAMA_NEED(parity.present(), "parity/training");
        compareTable(parity, "schedule.csv", Schedule::pretraining());
    }

    void linearProbe()
    {
        const ParityCase parity("training");
        MAMA_NEED(parity.present(), "parity/training");
        compareTable(parity, "schedule_linear_probe.csv", Schedule::probe());
    }

    // Of the case's own settings.
    void stepsOfTheCase()
    {
        const ParityCase parity("training");
        MAMA_NEED(parity.present(), "parity/training");
        const nlohmann::json expected = parity.json("expected_lr.json");
        const nlohmann::json& settings = parity.description().at("settings");
        const Schedule schedule = Schedule::fromJson({{"warm_up_steps", settings.at("warm_up_steps")},
                                                      {"steps", settings.at("steps")},
                                                      {"max_lr", settings.at("max_lr")},
                                                      {"min_lr", settings.at("min_lr")}});
        QCOMPARE(expected.at("lr").size(), settings.at("steps").get<std::size_t>());
        for (std::size_t step = 0; step < expected.at("lr").size(); ++step) {
            const double rate = expected["lr"][step];
            QVERIFY(std::abs(schedule.rate(static_cast<std::int64_t>(step)) - rate) <= double(expected["rtol"]) * rate);
        }
    }

    void configurationIsChecked_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("names");
        QTest::newRow("list") << QByteArray("[]") << QByteArray("object");
        QTest::newRow("text") << QByteArray(R"({"max_lr": "high"})") << QByteArray("max_lr");
        QTest::newRow("no steps") << QByteArray(R"({"steps": 0})") << QByteArray("steps");
        QTest::newRow("fraction") << QByteArray(R"({"steps": 10.5})") << QByteArray("steps");
        QTest::newRow("long warm-up") << QByteArray(R"({"schedule": {"steps": 10, "warm_up_steps": 10}})")
                                      << QByteArray("warm_up_steps");
        QTest::newRow("upside down") << QByteArray(R"({"max_lr": 1e-9})") << QByteArray("min_lr");
    }

    void configurationIsChecked()
    {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, names);
        try {
            Schedule::fromJson(nlohmann::json::parse(config.constData()));
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(QByteArray(error.what()).contains(names), error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestSchedule)
#include "test_schedule.moc"
