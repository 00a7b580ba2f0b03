#include "core/metrics/classification.h"

#include "core/base/error.h"
#include "core/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mama::metrics {
namespace {

constexpr double smallestProbability = 1e-12; // a label that was given none costs 27.6 nats, not infinitely many
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) { return whole > 0 ? part / whole : undefined; }

// 2 TP / (2 TP + FP + FN): undefined only if the class neither occurs nor is predicted.
double f1Of(double truePositives, double actual, double called) { return ratio(2 * truePositives, actual + called); }

// Mean of the values; NaN as soon as one is undefined.
double strictMean(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double meanOfDefined(const std::vector<double>& values)
{
    double sum = 0, count = 0;
    for (const double value : values)
        if (!std::isnan(value)) {
            sum += value;
            count += 1;
        }
    return ratio(sum, count);
}

void check(const Predictions& predictions)
{
    const auto fail = [](const std::string& why) { throw Error(ErrorCode::Data, "metrics", "predictions", why); };
    if (predictions.samples() == 0)
        fail("no samples");
    if (predictions.classes < 2)
        fail("at least two classes are needed");
    if (predictions.scores.size() != predictions.samples() * predictions.classes)
        fail("as many score rows as labels are needed");
    if (!predictions.patients.empty() && predictions.patients.size() != predictions.samples())
        fail("as many patients as labels are needed");
    for (std::size_t i = 0; i < predictions.samples(); ++i)
        if (predictions.labels[i] < 0 || static_cast<std::size_t>(predictions.labels[i]) >= predictions.classes)
            fail("sample " + std::to_string(i) + " has label " + std::to_string(predictions.labels[i]) +
                 ", expected 0 to " + std::to_string(predictions.classes - 1));
}

} // namespace

Classification::Classification(Predictions predictions) : m_predictions(std::move(predictions))
{
    check(m_predictions);
    m_probabilities = m_predictions.areProbabilities();
    const std::size_t samples = m_predictions.samples(), classes = m_predictions.classes;
    m_rowsAddUp = true;
    m_predicted.resize(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        const auto row = std::span<const double>(m_predictions.scores).subspan(i * classes, classes);
        m_predicted[i] = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
        m_rowsAddUp = m_rowsAddUp && std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1) <= 1e-5 + 1e-8;
    }
    std::vector<double> column(samples);
    std::vector<bool> positive(samples);
    for (std::size_t of = 0; of < classes; ++of) {
        for (std::size_t i = 0; i < samples; ++i) {
            column[i] = m_predictions.score(i, of);
            positive[i] = static_cast<std::size_t>(m_predictions.labels[i]) == of;
        }
        m_rankings.emplace_back(column, positive);
    }
}

Figures Classification::figures() const
{
    const std::vector<double> ones(m_predictions.samples(), 1.0);
    return figures(ones);
}

Figures Classification::figures(std::span<const double> weights) const
{
    Figures result;
    countConfusion(weights, result);
    addRankings(weights, result);
    addProbabilities(weights, result);
    if (m_predictions.classes == 2)
        addBinary(weights, result);
    return result;
}

void Classification::countConfusion(std::span<const double> weights, Figures& result) const
{
    const std::size_t classes = m_predictions.classes;
    result.confusion.assign(classes * classes, 0);
    for (std::size_t i = 0; i < m_predicted.size(); ++i)
        result.confusion[static_cast<std::size_t>(m_predictions.labels[i]) * classes +
                         static_cast<std::size_t>(m_predicted[i])] += weights[i];
    double hits = 0, total = 0;
    for (std::size_t of = 0; of < classes; ++of) {
        double actual = 0, called = 0;
        for (std::size_t other = 0; other < classes; ++other) {
            actual += result.confusion[of * classes + other];
            called += result.confusion[other * classes + of];
        }
        const double right = result.confusion[of * classes + of];
        result.recall.push_back(ratio(right, actual));
        result.precision.push_back(ratio(right, called));
        result.f1.push_back(f1Of(right, actual, called));
        hits += right;
        total += actual;
    }
    result.accuracy = ratio(hits, total);
    result.balancedAccuracy = meanOfDefined(result.recall);
}

void Classification::addRankings(std::span<const double> weights, Figures& result) const
{
    for (const Ranking& ranking : m_rankings) {
        const RankingFigures figures = ranking.figures(weights);
        result.auc.push_back(figures.auc);
        result.averagePrecision.push_back(figures.averagePrecision);
    }
    // With two classes there is one ranking, that of class 1.
    result.macroAuc = m_predictions.classes == 2 ? result.auc[1] : strictMean(result.auc);
    result.macroAveragePrecision = strictMean(result.averagePrecision);
    const bool callFails = std::isnan(result.macroAuc) || (m_predictions.classes > 2 && !m_rowsAddUp);
    result.referenceAuc = callFails ? 0 : result.macroAuc;
}

