#pragma once
#include "core/metrics/predictions.h"

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace mama::metrics {

// One bar of a reliability diagram: samples whose top-1 confidence lies in (low, high].
struct ReliabilityBin
{
    double low = 0, high = 0;
    double weight = 0;     // samples
    double confidence = 0; // mean; 0 in an empty bin
    double accuracy = 0;   // share predicted rightly; 0 in an empty bin
};

// Equal bins (j/bins, (j+1)/bins]. predicted [N]: top-1 class; weights [N].
std::vector<ReliabilityBin> reliability(const Predictions& predictions, const std::vector<int>& predicted,
                                        std::span<const double> weights, int bins);

// Sum over the bins of share * |accuracy - mean confidence|.
double expectedCalibrationError(const std::vector<ReliabilityBin>& bins);

// Turns scores into probabilities; only after one was fitted on a named set may a score be called a probability.
struct Calibration
{
    enum class Method { Temperature, Platt };
    Method method = Method::Temperature;
    std::string set; // what it was fitted on
    std::size_t samples = 0;
    double slope = 1;  // temperature: softmax(slope * score); Platt: 1 / (1 + e^-(slope * score_1 + offset))
    double offset = 0; // Platt only
    double nllBefore = 0, nllAfter = 0;

    // Scores become probabilities [N, classes].
    void apply(Predictions& predictions) const;
    nlohmann::json toJson() const;
    // Error(Format) if a field is missing or impossible.
    static Calibration fromJson(const nlohmann::json& json);
};

// Fits by Newton's method on the mean negative log likelihood. Temperature takes similarities, logits or the
// logarithm of probabilities as scores; Platt needs two classes (Error(Data) otherwise, and without both classes).
// Platt's targets are smoothed as in his paper (2000), so that separable sets have a finite answer.
Calibration fitCalibration(const Predictions& predictions, Calibration::Method method, const std::string& set);

} // namespace mama::metrics
