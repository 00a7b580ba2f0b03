#pragma once
#include "core/metrics/bootstrap.h"
#include "core/metrics/predictions.h"
#include "core/metrics/ranking.h"

#include <string_view>
#include <utility>
#include <vector>

namespace mama::metrics {

// Figures of one weighting of a labelled set. NaN: undefined (a class is absent, nothing was called positive,
// the scores are no probabilities). Definitions: scikit-learn's, and the reference's for pF1 and the
// specificity at 80 % sensitivity. Class 1 is the positive one where there are two.
struct Figures
{
    double accuracy = 0;
    double balancedAccuracy = 0;      // mean recall of the classes present
    double macroAuc = 0;              // unweighted mean of one-versus-rest AUCs; needs every class
    double macroAveragePrecision = 0; // needs every class
    double ece = 0;                   // 15 bins of the top-1 confidence
    double brierSum = 0;              // mean over samples of the sum over classes
    double nll = 0;
    double referenceAuc = 0; // what the reference prints: 0 where scikit-learn's call fails
    std::vector<double> recall, precision, f1, auc, averagePrecision; // per class
    std::vector<double> confusion;                                    // [classes, classes], rows are the truth
    // two classes only
    double sensitivity = 0, specificity = 0, ppv = 0, npv = 0, f1Positive = 0, pf1 = 0;
    double specificityAt80 = 0, averagePrecisionPositive = 0, brierBinary = 0;
};

struct Figure
{
    std::string_view name;      // as in the JSON document
    std::vector<double> values; // one, or one a class
    bool perClass = false;
};

// Every figure by name, in a fixed order.
std::vector<Figure> listed(const Figures& figures);

// Holds what does not depend on the weights (rankings, predicted classes), so that a bootstrap costs one sweep
// over the samples a figure.
class Classification
{
public:
    // Error(Data) if there are no samples, fewer than two classes, or a label outside them.
    explicit Classification(Predictions predictions);

    const Predictions& predictions() const { return m_predictions; }
    // The predicted class: the first maximum.
    const std::vector<int>& predicted() const { return m_predicted; }
    Figures figures() const;
    // weights [N]: how often each sample counts.
    Figures figures(std::span<const double> weights) const;
    // One class against the rest.
    const Ranking& ranking(std::size_t of) const { return m_rankings[of]; }
    DeLong delong(std::size_t of) const;

private:
    void countConfusion(std::span<const double> weights, Figures& result) const;
    void addRankings(std::span<const double> weights, Figures& result) const;
    void addProbabilities(std::span<const double> weights, Figures& result) const;
    void addBinary(std::span<const double> weights, Figures& result) const;

    Predictions m_predictions;
    bool m_probabilities = false, m_rowsAddUp = false;
    std::vector<int> m_predicted;
    std::vector<Ranking> m_rankings;
};

// With 95 % intervals, by patient where the predictions name patients, else by sample.
struct FigureWithInterval
{
    Figure figure;
    std::vector<Interval> intervals; // one a value
};
Cancellable<std::vector<FigureWithInterval>> withIntervals(const Classification& classification,
                                                           const BootstrapOptions& options, const Job& job = {});

} // namespace mama::metrics
