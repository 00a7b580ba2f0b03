#include "core/base/error.h"
#include "core/training/check/evaluation_check.h"
#include "tests/support/test_data.h"

using namespace mama;
using nlohmann::json;

// Which figures validation images can give, before anything is computed.
class TestEvaluationCheck : public QObject
{
    Q_OBJECT
private:
    static TrainingIndex indexOf(const std::vector<std::pair<ClassLabels, std::vector<LesionMask>>>& images)
    {
        TrainingIndex index;
        for (const auto& [labels, lesions] : images) {
            TrainingImage image;
            image.split = Split::Validation;
            image.labels = labels;
            image.lesions = lesions;
            index.images.push_back(image);
        }
        return index;
    }
    // "setting: why"; empty: nothing is refused.
    static std::string refusal(json config, const TrainingIndex& index)
    {
        config["evaluate_every"] = config.value("evaluate_every", 10);
        try {
            checkEvaluation(Settings::resolve(config), EvaluatedImages::of(index, index.of(Split::Validation)));
            return {};
        } catch (const Error& error) {
            return error.code() == ErrorCode::Usage ? error.where() + ": " + error.why().english() : "no usage";
        }
    }
    static bool isRefused(const char* metric, const TrainingIndex& index, const json& task = {{"task", "pretrain"}})
    {
        json config = task;
        config["best_metric"] = metric;
        return refusal(config, index).starts_with("best_metric: ");
    }

private Q_SLOTS:
    void noImageIsRefused()
    {
        const TrainingIndex none;
        QVERIFY(refusal(json::object(), none).starts_with("evaluate_every: is 10"));
        QVERIFY(refusal(json::object(), none).find("data.validation_share") != std::string::npos);
        QCOMPARE(refusal({{"evaluate_every", 0}}, none), std::string());
        QCOMPARE(refusal(json::object(), indexOf({{}})), std::string()); // without a metric, one is enough
    }

    void aLossComparesTwo()
    {
        for (const char* metric : {"loss", "-loss", "-loss_clip"}) {
            QVERIFY(isRefused(metric, indexOf({{}})));
            QVERIFY(!isRefused(metric, indexOf({{}, {}})));
        }
    }

    // An area under the curve over all classes needs each of them; a balanced accuracy those that are there.
    void aLabelIsNeeded()
    {
        const TrainingIndex some = indexOf({{{{"density", 0}}, {}}, {{{"density", 3}}, {}}});
        QVERIFY(!isRefused("density_balanced_accuracy", some));
        QVERIFY(isRefused("density_auc", some));
        QVERIFY(isRefused("birads_balanced_accuracy", some));
        const TrainingIndex all =
            indexOf({{{{"density", 0}}, {}}, {{{"density", 1}}, {}}, {{{"density", 2}}, {}}, {{{"density", 3}}, {}}});
        QVERIFY(!isRefused("density_auc", all));
        const json probe{{"task", "probe"}, {"data", {{"label", "density"}}}};
        QVERIFY(!isRefused("macro_auc_ovr", all, probe));
        QVERIFY(isRefused("macro_auc_ovr", some, probe));
        QVERIFY(!isRefused("accuracy", some, probe));
        QVERIFY(isRefused("accuracy", some, {{"task", "finetune"}, {"data", {{"label", "birads"}}}}));
    }

    void aMaskIsNeeded()
    {
        const LesionMask mass{"m.png", LesionChannel::Mass, ""};
        const TrainingIndex both = indexOf({{{}, {mass}}, {}}), masses = indexOf({{{}, {mass}}, {{}, {mass}}});
        QVERIFY(!isRefused("mass_auc", both) && !isRefused("mass_hit", both));
        QVERIFY(isRefused("mass_auc", masses) && !isRefused("mass_hit", masses)); // nothing to tell them from
        QVERIFY(isRefused("calcification_hit", both));
        QVERIFY(isRefused("mass_hit", indexOf({{}, {}}), {{"task", "warm-start"}}));
    }
};

QTEST_GUILESS_MAIN(TestEvaluationCheck)
#include "test_evaluation_check.moc"
