#include "core/zeroshot/fisher_direction.h"

#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr double ridge = 0.3;

using Numbers = std::vector<double>;

Numbers meanOf(std::span<const float> vectors, std::size_t width)
{
    Numbers mean(width);
    for (std::size_t at = 0; at + width <= vectors.size(); at += width)
        for (std::size_t k = 0; k < width; ++k)
            mean[k] += static_cast<double>(vectors[at + k]);
    for (double& value : mean)
        value /= static_cast<double>(vectors.size() / width);
    return mean;
}

// Adds half of the covariance to the lower triangle of matrix [width, width].
void addCovariance(Numbers& matrix, std::span<const float> vectors, const Numbers& mean)
{
    const std::size_t width = mean.size();
    const double share = 0.5 / static_cast<double>(vectors.size() / width);
    Numbers centred(width);
    for (std::size_t at = 0; at + width <= vectors.size(); at += width) {
        for (std::size_t k = 0; k < width; ++k)
            centred[k] = static_cast<double>(vectors[at + k]) - mean[k];
        for (std::size_t row = 0; row < width; ++row)
            for (std::size_t column = 0; column <= row; ++column)
                matrix[row * width + column] += share * centred[row] * centred[column];
    }
}

// Solves matrix x = right for a positive definite matrix, of which the lower triangle is read (Cholesky).
Numbers solved(Numbers matrix, Numbers right)
{
    const std::size_t n = right.size();
    for (std::size_t row = 0; row < n; ++row) {
        for (std::size_t column = 0; column <= row; ++column) {
            double sum = matrix[row * n + column];
            for (std::size_t k = 0; k < column; ++k)
                sum -= matrix[row * n + k] * matrix[column * n + k];
            matrix[row * n + column] = row == column ? std::sqrt(sum) : sum / matrix[column * n + column];
        }
        for (std::size_t k = 0; k < row; ++k)
            right[row] -= matrix[row * n + k] * right[k];
        right[row] /= matrix[row * n + row];
    }
    for (std::size_t row = n; row-- > 0;) {
        for (std::size_t k = row + 1; k < n; ++k)
            right[row] -= matrix[k * n + row] * right[k];
        right[row] /= matrix[row * n + row];
    }
    return right;
}

double product(const Numbers& a, const Numbers& b)
{
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        sum += a[k] * b[k];
    return sum;
}

} // namespace

double FisherDirection::value(std::span<const float> vector) const
{
    return weights.empty() ? 0 : static_cast<double>(dot(weights, vector)) + offset;
}

FisherDirection FisherDirection::between(std::span<const float> first, std::span<const float> second,
                                         std::int64_t width)
{
    const auto w = static_cast<std::size_t>(width);
    if (w == 0 || first.size() < w || second.size() < w)
        return {};
    const Numbers firstMean = meanOf(first, w), secondMean = meanOf(second, w);
    Numbers matrix(w * w), difference(w);
    addCovariance(matrix, first, firstMean);
    addCovariance(matrix, second, secondMean);
    double trace = 0;
    for (std::size_t k = 0; k < w; ++k) {
        trace += matrix[k * w + k];
        difference[k] = firstMean[k] - secondMean[k];
    }
    for (std::size_t k = 0; k < w; ++k)
        matrix[k * w + k] += std::max(ridge * trace / static_cast<double>(w), 1e-9);
    const Numbers direction = solved(std::move(matrix), std::move(difference));
    const double high = product(direction, firstMean), low = product(direction, secondMean);
    if (!(high - low > 0))
        return {};
    FisherDirection out;
    for (const double value : direction)
        out.weights.push_back(static_cast<float>(2 * value / (high - low)));
    out.offset = -(high + low) / (high - low);
    return out;
}

} // namespace mama
