#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/processor.h"
#include "core/training/settings/checkpoint_estimate.h"
#include "core/training/settings/run_needs.h"
#include "core/training/settings/settings.h"
#include "tests/support/test_data.h"

#include <unistd.h>

using namespace mama;
using nlohmann::json;

class TestSettings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // mama.md 5.2, 7 and 9.
    void theDefaultsAreThePublishedOnes()
    {
        const Settings pretraining = Settings::resolve(json::object());
        QCOMPARE(pretraining.integer("steps"), std::int64_t{40000});
        QCOMPARE(pretraining.integer("batch"), std::int64_t{36});
        QCOMPARE(pretraining.number("schedule.max_lr"), 4e-5);
        QCOMPARE(pretraining.integer("loss.late_loss"), std::int64_t{8000});
        QCOMPARE(pretraining.number("augment.crop_area_low"), 0.1);
        QCOMPARE(pretraining.number("captions.mask"), 0.8);
        const Settings probe = Settings::resolve({{"task", "probe"}});
        QCOMPARE(probe.integer("steps"), std::int64_t{8000});
        QCOMPARE(probe.number("schedule.max_lr"), 5e-4);
        QCOMPARE(probe.number("optimizer.weight_decay"), 1e-3);
        QCOMPARE(probe.text("sampler"), std::string("balanced"));
    }

    void everySettingExplainsItselfAndItsDefaultIsAllowed()
    {
        for (const SettingInfo& info : trainingSettings()) {
            QVERIFY2(!info.meaning.empty(), info.key.c_str());
            if (info.type == SettingInfo::Type::Integer || info.type == SettingInfo::Type::Number)
                QVERIFY2(info.standard >= info.low && info.standard <= info.high, info.key.c_str());
        }
        const Settings once = Settings::resolve({{"augment", {{"set", "light"}}}, {"steps", 12}});
        const Settings again = Settings::resolve(once.toJson());
        QVERIFY(once.toJson() == again.toJson());
        QCOMPARE(once.number("augment.flip_horizontal"), 0.0);
        QCOMPARE(once.integer("schedule.warm_up_steps"), std::int64_t{1}); // a tenth of a short run
        QVERIFY(once.differences(again).empty());
    }

    void whatIsWrongIsNamed_data()
    {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("key");
        QTest::newRow("unknown") << R"({"stpes": 3})"
                                 << "stpes";
        QTest::newRow("unknown inside") << R"({"data": {"rot": "x"}})"
                                        << "data.rot";
        QTest::newRow("branch") << R"({"data": 3})"
                                << "data";
        QTest::newRow("range") << R"({"captions": {"mask": 1.5}})"
                               << "captions.mask";
        QTest::newRow("fraction") << R"({"batch": 2.5})"
                                  << "batch";
        QTest::newRow("type") << R"({"batch": "many"})"
                              << "batch";
        QTest::newRow("choice") << R"({"task": "sing"})"
                                << "task";
        QTest::newRow("warm-up") << R"({"steps": 5, "schedule": {"warm_up_steps": 5}})"
                                 << "schedule.warm_up_steps";
        QTest::newRow("shares") << R"({"data": {"test_share": 0.5, "validation_share": 0.5}})"
                                << "data.test_share";
    }

    void whatIsWrongIsNamed()
    {
        QFETCH(QString, config);
        QFETCH(QString, key);
        try {
            Settings::resolve(json::parse(config.toStdString()));
            QFAIL("accepted");
        } catch (const Error& error) {
            QCOMPARE(QString::fromStdString(error.where()), key);
        }
    }

    // DINOv2 ViT-B/14 has 86.6 million parameters; 1370 tokens at 518 pixels.
    void theMemoryEstimateCountsWhatIsKept()
    {
        const json description = {
            {"image",
             {{"family", "dinov2"},
              {"width", 768},
              {"depth", 12},
              {"heads", 12},
              {"patch", 14},
              {"registers", 0},
              {"mlp_hidden", 3072},
              {"ffn", "mlp"},
              {"layer_scale", true},
              {"native_grid", {37, 37}}}},
            {"text", nullptr},
            {"heads", {{"embedding", 512}, {"local", false}, {"simclr", false}, {"classes", nullptr}}},
            {"input", {{"size", 518}}}};
        const auto need = [&](json config) { return estimateMemory(Settings::resolve(config), description); };
        const MemoryEstimate one = need({{"batch", 1}, {"accumulation", 1}}),
                             two = need({{"batch", 2}, {"accumulation", 8}}), probe = need({{"task", "probe"}});
        QVERIFY(std::abs(one.weights / 4 - 86.6e6) < 1.5e6);
        QCOMPARE(one.moments, 2 * one.gradients);
        const double kept = 4.0 * 1370 * 12 * (10 * 768 + 2 * 3072); // a picture
        QVERIFY(one.activations > 2 * kept &&
                one.activations < 3 * kept);            // a pair, and the gradients of the layer at work
        QCOMPARE(two.activations, 2 * one.activations); // accumulation adds none
        QVERIFY(probe.activations < 0.1 * 36 * kept);   // one layer at a time
        QVERIFY(probe.gradients < 0.01 * one.gradients);
        QVERIFY(one.total() > one.weights + one.activations);
        QVERIFY_THROWS_EXCEPTION(Error, estimateMemory(Settings::resolve(json::object()), json::object()));
    }

    // Highest resident memory (VmHWM) of runs of four steps on one thread, 27 November 2026, on a processor with
    // products of bfloat16; the demo's configurations with its model of 192 pixels, in mixed precision.
    void theMemoryEstimateIsAboveTheMeasured_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("batch");
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("megabytes");
        QTest::newRow("warm start") << "warm-start" << 32 << "fixed" << 727.0;
        QTest::newRow("warm start, small batch") << "warm-start" << 8 << "fixed" << 507.0;
        QTest::newRow("text fixed") << "pretrain" << 32 << "fixed" << 1090.0;
        QTest::newRow("text fixed, small batch") << "pretrain" << 8 << "fixed" << 651.0;
        QTest::newRow("text frozen, small batch") << "pretrain" << 8 << "frozen" << 611.0;
        QTest::newRow("adapters") << "pretrain" << 32 << "lora" << 1564.0;
        QTest::newRow("adapters, no masks") << "pretrain" << 32 << "lora, no masks" << 1412.0;
        QTest::newRow("adapters, small batch") << "pretrain" << 8 << "lora" << 922.0;
        QTest::newRow("adapters, float32") << "pretrain" << 32 << "lora, fp32" << 2141.0;
        QTest::newRow("text in full, small batch") << "pretrain" << 8 << "full" << 1213.0;
    }

    void theMemoryEstimateIsAboveTheMeasured()
    {
        QFETCH(QString, file);
        QFETCH(int, batch);
        QFETCH(QString, text);
        QFETCH(double, megabytes);
        const auto demo = test::sourceFolder() / "resources/demo";
        json config = readJson(demo / (file.toStdString() + ".json"));
        config["batch"] = batch;
        config["steps"] = 60; // of the schedule; the runs made four
        config["model"]["text_training"] = text.section(QLatin1Char(','), 0, 0).toStdString();
        if (text.contains(QStringLiteral("no masks")))
            config["dense"]["mask_weight"] = config["dense"]["sentence_weight"] = 0;
        if (text.contains(QStringLiteral("fp32")))
            config["precision"] = "fp32";
        else if (!multipliesBf16(processor()))
            QSKIP("mixed precision is float32 on this processor");
        const double estimate = estimateMemory(Settings::resolve(config), readJson(demo / "model.json")).total() / 1e6;
        QVERIFY2(estimate >= megabytes && estimate <= 1.2 * megabytes,
                 qPrintable(QStringLiteral("%1 MB against %2 MB").arg(estimate).arg(megabytes)));
    }

    void whatARunNeedsIsHeldAgainstTheMachine()
    {
        const QTemporaryDir folder;
        const auto run = std::filesystem::path(folder.path().toStdString()) / "not/there/yet";
        const auto demo = test::sourceFolder() / "resources/demo";
        json config = readJson(demo / "pretrain.json");
        config["model"]["start"] = demo.string();
        config.update({{"steps", 700}, {"checkpoint_every", 60}, {"keep_every", 40}}); // both at every 120th step
        const Settings settings = Settings::resolve(config);
        const RunNeeds needs = needsOf(settings, run);
        const json description = readJson(demo / "model.json");
        QCOMPARE(needs.keptEvery, std::int64_t{120});
        QCOMPARE(needs.kept, std::int64_t{5});
        QCOMPARE(needs.memory.value().total(), estimateMemory(settings, description).total());
        QCOMPARE(needs.disk.value(), estimateCheckpoints(settings, description).total(7)); // and the last and the best
        QVERIFY(needs.freeMemory > 0 && needs.freeMemory <= physicalMemory());
        QVERIFY(needs.freeDisk > 0);
        RunNeeds tight = needs;
        tight.freeMemory = tight.freeDisk = 1;
        QVERIFY(tight.memoryTight() && tight.diskTight());
        config["model"]["start"] = "/nowhere";
        const RunNeeds unknown = needsOf(Settings::resolve(config), run);
        QVERIFY(!unknown.memory && !unknown.disk && !unknown.whyUnknown.empty());
        QVERIFY(!unknown.memoryTight() && !unknown.diskTight());
    }

private:
    static double physicalMemory()
    {
        return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    }
};

QTEST_GUILESS_MAIN(TestSettings)
#include "test_settings.moc"
