#include "core/library/map/principal_axes.h"

#include "core/library/map/symmetric_eigen.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace mama {
namespace {

constexpr std::size_t atOnce = 256, strip = 32; // rows that are added up together; lines of the matrix a thread takes

std::vector<double> meanOf(const RowSource& rows)
{
    std::vector<double> mean(rows.dim);
    std::vector<float> row(rows.dim);
    for (std::size_t at = 0; at < rows.size; ++at) {
        rows.read(at, row);
        for (std::size_t i = 0; i < rows.dim; ++i)
            mean[i] += static_cast<double>(row[i]);
    }
    for (double& value : mean)
        value /= static_cast<double>(rows.size);
    return mean;
}

// Adds the products of `count` rows [count, dim] to lines first to last of the upper half of the matrix.
void addProducts(const std::vector<double>& rows, std::size_t count, std::size_t dim, std::size_t line, double* sums)
{
    std::size_t row = 0;
    for (; row + 4 <= count; row += 4) {
        const double *a = rows.data() + row * dim, *b = a + dim, *c = b + dim, *d = c + dim;
        const double x = a[line], y = b[line], z = c[line], w = d[line];
        for (std::size_t i = line; i < dim; ++i)
            sums[i] += x * a[i] + y * b[i] + (z * c[i] + w * d[i]);
    }
    for (; row < count; ++row) {
        const double* a = rows.data() + row * dim;
        for (std::size_t i = line; i < dim; ++i)
            sums[i] += a[line] * a[i];
    }
}

Cancellable<std::vector<double>> covarianceOf(const RowSource& rows, const std::vector<double>& mean, int threads,
                                              const Job& job)
{
    const std::size_t dim = rows.dim;
    std::vector<double> sums(dim * dim), centred(atOnce * dim);
    std::vector<float> row(dim);
    for (std::size_t first = 0; first < rows.size; first += atOnce) {
        if (job.cancelled())
            return std::nullopt;
        const std::size_t count = std::min(atOnce, rows.size - first);
        for (std::size_t at = 0; at < count; ++at) {
            rows.read(first + at, row);
            for (std::size_t i = 0; i < dim; ++i)
                centred[at * dim + i] = static_cast<double>(row[i]) - mean[i];
        }
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (std::size_t from = strip * next++; from < dim; from = strip * next++)
                for (std::size_t line = from; line < std::min(from + strip, dim); ++line)
                    addProducts(centred, count, dim, line, sums.data() + line * dim);
        };
        std::vector<std::jthread> helpers;
        for (int i = 1; i < threads && dim > strip; ++i)
            helpers.emplace_back(work);
        work();
        helpers.clear();
        job.report(first + count, rows.size, "principal axes");
    }
    const double by = static_cast<double>(std::max<std::size_t>(rows.size, 2) - 1);
    for (std::size_t i = 0; i < dim; ++i)
        for (std::size_t j = i; j < dim; ++j)
            sums[j * dim + i] = sums[i * dim + j] /= by;
    return sums;
}

} // namespace

std::array<double, 2> PrincipalAxes::project(std::span<const float> row) const
{
    std::array<double, 2> out{};
    for (std::size_t axis = 0; axis < out.size(); ++axis)
        for (std::size_t i = 0; i < row.size(); ++i)
            out[axis] += (static_cast<double>(row[i]) - mean[i]) * directions[axis][i];
    return out;
}

Cancellable<PrincipalAxes> principalAxes(const RowSource& rows, int threads, const Job& job)
{
    PrincipalAxes axes{meanOf(rows), {}, {}};
    auto covariance = covarianceOf(rows, axes.mean, threads, job);
    if (!covariance)
        return std::nullopt;
    const EigenVectors eigen = symmetricEigen(std::move(*covariance), rows.dim);
    for (std::size_t axis = 0; axis < axes.directions.size(); ++axis) {
        std::vector<double>& direction = axes.directions[axis];
        direction.assign(rows.dim, 0);
        if (axis >= rows.dim)
            continue;
        const std::size_t column = rows.dim - 1 - axis;
        axes.variances[axis] = eigen.values[column];
        for (std::size_t i = 0; i < rows.dim; ++i)
            direction[i] = eigen.vectors[i * rows.dim + column];
        const auto largest = std::max_element(direction.begin(), direction.end(),
                                              [](double a, double b) { return std::abs(a) < std::abs(b); });
        if (*largest < 0)
            for (double& value : direction)
                value = -value;
    }
    return axes;
}

} // namespace mama
