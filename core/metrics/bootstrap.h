#pragma once
#include "core/base/progress.h"
#include "core/base/user_text.h"
#include "core/metrics/delong.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace mama::metrics {

struct BootstrapOptions
{
    int resamples = 1000;
    std::uint64_t seed = 42;
    double level = 0.95;
    int threads = 0; // 0: as many as the processor has; the result does not depend on it
};

// What is drawn with replacement: samples by themselves, or all samples of one patient together.
class Resampler
{
public:
    explicit Resampler(std::size_t samples);                    // by sample
    explicit Resampler(const std::vector<std::string>& groups); // by patient: one key a sample

    std::size_t samples() const { return m_group.size(); }
    std::size_t units() const { return m_units; }
    // How often each sample is drawn in resample number `index`; a pure function of seed and index.
    void weights(std::uint64_t seed, std::uint64_t index, std::span<double> out) const;

private:
    std::vector<std::uint32_t> m_group; // per sample
    std::size_t m_units = 0;
};

// Values of all figures under one weighting of the samples; always the same number of values.
using Statistic = std::function<std::vector<double>(std::span<const double> weights)>;

// Why a figure may have no interval.
inline constexpr auto noInterval =
    TextId("metrics.no_interval", "no interval: too few cases to tell how far the figure would vary");

// Percentile intervals (quantiles with linear interpolation), one a figure. Resamples in which a figure is NaN
// are left out for that figure. NaN, no interval: with none left; with less units than make the ends of an interval
// (three or less at 95 %); with less than 60 units of which no resample changes the figure. Statistic is called from
// several threads.
Cancellable<std::vector<Interval>> bootstrap(const Resampler& resampler, const Statistic& statistic,
                                             const BootstrapOptions& options, const Job& job = {});

// NumPy's default quantile; q in 0 to 1. Reorders nothing; NaN if empty.
double quantile(std::span<const double> sorted, double q);

} // namespace mama::metrics
