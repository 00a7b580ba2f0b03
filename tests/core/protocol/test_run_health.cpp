#include "core/base/files.h"
#include "core/protocol/run_health.h"
#include "tests/support/test_data.h"

#include <cmath>
#include <functional>
#include <random>

using namespace mama;
using nlohmann::json;

namespace {

// A run that is well: a loss that falls with noise, gradients, factors below their bound, no waiting.
StepRecord healthy(std::int64_t step)
{
    static std::mt19937 random(1);
    StepRecord record;
    record.step = step;
    record.lr = step < 100 ? 1e-6 * static_cast<double>(step) : 1e-4;
    record.loss = 4 * std::exp(-static_cast<double>(step) / 2000) + std::normal_distribution<>(0, 0.1)(random);
    record.gradients = {{"image", 0.5}, {"text", 0.1}};
    record.scale = {{"logit", 20}, {"local", 30}};
    record.imagesPerSecond = 40;
    record.loadingShare = 0.02;
    return record;
}

EvalRecord evaluation(std::int64_t step, double loss, double clip)
{
    return {step, 0, "validation", {{"loss", {loss, 0, 0, 32}}, {"loss_clip", {clip, 0, 0, 32}}}};
}

const json config{{"loss", {{"scale_limit", 100}}}};
using Change = std::function<void(StepRecord&)>;

// Rules that fire after so many steps, of which `change` makes what it wants.
std::set<std::string> rulesAfter(std::int64_t steps, const Change& change)
{
    RunHealth health(config);
    for (std::int64_t step = 1; step <= steps; ++step) {
        StepRecord record = healthy(step);
        change(record);
        health.add(record);
    }
    std::set<std::string> rules;
    for (const HealthFinding& one : health.findings({}))
        rules.insert(one.rule);
    return rules;
}

using Rules = std::set<std::string>;

} // namespace

