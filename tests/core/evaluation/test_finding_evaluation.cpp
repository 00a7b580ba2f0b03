#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/evaluation/finding_evaluation.h"
#include "core/evaluation/finding_predictions.h"
#include "core/evaluation/lesion_target.h"
#include "core/evaluation/text_answerer.h"
#include "core/tables/csv_file.h"
#include "core/tables/importers/embed.h"
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
        m_index = readTrainingIndex(Settings::resolve({{"data", {{"root", root().string()}}}}), embedImporter());
        m_options.profile = findProfile("mama");
        m_options.inputSize = 120;
        m_options.patch = 10;
        m_options.bootstrap.resamples = 50;
    }

    void oneWhoKnowsIsRightAndHits()
    {
        const auto figures = evaluateFindings(
            m_index,
            [&](const PreparedImage& prepared, const TrainingImage& image) { return answer(prepared, image, true); },
            m_options);
        QCOMPARE(value(figures->figures, "mass_auc_local"), 1.0);
        QCOMPARE(value(figures->figures, "mass_auc_local_obvious"), 1.0);
        QCOMPARE(value(figures->figures, "mass_hit_pair"), 1.0);
        QCOMPARE(value(figures->figures, "mass_oracle"), 1.0);
        QCOMPARE(figures->figures["mass_hit_pair"]["n"].get<int>(), exams); // two left images of every second exam
        QVERIFY(value(figures->figures, "mass_chance") > 0.01 && value(figures->figures, "mass_chance") < 0.2);
        QVERIFY(!figures->figures.contains("calcification_hit_pair") &&
                !figures->figures.contains("mass_auc_local_subtle"));
        QCOMPARE(value(figures->figures, "density_balanced_accuracy"), 1.0);
    }

    void oneWhoSaysTheSameOfAllIsAtChance()
    {
        const auto figures = evaluateFindings(
            m_index,
            [&](const PreparedImage& prepared, const TrainingImage& image) { return answer(prepared, image, false); },
            m_options);
        QCOMPARE(value(figures->figures, "mass_auc_local"), 0.5);
        QCOMPARE(value(figures->figures, "mass_hit_pair"), 0.0); // the first patch of all equal ones
        QCOMPARE(value(figures->figures, "density_balanced_accuracy"), 0.25);
    }

    // Several answers from one look at each image are counted as each by itself, over the same draws.
    void severalAreComparedTogether()
    {
        const auto one = [&](bool knows) {
            return [&, knows](const PreparedImage& prepared, const TrainingImage& image) {
                return answer(prepared, image, knows);
            };
        };
        int looks = 0;
        const auto together = compareFindings(
            m_index,
            [&](const PreparedImage& prepared, const TrainingImage& image) {
                ++looks;
                return std::vector{answer(prepared, image, true), answer(prepared, image, false)};
            },
            m_options);
        QCOMPARE(looks, static_cast<int>(m_index.images.size()));
        QCOMPARE(together->size(), std::size_t{2});
        QVERIFY((*together)[0].figures.dump() == evaluateFindings(m_index, one(true), m_options)->figures.dump());
        QVERIFY((*together)[1].figures.dump() == evaluateFindings(m_index, one(false), m_options)->figures.dump());
    }

    void mapsAreJudgedInTheBreast()
    {
        const auto figures = evaluateFindings(
                                 m_index,
                                 [&](const PreparedImage& prepared, const TrainingImage& image) {
                                     return answer(prepared, image, true);
                                 },
                                 m_options)
                                 ->figures;
        QVERIFY(!figures.contains("mass_near_pair")); // the pictures state no spacing
        QVERIFY(value(figures, "mass_cnr_pair") > 0);
        const double miou =
            value(figures, "mass_miou_pair"); // one patch of about 4.6 x 9.2 pixels of the mask's 20 x 20
        QVERIFY2(miou > 0.07 && miou < 0.14, qPrintable(QString::number(miou)));
    }

    void breastsAndExamsAreFusedFromTheirImages()
    {
        // Right in one view of each breast, as wrong in the other: at chance by image, the mean by breast and exam
        // decides.
        const auto halfRight = [&](const PreparedImage& prepared, const TrainingImage& image) {
            FindingAnswer made = answer(prepared, image, true);
            const bool cc = image.fields.view == "CC";
            made.kinds[0].scores[0].second *= cc ? 1 : 0;
            made.density[static_cast<std::size_t>(*classOf(image.labels, densityLabel))] = cc ? 1 : 0.5;
            made.density[static_cast<std::size_t>((*classOf(image.labels, densityLabel) + 1) % 4)] = cc ? 0 : 0.75;
            return made;
        };
        const auto figures = evaluateFindings(m_index, halfRight, m_options)->figures;
        QCOMPARE(value(figures, "mass_auc_local"), 0.75);
        QCOMPARE(value(figures, "breast_mass_auc_local"), 1.0);
        QCOMPARE(figures["breast_mass_auc_local"]["n"].get<int>(), 2 * exams);
        QCOMPARE(value(figures, "density_balanced_accuracy"), 0.5);
        QCOMPARE(value(figures, "exam_density_balanced_accuracy"), 1.0);
        QCOMPARE(figures["exam_density_balanced_accuracy"]["n"].get<int>(), exams);
    }

    void thresholdsComeFromAnotherEvaluation()
    {
        const auto knows = [&](const PreparedImage& prepared, const TrainingImage& image) {
            return answer(prepared, image, true);
        };
        const auto first = evaluateFindings(m_index, knows, m_options);
        QVERIFY(!first->figures.contains("mass_activation_pair"));
        QCOMPARE(first->thresholds.at("mass_pair").get<double>(), 1.0); // every peak is 1
        FindingEvaluation options = m_options;
        options.thresholds["mass_pair"] = 0.5;
        auto figures = evaluateFindings(m_index, knows, options)->figures;
        QCOMPARE(value(figures, "mass_activation_pair"), 1.0);
        QCOMPARE(value(figures, "mass_false_activation_pair"), 1.0); // its map shows the same spot in every image
        options.thresholds["mass_pair"] = 1.5;
        figures = evaluateFindings(m_index, knows, options)->figures;
        QCOMPARE(value(figures, "mass_activation_pair"), 0.0);
        QCOMPARE(value(figures, "mass_false_activation_pair"), 0.0);
    }

    void ofSeveralLesionsThePlainestCounts()
    {
        TrainingIndex index = m_index;
        for (TrainingImage& image : index.images)
            if (!image.lesions.empty()) {
                LesionMask other = image.lesions.front();
                other.conspicuity = "subtle";
                image.lesions.push_back(other);
            }
        const auto figures = evaluateFindings(
                                 index,
                                 [&](const PreparedImage& prepared, const TrainingImage& image) {
                                     return answer(prepared, image, true);
                                 },
                                 m_options)
                                 ->figures;
        QVERIFY(figures.contains("mass_auc_local_obvious") && !figures.contains("mass_auc_local_subtle"));
    }

    void aPeakOutsideTheBreastIsNone()
    {
        PreparedImage prepared;
        TrainingImage image;
        const auto file = ImageFile::open(m_index.images.front().path);
        prepared =
            prepare(file->readFrame(0), file->pipeline(0), m_options.profile, {m_options.inputSize, m_options.patch});
        std::fill(prepared.breast.values.begin(), prepared.breast.values.end(), std::uint8_t{0});
        prepared.breast.at(0, 0) = 1;
        for (const TrainingImage& one : m_index.images)
            if (!one.lesions.empty())
                image = one;
        const LesionTarget target = lesionTarget(image, LesionChannel::Mass, prepared, Spacing{1, 1});
        QVERIFY(target.present && !target.reachable && target.chance == 0);
        std::vector<float> map(target.patches.counted.size());
        const auto onLesion = prepared.geometry.patchAt({30, 50});
        map[static_cast<std::size_t>(onLesion->first * prepared.geometry.gridColumns() + onLesion->second)] = 1;
        const MapAim aim = aimOf(map, target);
        QVERIFY(aim.hit == 0 && aim.near == 0 && aim.peak == 0); // 38 mm off
        const LesionTarget small = lesionTarget(image, LesionChannel::Mass, prepared, Spacing{0.1, 0.1});
        QVERIFY(aimOf(map, small).near == 1 && aimOf(map, small).hit == 0 && small.chanceNear == 1);
    }

    // Every figure of an image can be counted again from its row.
    void predictionsGiveTheFiguresAgain()
    {
        const auto half = [&](const PreparedImage& prepared, const TrainingImage& image) {
            return answer(prepared, image, image.fields.view == "CC");
        };
        TrainingIndex index = m_index;
        index.images.front().fields.exam = "an exam, \"quoted\"";
        const auto figures = evaluateFindings(index, half, m_options);
        const std::filesystem::path file = root() / "predictions.csv";
        writeFindingPredictions(file, index.images, figures->images);
        const std::vector<std::string> heading = readCsvHeading(file);
        const auto at = [&](const CsvRecord& record, const char* name) {
            return record.fields[findColumn(heading, name).value()];
        };
        std::size_t rows = 0, hits = 0, lesions = 0, right = 0;
        const auto problems = readCsv(file, [&](const CsvRecord& record) {
            const TrainingImage& image = index.images[rows++];
            QCOMPARE(at(record, "image"), image.fields.path);
            QCOMPARE(at(record, "exam"), image.fields.exam);
            QCOMPARE(at(record, "mass"), std::string(image.lesions.empty() ? "0" : "1"));
            right += at(record, "density") == std::to_string(*classOf(image.labels, densityLabel)) &&
                     !at(record, "mass_peak_pair").empty();
            if (image.lesions.empty()) {
                QCOMPARE(at(record, "mass_hit_pair"), std::string());
                return;
            }
            ++lesions;
            if (at(record, "mass_hit_pair") != "1")
                return;
            ++hits;
            const double x = std::stod(at(record, "mass_x_pair")), y = std::stod(at(record, "mass_y_pair"));
            QVERIFY2(x >= 20 && x < 40 && y >= 40 && y < 60, "the mask is stored rows 40 to 59, columns 20 to 39");
        });
        QVERIFY(problems.empty());
        QCOMPARE(rows, index.images.size());
        QCOMPARE(right, rows);
        QCOMPARE(static_cast<double>(hits) / static_cast<double>(lesions), value(figures->figures, "mass_hit_pair"));
        QCOMPARE(value(figures->figures, "mass_hit_pair"), 0.5);
    }

    void sentencesAreRead()
    {
        const auto sentences = readFindingSentences(test::sourceFolder() / "resources" / "demo" / "sentences.json");
        QVERIFY(sentences.size() > 20 && sentences.front().text == "There is a mass." &&
                sentences.front().when == FindingSentence::When::Mass);
        QCOMPARE(sentences.back().density, 3);
    }

    void theCaptionsOwnSentenceIsFound()
    {
        for (const TrainingImage& image : m_index.images) {
            const bool mass = !image.lesions.empty();
            if (mass)
                QCOMPARE(lesionSentence(image, m_index.codes, LesionChannel::Mass),
                         std::string("The mass is Round and High Density."));
            QVERIFY(lesionSentence(image, m_index.codes, LesionChannel::Calcification).empty());
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
        made.density[knows ? static_cast<std::size_t>(*classOf(image.labels, densityLabel)) : 0] = 1;
        return made;
    }

    QTemporaryDir m_folder;
    TrainingIndex m_index;
    FindingEvaluation m_options;
};

QTEST_GUILESS_MAIN(TestFindingEvaluation)
#include "test_finding_evaluation.moc"
