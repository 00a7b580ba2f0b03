#include "core/base/error.h"
#include "core/base/files.h"
#include "core/metrics/calibration.h"
#include "core/metrics/classification.h"
#include "core/metrics/map_metrics.h"
#include "core/metrics/plots.h"
#include "core/metrics/report.h"
#include "tests/support/test_data.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

using namespace mama;
using namespace mama::metrics;

namespace {

// DeLong's structural components by their definition: every pair of a positive and a negative.
struct BruteForce
{
    double auc = 0, variance = 0;

    BruteForce(const std::vector<double>& positives, const std::vector<double>& negatives)
    {
        std::vector<double> above(positives.size()), below(negatives.size());
        for (std::size_t i = 0; i < positives.size(); ++i)
            for (std::size_t j = 0; j < negatives.size(); ++j) {
                const double wins = positives[i] > negatives[j] ? 1 : positives[i] == negatives[j] ? 0.5 : 0;
                above[i] += wins / static_cast<double>(negatives.size());
                below[j] += wins / static_cast<double>(positives.size());
                auc += wins / static_cast<double>(positives.size() * negatives.size());
            }
        variance = spread(above) + spread(below);
    }

private:
    double spread(const std::vector<double>& values) const
    {
        double sum = 0;
        for (const double value : values)
            sum += (value - auc) * (value - auc);
        return sum / static_cast<double>(values.size() - 1) / static_cast<double>(values.size());
    }
};

std::vector<double> tiedScores(std::mt19937& random, std::size_t count, double shift)
{
    std::vector<double> scores;
    std::normal_distribution<double> normal(shift, 1);
    for (std::size_t i = 0; i < count; ++i)
        scores.push_back(std::round(normal(random) * 4) / 4);
    return scores;
}

Predictions twoClasses(const std::vector<double>& positiveScores, const std::vector<int>& labels)
{
    Predictions predictions{2, {}, labels, {}};
    for (const double score : positiveScores)
        predictions.scores.insert(predictions.scores.end(), {1 - score, score});
    return predictions;
}

std::filesystem::path write(const QTemporaryDir& folder, std::string_view text)
{
    const auto path = std::filesystem::path(folder.path().toStdString()) / "p.csv";
    writeAtomically(path, text);
    return path;
}

} // namespace

