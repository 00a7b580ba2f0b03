#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/check/data_look.h"
#include "core/training/check/figure_names.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <filesystem>

using namespace mama;
using nlohmann::json;
namespace fs = std::filesystem;

// What form, command and run say of a data set before a run begins.
class TestDataLook : public QObject
{
    Q_OBJECT
private:
    static constexpr int exams = 10; // of four images
    QTemporaryDir m_folder;
    fs::path root() const { return m_folder.path().toStdString(); }
    Settings settings(const json& changes = json::object()) const
    {
        json config{{"data", {{"root", (root() / "set").string()}, {"test_share", 0.2}, {"validation_share", 0.2}}}};
        config.merge_patch(changes);
        return Settings::resolve(config);
    }
    // "settings: why"; empty: nothing is refused.
    std::string refusal(const json& changes) const
    {
        try {
            const Settings asked = settings(changes);
            checkData(asked, lookAtData(asked).facts);
            return {};
        } catch (const Error& error) {
            return error.code() == ErrorCode::Usage ? error.where() + ": " + error.why().english() : error.what();
        }
    }
    std::string warnings(const json& changes, int processes = 1) const
    {
        const Settings asked = settings(changes);
        std::string all;
        for (const UserText& one : dataWarnings(asked, lookAtData(asked).facts, processes))
            all += one.english() + "\n";
        return all;
    }
    void refuses(const json& changes, const char* setting, const char* word) const
    {
        const std::string said = refusal(changes);
        QVERIFY2(said.starts_with(std::string(setting) + ": ") && said.find(word) != said.npos, said.c_str());
    }

private Q_SLOTS:
    void initTestCase()
    {
        test::writeSmallDataSet(root() / "set", exams);
        test::writeSmallDataSet(root() / "bare", exams);
        fs::remove(root() / "bare/lesions.csv");
    }

    void partsAndFactsAreTheTables()
    {
        const DataLook look = lookAtData(settings());
        QCOMPARE(look.sentences.front().english(), std::string("Images to train 24, to validate 8, to test 8"));
        QCOMPARE(look.facts.training, std::size_t{24});
        QCOMPARE(look.facts.validation.count, std::size_t{8});
        QVERIFY(look.facts.masks);
        QCOMPARE(refusal({{"evaluate_every", 10}}), std::string());
    }

    void noImageToTrainIsRefused()
    {
        refuses({{"data", {{"test_share", 0.46}, {"validation_share", 0.5}}}}, "data.validation_share, data.test_share",
                "0.46");
        std::string rows = "patient,part\n";
        for (int patient = 0; patient < exams; ++patient)
            rows += std::to_string(1000 + patient) + ",test\n";
        const fs::path split = root() / "split.csv";
        writeAtomically(split, std::string_view(rows));
        refuses({{"data", {{"split_file", split.string()}}}}, "data.split_file", "no image");
    }

    void masksAndClassesAreNeeded()
    {
        const json bare{{"root", (root() / "bare").string()}};
        refuses({{"task", "warm-start"}, {"data", bare}}, "data.root", "masks");
        refuses({{"dense", {{"mask_weight", 0.5}}}, {"data", bare}}, "data.root", "masks");
        QCOMPARE(refusal({{"task", "warm-start"}}), std::string());
        QCOMPARE(refusal({{"dense", {{"mask_weight", 0.5}}}}), std::string());
        refuses({{"sampler", "balanced"}}, "data.label", "none");
        QCOMPARE(refusal({{"sampler", "balanced"}, {"data", {{"label", "density"}}}}), std::string());
    }

    void theEvaluationsDataIsNeeded()
    {
        const json some{{"evaluate_every", 5}};
        const auto with = [&](json more) {
            more.merge_patch(some);
            return more;
        };
        refuses(with({{"data", {{"validation_share", 0.01}}}}), "evaluate_every", "no image");
        refuses(with({{"best_metric", "birads_auc"}}), "best_metric", "birads");
        refuses(with({{"best_metric", "mass_hit_self-2"}, {"data", {{"root", (root() / "bare").string()}}}}),
                "best_metric", "mass");
    }

    // Copies of an image would be its own negatives: of all processes together.
    void aBatchAboveTheImagesIsTold()
    {
        QCOMPARE(warnings({{"batch", 24}}), std::string());
        QVERIFY(warnings({{"batch", 25}}).starts_with("batch is 25 and there are 24 training images"));
        QVERIFY(warnings({{"batch", 13}}, 2).starts_with("batch is 26 and there are 24 training images"));
        QCOMPARE(warnings({{"batch", 25}, {"task", "probe"}, {"data", {{"label", "density"}}}}), std::string());
        const json evaluated{{"batch", 4},
                             {"evaluate_every", 5},
                             {"dense", {{"sentences", "s.json"}}},
                             {"data", {{"root", (root() / "bare").string()}}}};
        QVERIFY(warnings(evaluated).find("evaluate_map_ways") != std::string::npos);
    }

    // The names that a run's records will have.
    void figuresOfEveryTask()
    {
        const auto has = [&](const json& changes, const char* name) {
            const auto all = evaluationFigures(settings(changes));
            return std::ranges::find(all, name) != all.end();
        };
        QVERIFY(has(json::object(), "density_auc") && has(json::object(), "loss_local_t2i"));
        QVERIFY(!has(json::object(), "mass_hit") && !has(json::object(), "loss_mask"));
        const json maps{{"dense", {{"sentences", "s.json"}, {"mask_weight", 1}}},
                        {"evaluate_map_ways", "standard, self-2"}};
        QVERIFY(has(maps, "mass_hit") && has(maps, "calcification_cnr_self-2") && !has(maps, "mass_hit_self-1"));
        QVERIFY(has(maps, "loss_mask"));
        QVERIFY(has({{"task", "warm-start"}}, "calcification_oracle") && !has({{"task", "warm-start"}}, "accuracy"));
        QVERIFY(has({{"task", "probe"}}, "macro_auc_ovr") && !has({{"task", "probe"}}, "loss"));
    }
};

QTEST_GUILESS_MAIN(TestDataLook)
#include "test_data_look.moc"