void Classification::addProbabilities(std::span<const double> weights, Figures& result) const
{
    if (!m_probabilities) {
        result.ece = result.brierSum = result.nll = undefined;
        return;
    }
    const std::size_t classes = m_predictions.classes;
    double total = 0, brier = 0, nll = 0;
    for (std::size_t i = 0; i < m_predicted.size(); ++i) {
        if (weights[i] == 0)
            continue;
        double squares = 0;
        for (std::size_t of = 0; of < classes; ++of) {
            const double truth = static_cast<std::size_t>(m_predictions.labels[i]) == of ? 1 : 0;
            squares += (m_predictions.score(i, of) - truth) * (m_predictions.score(i, of) - truth);
        }
        const double right = m_predictions.score(i, static_cast<std::size_t>(m_predictions.labels[i]));
        total += weights[i];
        brier += weights[i] * squares;
        nll -= weights[i] * std::log(std::max(right, smallestProbability));
    }
    result.brierSum = ratio(brier, total);
    result.nll = ratio(nll, total);
    result.ece = expectedCalibrationError(reliability(m_predictions, m_predicted, weights, 15));
}

void Classification::addBinary(std::span<const double> weights, Figures& result) const
{
    result.specificity = result.recall[0];
    result.sensitivity = result.recall[1];
    result.npv = result.precision[0];
    result.ppv = result.precision[1];
    result.f1Positive = result.f1[1];
    result.averagePrecisionPositive = result.averagePrecision[1];
    result.specificityAt80 = m_rankings[1].specificityAtSensitivity(0.8, weights);
    double ofPositives = 0, ofAll = 0, positives = 0, squares = 0, total = 0;
    for (std::size_t i = 0; i < m_predicted.size(); ++i) {
        const double score = m_predictions.score(i, 1), clipped = std::clamp(score, 0.0, 1.0);
        const double truth = m_predictions.labels[i];
        ofPositives += weights[i] * truth * clipped;
        ofAll += weights[i] * clipped;
        positives += weights[i] * truth;
        squares += weights[i] * (score - truth) * (score - truth);
        total += weights[i];
    }
    // Harmonic mean of probabilistic precision and recall; the reference prints 0 where both are 0.
    const double precision = ratio(ofPositives, ofAll), recall = ratio(ofPositives, positives);
    result.pf1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    result.brierBinary = m_probabilities ? ratio(squares, total) : undefined;
}

DeLong Classification::delong(std::size_t of) const
{
    std::vector<double> positives, negatives;
    for (std::size_t i = 0; i < m_predictions.samples(); ++i)
        (static_cast<std::size_t>(m_predictions.labels[i]) == of ? positives : negatives)
            .push_back(m_predictions.score(i, of));
    return metrics::delong(positives, negatives);
}

std::vector<Figure> listed(const Figures& f)
{
    std::vector<Figure> result{{"accuracy", {f.accuracy}},
                               {"balanced_accuracy", {f.balancedAccuracy}},
                               {"macro_auc_ovr", {f.macroAuc}},
                               {"macro_average_precision", {f.macroAveragePrecision}},
                               {"ece_15", {f.ece}},
                               {"brier_sum_over_classes", {f.brierSum}},
                               {"nll", {f.nll}},
                               {"reference_auc", {f.referenceAuc}},
                               {"per_class_accuracy", f.recall, true},
                               {"per_class_precision", f.precision, true},
                               {"per_class_recall", f.recall, true},
                               {"per_class_f1", f.f1, true},
                               {"auc_per_class", f.auc, true},
                               {"average_precision_per_class", f.averagePrecision, true}};
    if (f.recall.size() == 2)
        result.insert(result.end(), {{"sensitivity", {f.sensitivity}},
                                     {"specificity", {f.specificity}},
                                     {"ppv", {f.ppv}},
                                     {"npv", {f.npv}},
                                     {"f1", {f.f1Positive}},
                                     {"pf1", {f.pf1}},
                                     {"specificity_at_sensitivity_80", {f.specificityAt80}},
                                     {"average_precision", {f.averagePrecisionPositive}},
                                     {"brier_binary", {f.brierBinary}}});
    return result;
}

Cancellable<std::vector<FigureWithInterval>> withIntervals(const Classification& classification,
                                                           const BootstrapOptions& options, const Job& job)
{
    const Predictions& predictions = classification.predictions();
    const Resampler resampler =
        predictions.patients.empty() ? Resampler(predictions.samples()) : Resampler(predictions.patients);
    const auto statistic = [&classification](std::span<const double> weights) {
        std::vector<double> flat;
        for (const Figure& figure : listed(classification.figures(weights)))
            flat.insert(flat.end(), figure.values.begin(), figure.values.end());
        return flat;
    };
    const auto intervals = bootstrap(resampler, statistic, options, job);
    if (!intervals)
        return std::nullopt;
    std::vector<FigureWithInterval> result;
    auto next = intervals->begin();
    for (Figure& figure : listed(classification.figures())) {
        FigureWithInterval entry{std::move(figure), {}};
        for (const double value : entry.figure.values) {
            entry.intervals.push_back(std::isnan(value) ? Interval{undefined, undefined} : *next);
            ++next;
        }
        result.push_back(std::move(entry));
    }
    return result;
}

} // namespace mama::metrics
