#include "core/metrics/calibration.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::metrics {
namespace {

const char* name(Calibration::Method method) { return method == Calibration::Method::Platt ? "platt" : "temperature"; }

// The bin of (low, high] edges that holds the confidence; 0 itself goes to the first.
std::size_t binOf(double confidence, int bins)
{
    auto bin = std::clamp(static_cast<int>(std::ceil(confidence * bins)) - 1, 0, bins - 1);
    while (bin > 0 && confidence <= static_cast<double>(bin) / bins)
        --bin;
    while (bin + 1 < bins && confidence > static_cast<double>(bin + 1) / bins)
        ++bin;
    return static_cast<std::size_t>(bin);
}

// Mean negative log likelihood of softmax(slope * score), with its first two derivatives in the slope: the mean
// of (expected - true score) and the mean variance of the score under the softmax.
struct Derivatives
{
    double value = 0, first = 0, second = 0;
};

Derivatives temperatureLoss(const Predictions& predictions, double slope)
{
    Derivatives sum;
    for (std::size_t i = 0; i < predictions.samples(); ++i) {
        const auto row =
            std::span<const double>(predictions.scores).subspan(i * predictions.classes, predictions.classes);
        const double top =
            slope >= 0 ? *std::max_element(row.begin(), row.end()) : *std::min_element(row.begin(), row.end());
        double total = 0, mean = 0, square = 0;
        for (const double score : row) {
            const double share = std::exp(slope * (score - top));
            total += share;
            mean += share * (score - top);
            square += share * (score - top) * (score - top);
        }
        mean /= total;
        const double truth = row[static_cast<std::size_t>(predictions.labels[i])] - top;
        sum.value += std::log(total) - slope * truth;
        sum.first += mean - truth;
        sum.second += square / total - mean * mean;
    }
    const auto samples = static_cast<double>(predictions.samples());
    return {sum.value / samples, sum.first / samples, sum.second / samples};
}

// The loss is convex in the slope: damped Newton from 1, kept within what a float can express.
double fitTemperature(const Predictions& predictions)
{
    constexpr double lowest = 1e-4, highest = 1e4;
    double slope = 1;
    for (int round = 0; round < 200; ++round) {
        const Derivatives at = temperatureLoss(predictions, slope);
        if (std::abs(at.first) < 1e-12 || at.second <= 0)
            break;
        double step = at.first / at.second;
        double next = std::clamp(slope - step, lowest, highest);
        while (std::abs(step) > 1e-14 && temperatureLoss(predictions, next).value > at.value) {
            step /= 2;
            next = std::clamp(slope - step, lowest, highest);
        }
        if (std::abs(next - slope) <= 1e-13 * slope)
            break;
        slope = next;
    }
    return slope;
}

struct Line
{
    double slope = 0, offset = 0;
};

double plattLoss(const Predictions& predictions, Line line, double highTarget, double lowTarget)
{
    double sum = 0;
    for (std::size_t i = 0; i < predictions.samples(); ++i) {
        const double logit = line.slope * predictions.score(i, 1) + line.offset;
        const double target = predictions.labels[i] == 1 ? highTarget : lowTarget;
        sum += std::max(logit, 0.0) + std::log1p(std::exp(-std::abs(logit))) - target * logit;
    }
    return sum / static_cast<double>(predictions.samples());
}

// Newton with line search on the two parameters, after Lin, Lin & Weng 2007.
Line fitPlatt(const Predictions& predictions, double highTarget, double lowTarget, double prior)
{
    Line line{0, prior};
    double value = plattLoss(predictions, line, highTarget, lowTarget);
    for (int round = 0; round < 200; ++round) {
        double g1 = 0, g2 = 0, h11 = 1e-12, h22 = 1e-12, h21 = 0;
        for (std::size_t i = 0; i < predictions.samples(); ++i) {
            const double score = predictions.score(i, 1), p = 1 / (1 + std::exp(-(line.slope * score + line.offset)));
            const double gap = p - (predictions.labels[i] == 1 ? highTarget : lowTarget), curve = p * (1 - p);
            g1 += gap * score;
            g2 += gap;
            h11 += curve * score * score;
            h22 += curve;
            h21 += curve * score;
        }
        if (std::abs(g1) < 1e-10 && std::abs(g2) < 1e-10)
            break;
        const double determinant = h11 * h22 - h21 * h21;
        if (!(determinant > 0))
            break;
        const Line step{(h22 * g1 - h21 * g2) / determinant, (h11 * g2 - h21 * g1) / determinant};
        double scale = 1;
        bool better = false;
        for (; scale > 1e-12 && !better; scale /= 2) {
            const Line next{line.slope - scale * step.slope, line.offset - scale * step.offset};
            const double nextValue = plattLoss(predictions, next, highTarget, lowTarget);
            if (nextValue < value) {
                line = next;
                value = nextValue;
                better = true;
            }
        }
        if (!better)
            break;
    }
    return line;
}

Calibration plattCalibration(const Predictions& predictions, Calibration result)
{
    const auto positives = static_cast<double>(std::count(predictions.labels.begin(), predictions.labels.end(), 1));
    const double negatives = static_cast<double>(predictions.samples()) - positives;
    if (predictions.classes != 2 || positives == 0 || negatives == 0)
        throw Error(ErrorCode::Data, "calibrate", result.set, "Platt scaling needs samples of both of two classes");
    const double highTarget = (positives + 1) / (positives + 2), lowTarget = 1 / (negatives + 2);
    const double prior = std::log((positives + 1) / (negatives + 1));
    const Line line = fitPlatt(predictions, highTarget, lowTarget, prior);
    result.slope = line.slope;
    result.offset = line.offset;
    result.nllBefore = plattLoss(predictions, {0, prior}, 1, 0);
    result.nllAfter = plattLoss(predictions, line, 1, 0);
    return result;
}

} // namespace

