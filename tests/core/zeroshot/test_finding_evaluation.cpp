#include "core/base/error.h"
#include "core/zeroshot/finding_evaluation.h"
#include "tests/support/small_data_set.h"
#include "tests/support/test_data.h"

#include <nlohmann/json.hpp>

using namespace mama;
using nlohmann::json;

// Answers of which the figures are known, on a set with a mass in the left images of every second exam.
class TestFindingEvaluation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        test::writeSmallDataSet(root(), exams);
        m_index = readTrainingIndex(Settings::resolve({{"data", {{"root", root().string()}}}}));
        m_options.profile = findProfile("mama");
        m_options.inputSize = 120;
        m_options.patch = 10;
        m_options.bootstrap.resamples = 50;
    }

    void oneWhoKnowsIsRightAndHits()
    {
        const auto figures = evaluateFindings(m_index, [&](const PreparedImage& prepared, const TrainingImage& image) { return answer(prepared, image, true); }, m_options);
        QCOMPARE(value(*figures, "mass_auc_local"), 1.0);
        QCOMPARE(value(*figures, "mass_auc_local_obvious"), 1.0);
        QCOMPARE(value(*figures, "mass_hit_pair"), 1.0);
        QCOMPARE(value(*figures, "mass_oracle"), 1.0);
        QCOMPARE((*figures)["mass_hit_pair"]["n"].get<int>(), exams); // two left images of every second exam
        QVERIFY(value(*figures, "mass_chance") > 0.01 && value(*figures, "mass_chance") < 0.2);
        QVERIFY(!figures->contains("calcification_hit_pair") && !figures->contains("mass_auc_local_subtle"));
        QCOMPARE(value(*figures, "density_balanced_accuracy"), 1.0);
    }

    void oneWhoSaysTheSameOfAllIsAtChance()
    {
        const auto figures = evaluateFindings(m_index, [&](const PreparedImage& prepared, const TrainingImage& image) { return answer(prepared, image, false); }, m_options);
        QCOMPARE(value(*figures, "mass_auc_local"), 0.5);
        QCOMPARE(value(*figures, "mass_hit_pair"), 0.0); // the first patch of all equal ones
        QCOMPARE(value(*figures, "density_balanced_accuracy"), 0.25);
    }

    void sentencesAreRead()
    {
        const auto sentences = readFindingSentences(test::sourceFolder() / "resources" / "demo" / "sentences.json");
        QVERIFY(sentences.size() > 20 && sentences.front().text == "There is a mass." && sentences.front().when == FindingSentence::When::Mass);
        QCOMPARE(sentences.back().density, 3);
    }

    void theCaptionsOwnSentenceIsFound()
    {
        for (const TrainingImage& image : m_index.images) {
            const bool mass = !image.lesions.empty();
            if (mass)
                QCOMPARE(lesionSentence(image, m_index.legend, LesionChannel::Mass), std::string("The mass is Round and High Density."));
            QVERIFY(lesionSentence(image, m_index.legend, LesionChannel::Calcification).empty());
        }
    }

private:
    static constexpr int exams = 8;
    std::filesystem::path root() const { return m_folder.path().toStdString(); }
    static double value(const json& figures, const char* name) { return figures.at(name).at("value"); }

    // The mask is stored rows 40 to 59 and columns 20 to 39.
    static FindingAnswer answer(const PreparedImage& prepared, const TrainingImage& image, bool knows)
    {
        FindingAnswer made;
        const int rows = prepared.geometry.gridRows(), columns = prepared.geometry.gridColumns();
        std::vector<float> map(static_cast<std::size_t>(rows * columns));
        if (const auto patch = prepared.geometry.patchAt({30, 50}); knows && patch)
            map[static_cast<std::size_t>(patch->first * columns + patch->second)] = 1;
        for (auto& kind : made.kinds) {
            kind.scores = {{"local", knows && !image.lesions.empty() ? 1 : 0}};
            kind.maps = {{"pair", map}};
        }
        made.density.assign(4, 0);
        made.density[knows ? static_cast<std::size_t>(*image.density) : 0] = 1;
        return made;
    }

    QTemporaryDir m_folder;
    TrainingIndex m_index;
    FindingEvaluation m_options;
};

QTEST_GUILESS_MAIN(TestFindingEvaluation)
#include "test_finding_evaluation.moc"
