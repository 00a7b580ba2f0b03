#include "core/protocol/run_health.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>

namespace mama {
namespace {

constexpr std::array<std::string_view, 9> rules{"loss-flat",           "validation-rising",    "image-gradients-zero",
                                                "text-gradients-zero", "temperature-at-bound", "steps-not-finite",
                                                "images-refused",      "waiting-for-data",     "slower-than-at-start"};

constexpr std::size_t window = 50, afterWarmUp = 100, gradientWindow = 20, settling = 5;
constexpr std::int64_t flatFrom = 200, plateauFrom = 2000;
constexpr double waiting = 0.3, slower = 0.5, risen = 1.05;

// A mean with its standard error.
struct Mean
{
    double value = 0, error = 0;
};

Mean meanOf(std::span<const double> values)
{
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return {mean, std::sqrt(squares / std::max(1.0, count - 1) / count)};
}

bool fell(const Mean& before, const Mean& after)
{
    return before.value - after.value > 2 * std::hypot(before.error, after.error);
}

double medianOf(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::string shown(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

double factorLimit(const nlohmann::json& config)
{
    const nlohmann::json::json_pointer place("/loss/scale_limit");
    return config.is_object() && config.contains(place) && config[place].is_number() ? config[place].get<double>() : 0;
}

} // namespace

std::span<const std::string_view> healthRules() { return rules; }

RunHealth::RunHealth(const nlohmann::json& config) : m_scaleLimit(factorLimit(config)) {}

void RunHealth::clear()
{
    RunHealth fresh{nlohmann::json()};
    fresh.m_scaleLimit = m_scaleLimit;
    *this = std::move(fresh);
}

void RunHealth::newTerms()
{
    m_first.clear();
    m_blocks.clear();
    m_block = m_highestRate = 0;
    m_losses = 0;
    m_firstSpeeds.clear();
    m_stepsHere = 0;
    m_validation.clear();
    m_last.clear();
}

void RunHealth::add(const RunRecord& record)
{
    if (const auto* one = std::get_if<StepRecord>(&record))
        return step(*one);
    if (const auto* one = std::get_if<EvalRecord>(&record))
        return evaluation(*one);
    const auto& event = std::get<EventRecord>(record).event;
    if (event == "late_loss") {
        m_late = true;
        newTerms();
    } else if (event == "resumed") {
        m_firstSpeeds.clear();
        m_stepsHere = 0;
    }
}

void RunHealth::step(const StepRecord& record)
{
    Seen seen{record.loss,
              record.lr,
              record.imagesPerSecond,
              record.loadingShare,
              -1,
              -1,
              std::isfinite(record.loss) && std::isfinite(record.gradNorm),
              {}};
    const auto norm = [&](const char* of) {
        const auto found = record.gradients.find(of);
        return found == record.gradients.end() ? -1 : found->second;
    };
    seen.image = norm("image");
    seen.text = norm("text");
    for (const auto& [name, value] : record.scale)
        if (m_scaleLimit > 0 && value >= m_scaleLimit * (1 - 1e-6))
            seen.bound += (seen.bound.empty() ? "" : ", ") + name;
    if (++m_stepsHere > static_cast<std::int64_t>(settling) && m_firstSpeeds.size() < window)
        m_firstSpeeds.push_back(record.imagesPerSecond);
    if (seen.finite) {
        m_highestRate = std::max(m_highestRate, record.lr);
        if (m_first.size() < window)
            m_first.push_back(record.loss);
        m_block += record.loss;
        if (++m_losses % static_cast<std::int64_t>(window) == 0) {
            m_blocks.push_back(m_block / static_cast<double>(window));
            m_block = 0;
        }
    }
    m_last.push_back(std::move(seen));
    if (m_last.size() > afterWarmUp + 1)
        m_last.pop_front();
}

void RunHealth::evaluation(const EvalRecord& record)
{
    for (const auto& [name, into] : {std::pair{"loss", &m_validation}, {"loss_clip", &m_clip}})
        if (const auto found = record.metrics.find(name);
            found != record.metrics.end() && std::isfinite(found->second.value))
            into->push_back(found->second.value);
}

void RunHealth::addLossFlat(std::vector<HealthFinding>& found) const
{
    // In the warm-up the rate is too low for a loss to fall.
    if (m_losses < flatFrom || m_last.size() <= afterWarmUp || m_last.back().lr > m_last.front().lr)
        return;
    std::vector<double> last;
    for (auto one = m_last.rbegin(); one != m_last.rend() && last.size() < window; ++one)
        if (one->finite)
            last.push_back(one->loss);
    if (last.size() < window)
        return;
    const Mean begin = meanOf(m_first), end = meanOf(last);
    if (!fell(begin, end)) {
        found.push_back(
            {"loss-flat",
             {TextId("health.loss_flat", "the loss has not fallen: %1 in the first 50 steps, %2 in the last 50"),
              shown(begin.value), shown(end.value)}});
        return;
    }
    const std::size_t quarter = m_blocks.size() / 4;
    if (m_losses < plateauFrom || m_last.back().lr < m_highestRate / 2)
        return;
    const std::span<const double> all(m_blocks);
    const Mean before = meanOf(all.subspan(m_blocks.size() - 2 * quarter, quarter)), after = meanOf(all.last(quarter));
    if (!fell(before, after))
        found.push_back({"loss-flat",
                         {TextId("health.loss_plateau", "the loss has not fallen for %1 steps: %2 then, %3 now"),
                          quarter * window, shown(before.value), shown(after.value)}});
}

void RunHealth::addValidation(std::vector<HealthFinding>& found) const
{
    const std::vector<double>& values = m_late || m_clip.empty() ? m_validation : m_clip;
    if (values.size() < 4)
        return;
    const double lowest = *std::min_element(values.begin(), values.end());
    for (std::size_t i = values.size() - 3; i < values.size(); ++i)
        if (values[i] <= values[i - 1])
            return;
    if (values.back() > risen * lowest)
        found.push_back({"validation-rising",
                         {TextId("health.validation_rising",
                                 "the validation loss rises: %1 now, %2 at its lowest; the model learns by heart"),
                          shown(values.back()), shown(lowest)}});
}

void RunHealth::addGradients(std::vector<HealthFinding>& found) const
{
    if (m_last.size() < gradientWindow)
        return;
    const auto zero = [&](double Seen::*norm) {
        return std::all_of(m_last.end() - gradientWindow, m_last.end(),
                           [&](const Seen& one) { return one.*norm == 0; });
    };
    if (zero(&Seen::image))
        found.push_back({"image-gradients-zero",
                         {TextId("health.image_gradients",
                                 "the image encoder does not learn: its gradient is zero in the last 20 steps")}});
    if (zero(&Seen::text))
        found.push_back({"text-gradients-zero",
                         {TextId("health.text_gradients",
                                 "the text encoder does not learn: its gradient is zero in the last 20 steps")}});
}

void RunHealth::addRecent(std::vector<HealthFinding>& found) const
{
    const std::size_t count = std::min(window, m_last.size());
    const auto begin = m_last.end() - static_cast<std::ptrdiff_t>(count);
    const bool atBound = std::all_of(begin, m_last.end(), [](const Seen& one) { return !one.bound.empty(); });
    if (count == window && atBound)
        found.push_back(
            {"temperature-at-bound",
             {TextId("health.temperature", "a learned temperature is at its bound, loss.scale_limit %1: %2"),
              shown(m_scaleLimit), m_last.back().bound}});
    const auto lost = std::count_if(begin, m_last.end(), [](const Seen& one) { return !one.finite; });
    if (lost > 0)
        found.push_back(
            {"steps-not-finite",
             {TextId("health.not_finite", "of the last %1 steps %2 were left out: loss or gradient was no number"),
              count, lost}});
}

void RunHealth::addSpeed(std::vector<HealthFinding>& found) const
{
    if (m_last.size() < window)
        return;
    double waited = 0;
    std::vector<double> speeds;
    for (auto one = m_last.end() - window; one != m_last.end(); ++one) {
        waited += one->waited / static_cast<double>(window);
        speeds.push_back(one->speed);
    }
    if (waited > waiting)
        found.push_back(
            {"waiting-for-data",
             {TextId("health.waiting",
                     "%1 % of the last 50 steps' time went into waiting for data: raise loader_threads or prefetch"),
              static_cast<std::int64_t>(std::lround(100 * waited))}});
    if (m_firstSpeeds.size() < window)
        return;
    const double first = medianOf(m_firstSpeeds), now = medianOf(std::move(speeds));
    if (now < slower * first)
        found.push_back(
            {"slower-than-at-start",
             {TextId("health.slower", "the run is slower than at its start: %1 images a second now, %2 then"),
              shown(now), shown(first)}});
}

std::vector<HealthFinding> RunHealth::findings(const RunState& state) const
{
    std::vector<HealthFinding> found;
    addLossFlat(found);
    addValidation(found);
    addGradients(found);
    addRecent(found);
    if (state.unreadable.count > 0)
        found.push_back({"images-refused",
                         {TextId("health.images", "%1 images cannot be read and are left out; log.txt names them"),
                          state.unreadable.count}});
    addSpeed(found);
    return found;
}

} // namespace mama