class TestMetrics : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fastDelongEqualsItsDefinition()
    {
        std::mt19937 random(7);
        for (const std::size_t count : {2U, 5U, 40U, 300U}) {
            const auto positives = tiedScores(random, count, 0.8), negatives = tiedScores(random, 2 * count + 1, 0);
            const BruteForce expected(positives, negatives);
            const DeLong actual = delong(positives, negatives);
            QVERIFY(std::abs(actual.auc - expected.auc) < 1e-12);
            QVERIFY(std::abs(actual.variance - expected.variance) < 1e-12);
        }
    }

    // A weight of two is the same as writing the sample twice.
    void weightsAreRepetitions()
    {
        const std::vector<double> scores{0.1, 0.4, 0.4, 0.8, 0.6, 0.3}, weights{1, 2, 0, 3, 1, 2};
        const std::vector<int> labels{0, 0, 1, 1, 0, 1};
        std::vector<double> repeated;
        std::vector<int> repeatedLabels;
        for (std::size_t i = 0; i < scores.size(); ++i)
            for (int k = 0; k < static_cast<int>(weights[i]); ++k) {
                repeated.push_back(scores[i]);
                repeatedLabels.push_back(labels[i]);
            }
        const auto weighted = listed(Classification(twoClasses(scores, labels)).figures(weights));
        const auto written = listed(Classification(twoClasses(repeated, repeatedLabels)).figures());
        for (std::size_t figure = 0; figure < weighted.size(); ++figure)
            for (std::size_t i = 0; i < weighted[figure].values.size(); ++i)
                QVERIFY2(std::abs(weighted[figure].values[i] - written[figure].values[i]) < 1e-12,
                         std::string(weighted[figure].name).c_str());
    }

    void similaritiesHaveNoCalibration()
    {
        Predictions predictions{2, {0.31, 0.29, 0.27, 0.33}, {0, 1}, {}};
        const Figures figures = Classification(predictions).figures();
        QCOMPARE(figures.macroAuc, 1.0);
        QVERIFY(std::isnan(figures.ece) && std::isnan(figures.nll) && std::isnan(figures.brierSum));
        softmax(predictions, 1);
        QVERIFY(!std::isnan(Classification(predictions).figures().ece));
    }

    // Accuracy of 400 samples, 300 right: normal approximation of the binomial, 0.75 -+ 1.96 * 0.02165.
    void bootstrapMeetsTheBinomial()
    {
        std::vector<double> right(400, 0.0);
        std::fill_n(right.begin(), 300, 1.0);
        const auto statistic = [&](std::span<const double> weights) {
            double hits = 0;
            for (std::size_t i = 0; i < right.size(); ++i)
                hits += weights[i] * right[i];
            return std::vector<double>{hits / 400};
        };
        BootstrapOptions options;
        options.resamples = 4000;
        const auto one = bootstrap(Resampler(400), statistic, options);
        QVERIFY(std::abs(one->front()[0] - 0.70757) < 0.005);
        QVERIFY(std::abs(one->front()[1] - 0.79243) < 0.005);
        options.threads = 3;
        QVERIFY(*bootstrap(Resampler(400), statistic, options) == *one);
        std::stop_source stopped;
        stopped.request_stop();
        QVERIFY(!bootstrap(Resampler(400), statistic, options, Job{stopped.get_token(), {}}));
    }

    // Of k units the most extreme resample has the probability k^-k: 1, 0.25, 0.037, 0.0039, the first three of which
    // are not below the 0.025 beyond an end. What none of n units shows may be true of 3 / n others: 5 % at 60.
    void fewUnitsMakeNoInterval()
    {
        for (std::size_t units = 1; units <= 5; ++units) {
            std::vector<double> values(units);
            std::iota(values.begin(), values.end(), 0.0);
            const auto mean = [&](std::span<const double> weights) {
                const double sum = std::inner_product(weights.begin(), weights.end(), values.begin(), 0.0);
                return std::vector{sum / static_cast<double>(units)};
            };
            const auto made = bootstrap(Resampler(units), mean, {});
            QCOMPARE(std::isnan(made->front()[0]), units < 4);
            QCOMPARE(std::isnan(made->front()[1]), units < 4);
            // Ten images of one patient are one patient's.
            std::vector<std::string> patients;
            for (std::size_t image = 0; image < 10 * units; ++image)
                patients.push_back(std::to_string(image % units));
            const auto byPatient = bootstrap(
                Resampler(patients), [](std::span<const double> weights) { return std::vector{weights.front()}; }, {});
            QCOMPARE(std::isnan(byPatient->front()[0]), units < 4);
        }
        const auto same = [](std::span<const double>) { return std::vector{1.0}; };
        QVERIFY(std::isnan(bootstrap(Resampler(59), same, {})->front()[0]));
        QCOMPARE(bootstrap(Resampler(60), same, {})->front(), (Interval{1, 1}));
        Predictions predictions;
        predictions.classes = 2;
        predictions.labels = {0, 1};
        predictions.scores = {0.9, 0.1, 0.1, 0.9};
        const auto document = report(Classification(predictions), {});
        QVERIFY(document->at("intervals").at("accuracy").is_null());
        QCOMPARE(document->at("bootstrap").at("no_interval").get<std::string>(), UserText(noInterval).english());
    }

    // 40 patients of 10 equal images: the interval is that of 40 samples, sqrt(10) times as wide.
    void patientsAreDrawnWhole()
    {
        std::vector<std::string> patients;
        for (int i = 0; i < 400; ++i)
            patients.push_back("p" + std::to_string(i / 10));
        const Resampler resampler(patients);
        QCOMPARE(resampler.units(), std::size_t{40});
        std::vector<double> weights(400);
        resampler.weights(1, 2, weights);
        for (std::size_t i = 0; i < 400; ++i)
            QCOMPARE(weights[i], weights[i / 10 * 10]);
        QCOMPARE(std::accumulate(weights.begin(), weights.end(), 0.0), 400.0);
    }

    void quantilesInterpolate()
    {
        const std::vector<double> values{1, 2, 4, 8};
        QCOMPARE(quantile(values, 0.5), 3.0);
        QCOMPARE(quantile(values, 0.25), 1.75);
        QVERIFY(std::isnan(quantile({}, 0.5)));
    }

    // Scores of +-1 right in 80 %: softmax(a * score) must say 0.8, so 2a = ln(0.8 / 0.2).
    void temperatureHasItsClosedForm()
    {
        Predictions predictions{2, {}, {}, {}};
        for (int i = 0; i < 50; ++i) {
            predictions.scores.insert(predictions.scores.end(), {-1, 1});
            predictions.labels.push_back(i % 5 == 0 ? 0 : 1);
        }
        const Calibration fit = fitCalibration(predictions, Calibration::Method::Temperature, "validation");
        QVERIFY(std::abs(fit.slope - std::log(4) / 2) < 1e-9);
        fit.apply(predictions);
        QVERIFY(std::abs(predictions.score(0, 1) - 0.8) < 1e-9);
        QVERIFY(fit.nllAfter < fit.nllBefore);
        QCOMPARE(Calibration::fromJson(fit.toJson()).slope, fit.slope);
    }

    // A score of two values: each gets the mean of Platt's smoothed targets at that value.
    void plattHasItsClosedForm()
    {
        Predictions predictions{2, {}, {}, {}};
        const auto add = [&](double score, int label, int count) {
            for (int i = 0; i < count; ++i) {
                predictions.scores.insert(predictions.scores.end(), {0, score});
                predictions.labels.push_back(label);
            }
        };
        add(2, 1, 30), add(2, 0, 10), add(-1, 1, 5), add(-1, 0, 55);
        const double high = 36.0 / 37, low = 1.0 / 67;
        const Calibration fit = fitCalibration(predictions, Calibration::Method::Platt, "validation");
        fit.apply(predictions);
        QVERIFY(std::abs(predictions.score(0, 1) - (30 * high + 10 * low) / 40) < 1e-8);
        QVERIFY(std::abs(predictions.score(99, 1) - (5 * high + 55 * low) / 60) < 1e-8);
    }

    // Three of four pairs in order: AUC 0.75; the curve's corners by hand (plot of 400 pixels at 60, 40).
    void plotsShowTheCurve()
    {
        const Classification classification(twoClasses({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}));
        const std::string roc = rocSvg(classification, "test");
        QVERIFY(roc.find("AUC 0.750") != std::string::npos);
        QVERIFY(roc.find("60.00,440.00 60.00,240.00 260.00,240.00 260.00,40.00 460.00,40.00") != std::string::npos);
        QVERIFY(reliabilitySvg(classification, "test").find("<circle") != std::string::npos);
    }

    // A 4 x 4 image, patches of 2 x 2, finding of 3 pixels in the first patch and 1 in the second.
    void mapsAreMeasuredOnTheImage()
    {
        Mask mask{4, 4, {1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
        std::vector<Footprint> footprints;
        for (int row = 0; row < 2; ++row)
            for (int column = 0; column < 2; ++column)
                footprints.push_back(
                    {2.0 * column, 2.0 * row, 2.0 * column + 2, 2.0 * row + 2, 2.0 * column + 1, 2.0 * row + 1});
        const MapTarget target = targetOnImage(mask, 2, 2, footprints);
        const std::vector<float> map{0.9F, 0.2F, 0.05F, 0.05F};
        const MapFigures figures = mapFigures(map, target, 0.5);
        QCOMPARE(figures.iouRaw[4], 0.6);        // 3 of 4 activated and 1 missed: 3 / 5
        QCOMPARE(figures.iouRaw[0], 0.5);        // 4 of 8
        QCOMPARE(figures.diceAtThreshold, 0.75); // 2 * 3 / (4 + 4)
        QCOMPARE(figures.oracleIou, 0.6);
        QCOMPARE(figures.chance, 0.25);
        QCOMPARE(figures.pointingHit, 0.0); // the centre (1, 1) falls on pixel (1, 1), which is not marked
        QCOMPARE(figures.oraclePointing, 0.0);
    }

    // What the model did not see counts as missed.
    void unseenFindingsCount()
    {
        const Mask mask{1, 4, {1, 0, 0, 1}};
        const std::vector<Footprint> footprints{{0, 0, 1, 1, 0.5, 0.5}, {1, 0, 2, 1, 1.5, 0.5}};
        const MapTarget target = targetOnImage(mask, 1, 2, footprints);
        QCOMPARE(target.unseenInside, 1.0);
        QCOMPARE(mapFigures(std::vector<float>{1, 0}, target).oracleIou, 0.5);
    }

    void theBreastBoundsContrastAndScale()
    {
        const Mask finding{1, 4, {0, 1, 1, 0}}, breast{1, 4, {0, 1, 1, 1}};
        const std::vector<float> map{5, 2, 3, 1};
        const MapFigures figures = mapFigures(map, targetOnGrid(finding, &breast));
        QCOMPARE(figures.cnrSigned, 3.0); // (2.5 - 1) / sqrt(0.25 + 0)
        QCOMPARE(figures.peakColumn, 2);
        QCOMPARE(figures.iouMinmax[4], 0.5); // 0.5, 1, 0: only the second lies above 0.5
        QCOMPARE(figures.chance, 2.0 / 3);
    }

    void negativesCountAsFalseActivation()
    {
        const Mask none{1, 2, {0, 0}}, one{1, 2, {1, 0}};
        const std::vector<MapFigures> maps{mapFigures(std::vector<float>{0.6F, 0}, targetOnGrid(none), 0.5),
                                           mapFigures(std::vector<float>{0.4F, 0}, targetOnGrid(none), 0.5),
                                           mapFigures(std::vector<float>{0.9F, 0}, targetOnGrid(one), 0.5)};
        const auto summary = summarise(maps, {}, 0.5, {});
        QCOMPARE(summary->positives, 1);
        QCOMPARE(summary->falseActivation.mean, 0.5);
        QCOMPARE(summary->falseActivation.maps, 2);
    }

    void tablesAreRead()
    {
        const QTemporaryDir folder;
        const Predictions read = readPredictions(write(
            folder,
            "\xEF\xBB\xBFscore_1,patient_id,label,score_0\r\n0.25,\"a, \"\"b\"\"\",1,0.75\r\n1e-3,c,0,0.999\r\n"));
        QCOMPARE(read.classes, std::size_t{2});
        QCOMPARE(read.score(0, 1), 0.25);
        QCOMPARE(read.patients.front(), std::string("a, \"b\""));
        QCOMPARE(read.labels, (std::vector<int>{1, 0}));
        const auto path = std::filesystem::path(folder.path().toStdString()) / "again.csv";
        writePredictions(path, read);
        const Predictions again = readPredictions(path);
        QCOMPARE(again.scores, read.scores);
        QCOMPARE(again.patients, read.patients);
    }

    void brokenTablesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("names");
        QTest::newRow("empty") << QByteArray() << QByteArray("label");
        QTest::newRow("no rows") << QByteArray("label,score_0,score_1\n") << QByteArray("no rows");
        QTest::newRow("no scores") << QByteArray("label,x\n1,2\n") << QByteArray("score_0");
        QTest::newRow("word") << QByteArray("label,score_0,score_1\n1,0.5,0.5\n0,high,0.5\n") << QByteArray("row 3");
        QTest::newRow("label") << QByteArray("label,score_0,score_1\n2,0.5,0.5\n") << QByteArray("row 2");
        QTest::newRow("nan") << QByteArray("label,score_0,score_1\n1,nan,0.5\n") << QByteArray("score_0");
        QTest::newRow("cells") << QByteArray("label,score_0,score_1\n1,0.5\n") << QByteArray("2 cells");
    }

    void brokenTablesAreRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, names);
        const QTemporaryDir folder;
        try {
            readPredictions(write(folder, text.toStdString()));
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(QByteArray(error.what()).contains(names), error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "test_metrics.moc"
