#pragma once
#include <array>
#include <span>

namespace mama::metrics {

// The standard normal's 97.5 % quantile.
inline constexpr double normal975 = 1.959963984540054;

using Interval = std::array<double, 2>; // low, high; NaN: undefined

struct DeLong
{
    double auc = 0;       // NaN if a side is empty
    double variance = 0;  // of the AUC, structural components with n - 1; NaN with fewer than 2 on a side
    Interval ci95{};      // AUC -+ 1.96 standard errors, cut to [0, 1]
    Interval ci95Logit{}; // the same on the logit scale; NaN at an AUC of 0 or 1
};

// AUC and its variance by DeLong et al. 1988, with the mid-ranks of Sun & Xu 2014: O(n log n). Ties count one half.
DeLong delong(std::span<const double> positives, std::span<const double> negatives);

} // namespace mama::metrics
