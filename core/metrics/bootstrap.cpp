#include "core/metrics/bootstrap.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>
#include <unordered_map>

namespace mama::metrics {
namespace {

// SplitMix64's output function: random bits for a counter, so that any draw can be made without those before it.
std::uint64_t mix(std::uint64_t value)
{
    value += 0x9E3779B97F4A7C15ULL;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
}

// 0 to units - 1; the upper bits of a 32 x 32 bit product, whose bias is below 2^-32 * units.
std::size_t draw(std::uint64_t stream, std::uint64_t number, std::size_t units)
{
    return static_cast<std::size_t>(((mix(stream + number) >> 32) * units) >> 32);
}

constexpr Interval none{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};

// Drawing the same unit every time is the most extreme resample there is. Where that alone is as likely as what lies
// beyond one end of the interval, the ends are the units' own values and say nothing of others.
bool tooFew(std::size_t units, double level)
{
    const auto count = static_cast<double>(units);
    return units == 0 || std::pow(count, -count) >= (1 - level) / 2;
}

// What no unit shows may still be true of 3 in n others (the rule of three): more than 5 % below this many.
constexpr std::size_t tellingUnits = 60;

Interval percentiles(std::vector<double> values, double level, std::size_t units)
{
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (values.empty() || tooFew(units, level))
        return none;
    std::sort(values.begin(), values.end());
    if (values.front() == values.back() && units < tellingUnits)
        return none;
    return {quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

} // namespace

Resampler::Resampler(std::size_t samples) : m_group(samples), m_units(samples)
{
    std::iota(m_group.begin(), m_group.end(), 0U);
}

Resampler::Resampler(const std::vector<std::string>& groups)
{
    std::unordered_map<std::string, std::uint32_t> known;
    m_group.reserve(groups.size());
    for (const std::string& group : groups)
        m_group.push_back(known.try_emplace(group, static_cast<std::uint32_t>(known.size())).first->second);
    m_units = known.size();
}

void Resampler::weights(std::uint64_t seed, std::uint64_t index, std::span<double> out) const
{
    std::vector<double> drawn(m_units, 0.0);
    const std::uint64_t stream = mix(mix(seed) ^ (index + 1) * 0xD1342543DE82EF95ULL);
    for (std::size_t i = 0; i < m_units; ++i)
        drawn[draw(stream, i * 0x9E3779B97F4A7C15ULL, m_units)] += 1;
    for (std::size_t i = 0; i < m_group.size(); ++i)
        out[i] = drawn[m_group[i]];
}

double quantile(std::span<const double> sorted, double q)
{
    if (sorted.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Cancellable<std::vector<Interval>> bootstrap(const Resampler& resampler, const Statistic& statistic,
                                             const BootstrapOptions& options, const Job& job)
{
    const auto resamples = static_cast<std::size_t>(std::max(options.resamples, 0));
    std::vector<std::vector<double>> results(resamples);
    std::atomic<std::size_t> next{0}, done{0};
    std::exception_ptr problem;
    std::mutex problemMutex;
    const auto work = [&](bool reports) {
        std::vector<double> weights(resampler.samples());
        for (std::size_t i = next++; i < resamples && !job.cancelled(); i = next++) {
            resampler.weights(options.seed, i, weights);
            results[i] = statistic(weights);
            const std::size_t finished = ++done;
            if (reports)
                job.report(finished, resamples, "bootstrap");
        }
    };
    const auto guarded = [&](bool reports) {
        try {
            work(reports);
        } catch (...) {
            const std::lock_guard lock(problemMutex);
            problem = std::current_exception();
        }
    };
    const unsigned wanted = options.threads > 0 ? static_cast<unsigned>(options.threads)
                                                : std::max(1U, std::thread::hardware_concurrency());
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < wanted && i < resamples; ++i)
            helpers.emplace_back([&] { guarded(false); });
        guarded(true);
    }
    if (problem)
        std::rethrow_exception(problem);
    if (job.cancelled())
        return std::nullopt;
    std::vector<Interval> intervals;
    const std::size_t figures =
        results.empty() ? statistic(std::vector<double>(resampler.samples(), 1.0)).size() : results.front().size();
    std::vector<double> column(resamples);
    for (std::size_t figure = 0; figure < figures; ++figure) {
        std::transform(results.begin(), results.end(), column.begin(),
                       [figure](const auto& row) { return row[figure]; });
        intervals.push_back(percentiles(column, options.level, resampler.units()));
    }
    return intervals;
}

} // namespace mama::metrics