std::vector<ReliabilityBin> reliability(const Predictions& predictions, const std::vector<int>& predicted,
                                        std::span<const double> weights, int bins)
{
    std::vector<ReliabilityBin> result(static_cast<std::size_t>(bins));
    for (int bin = 0; bin < bins; ++bin)
        result[static_cast<std::size_t>(bin)] = {static_cast<double>(bin) / bins, static_cast<double>(bin + 1) / bins};
    for (std::size_t i = 0; i < predictions.samples(); ++i) {
        const double confidence = predictions.score(i, static_cast<std::size_t>(predicted[i]));
        ReliabilityBin& bin = result[binOf(confidence, bins)];
        bin.weight += weights[i];
        bin.confidence += weights[i] * confidence;
        bin.accuracy += predicted[i] == predictions.labels[i] ? weights[i] : 0;
    }
    for (ReliabilityBin& bin : result)
        if (bin.weight > 0) {
            bin.confidence /= bin.weight;
            bin.accuracy /= bin.weight;
        }
    return result;
}

double expectedCalibrationError(const std::vector<ReliabilityBin>& bins)
{
    double sum = 0, total = 0;
    for (const ReliabilityBin& bin : bins) {
        sum += bin.weight * std::abs(bin.accuracy - bin.confidence);
        total += bin.weight;
    }
    return sum / total;
}

void Calibration::apply(Predictions& predictions) const
{
    if (method == Method::Temperature)
        return softmax(predictions, slope);
    if (predictions.classes != 2)
        throw Error(ErrorCode::Data, "calibrate", set, "Platt scaling needs two classes");
    for (std::size_t i = 0; i < predictions.samples(); ++i) {
        const double p = 1 / (1 + std::exp(-(slope * predictions.score(i, 1) + offset)));
        predictions.scores[2 * i] = 1 - p;
        predictions.scores[2 * i + 1] = p;
    }
}

nlohmann::json Calibration::toJson() const
{
    return {{"method", name(method)}, {"set", set},       {"samples", samples},
            {"slope", slope},         {"offset", offset}, {"nll_before", nllBefore},
            {"nll_after", nllAfter}};
}

Calibration Calibration::fromJson(const nlohmann::json& json)
{
    try {
        Calibration result;
        const std::string method = json.at("method");
        if (method != name(Method::Temperature) && method != name(Method::Platt))
            throw Error(ErrorCode::Format, "read calibration", "method",
                        "\"" + method + "\" is neither temperature nor platt");
        result.method = method == name(Method::Platt) ? Method::Platt : Method::Temperature;
        result.set = json.at("set");
        result.samples = json.at("samples");
        result.slope = json.at("slope");
        result.offset = json.value("offset", 0.0);
        result.nllBefore = json.value("nll_before", 0.0);
        result.nllAfter = json.value("nll_after", 0.0);
        return result;
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::Format, "read calibration", "", textOf(error));
    }
}

Calibration fitCalibration(const Predictions& predictions, Calibration::Method method, const std::string& set)
{
    Calibration result;
    result.method = method;
    result.set = set;
    result.samples = predictions.samples();
    if (predictions.samples() == 0)
        throw Error(ErrorCode::Data, "calibrate", set, "no samples");
    if (method == Calibration::Method::Platt)
        return plattCalibration(predictions, result);
    result.nllBefore = temperatureLoss(predictions, 1).value;
    result.slope = fitTemperature(predictions);
    result.nllAfter = temperatureLoss(predictions, result.slope).value;
    return result;
}

} // namespace mama::metrics