// Each rule on made records: what makes it fire, and what all but does.
class TestRunHealth : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aHealthyRunHasNoFindings()
    {
        for (const std::int64_t steps : {0, 1, 30, 199, 300, 1500, 6000})
            QCOMPARE(rulesAfter(steps, [](StepRecord&) {}), Rules{});
    }

    void aLossThatDoesNotFall()
    {
        const Change flat = [](StepRecord& record) { record.loss += 4 - 4 * std::exp(-double(record.step) / 2000); };
        QCOMPARE(rulesAfter(300, flat), Rules{"loss-flat"});
        QCOMPARE(rulesAfter(199, flat), Rules{});
        const Change warming = [&](StepRecord& record) {
            flat(record);
            record.lr = 1e-9 * static_cast<double>(record.step);
        };
        QCOMPARE(rulesAfter(3000, warming), Rules{});
        const Change plateau = [&](StepRecord& record) {
            if (record.step > 1000)
                record.loss += 4 * std::exp(-0.5) - 4 * std::exp(-double(record.step) / 2000);
        };
        QCOMPARE(rulesAfter(4000, plateau), Rules{"loss-flat"});
        const Change towardsTheEnd = [&](StepRecord& record) { // the rate is low there
            plateau(record);
            record.lr = record.step > 3000 ? 1e-5 : record.lr;
        };
        QCOMPARE(rulesAfter(4000, towardsTheEnd), Rules{});
    }

    // More terms make a higher loss, and a slower step.
    void newTermsBeginAnew()
    {
        RunHealth health(config);
        for (std::int64_t step = 1; step <= 600; ++step) {
            StepRecord record = healthy(step);
            if (step == 301)
                health.add(EventRecord{301, 0, "late_loss", ""});
            if (step > 300) {
                record.loss += 10;
                record.imagesPerSecond = 15;
            }
            health.add(record);
        }
        QVERIFY(health.findings({}).empty());
    }

    void aValidationLossThatRises()
    {
        const auto after = [](std::initializer_list<double> losses, bool late) {
            RunHealth health(config);
            if (late)
                health.add(EventRecord{1, 0, "late_loss", ""});
            std::int64_t step = 0;
            for (const double loss : losses) {
                ++step;
                health.add(evaluation(step, late ? loss : 9 - static_cast<double>(step), late ? 1.0 : loss));
            }
            return health.findings({}).size();
        };
        for (const bool late : {false, true}) {
            QCOMPARE(after({3, 2, 2.1, 2.2, 2.3}, late), std::size_t{1});
            QCOMPARE(after({3, 2, 2.1, 2.2, 2.15}, late), std::size_t{0});   // fell again
            QCOMPARE(after({3, 2, 2.01, 2.02, 2.03}, late), std::size_t{0}); // by next to nothing
            QCOMPARE(after({2.1, 2.2, 2.3}, late), std::size_t{0});          // too few
        }
    }

    void gradientsOfNothing()
    {
        const auto zero = [](const char* part) { return [part](StepRecord& record) { record.gradients[part] = 0; }; };
        QCOMPARE(rulesAfter(30, zero("image")), Rules{"image-gradients-zero"});
        QCOMPARE(rulesAfter(30, zero("text")), Rules{"text-gradients-zero"});
        QCOMPARE(rulesAfter(19, zero("text")), Rules{});
        // A text that does not train has none.
        QCOMPARE(rulesAfter(30, [](StepRecord& record) { record.gradients.erase("text"); }), Rules{});
        QCOMPARE(rulesAfter(30, [](StepRecord& record) { record.gradients["text"] = record.step == 25 ? 1e-9 : 0; }),
                 Rules{});
    }

    void aTemperatureAtItsBound()
    {
        QCOMPARE(rulesAfter(60, [](StepRecord& record) { record.scale["logit"] = std::exp(std::log(100)); }),
                 Rules{"temperature-at-bound"});
        QCOMPARE(rulesAfter(60, [](StepRecord& record) { record.scale["logit"] = record.step == 30 ? 99 : 100; }),
                 Rules{});
    }

    void stepsThatWereLeftOut()
    {
        const auto lost = [](std::int64_t step) {
            return [step](StepRecord& record) {
                if (record.step == step)
                    record.loss = std::nan("");
            };
        };
        QCOMPARE(rulesAfter(60, lost(30)), Rules{"steps-not-finite"});
        QCOMPARE(rulesAfter(100, lost(30)), Rules{});
    }

    void imagesThatCannotBeRead()
    {
        RunState state;
        state.unreadable.count = 2;
        const auto found = RunHealth(config).findings(state);
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found.front().text.english(),
                 std::string("2 images cannot be read and are left out; log.txt names them"));
    }

    void timeThatIsLost()
    {
        QCOMPARE(rulesAfter(60, [](StepRecord& record) { record.loadingShare = 0.4; }), Rules{"waiting-for-data"});
        QCOMPARE(rulesAfter(60, [](StepRecord& record) { record.loadingShare = 0.25; }), Rules{});
        const auto speed = [](double now) {
            return [now](StepRecord& record) {
                if (record.step > 150)
                    record.imagesPerSecond = now;
            };
        };
        QCOMPARE(rulesAfter(250, speed(19)), Rules{"slower-than-at-start"});
        QCOMPARE(rulesAfter(250, speed(25)), Rules{});
    }

    void forgetsWhatWasReplaced()
    {
        RunHealth health(config);
        for (std::int64_t step = 1; step <= 60; ++step) {
            StepRecord record = healthy(step);
            record.gradients["image"] = 0;
            health.add(record);
        }
        QCOMPARE(health.findings({}).size(), std::size_t{1});
        health.clear();
        QVERIFY(health.findings({}).empty());
    }

    void theReadmeNamesEachRule()
    {
        const std::string readme = readText(test::sourceFolder() / "core" / "protocol" / "README.md");
        for (const std::string_view rule : healthRules())
            QVERIFY2(readme.find("`" + std::string(rule) + "`") != std::string::npos, rule.data());
    }
};

QTEST_GUILESS_MAIN(TestRunHealth)
#include "test_run_health.moc"
