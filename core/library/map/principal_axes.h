#pragma once
#include "core/base/progress.h"

#include <array>
#include <functional>
#include <span>
#include <vector>

namespace mama {

// Rows [size, dim] that are read one at a time, from any thread.
struct RowSource
{
    std::size_t size = 0, dim = 0;
    std::function<void(std::size_t row, std::span<float> to)> read;
};

// The two directions in which rows differ most; of each the loading of largest absolute value is positive. With one
// dimension the second is zeros.
struct PrincipalAxes
{
    std::vector<double> mean;                      // [dim]
    std::array<std::vector<double>, 2> directions; // [dim], of length 1
    std::array<double, 2> variances{};             // of the rows along them, by n - 1

    std::array<double, 2> project(std::span<const float> row) const;
};
// Covariance and eigenvectors in float64: exact up to rounding, and the same with any number of threads.
Cancellable<PrincipalAxes> principalAxes(const RowSource& rows, int threads = 2, const Job& job = {});

} // namespace mama
