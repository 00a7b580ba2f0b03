#include "core/library/map/fuzzy_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace mama {
namespace {

constexpr double closeEnough = 1e-5, leastOfMean = 1e-3;

double sumOfWeights(std::span<const double> distances, double rho, double sigma)
{
    double sum = 0;
    for (const double distance : distances)
        sum += std::exp(-std::max(distance - rho, 0.0) / sigma);
    return sum;
}

double sigmaOf(std::span<const double> others, double rho, double wanted)
{
    double low = 0, high = std::numeric_limits<double>::infinity(), sigma = 1;
    for (int step = 0; step < 64; ++step) {
        const double sum = sumOfWeights(others, rho, sigma);
        if (std::abs(sum - wanted) < closeEnough)
            break;
        (sum > wanted ? high : low) = sigma;
        sigma = std::isinf(high) ? 2 * sigma : (low + high) / 2;
    }
    return sigma;
}

double meanOf(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

} // namespace

FuzzyScale fuzzyScale(const Neighbours& neighbours)
{
    const std::size_t count = neighbours.count;
    const double wanted = std::log2(static_cast<double>(count)), meanOfAll = meanOf(neighbours.distances);
    FuzzyScale scale;
    for (std::size_t first = 0; first < neighbours.distances.size(); first += count) {
        const std::span<const double> list(neighbours.distances.data() + first, count);
        double rho = 0;
        for (const double distance : list)
            if (distance > 0 && (rho == 0 || distance < rho))
                rho = distance;
        const double least = leastOfMean * (rho > 0 ? meanOf(list) : meanOfAll);
        scale.rho.push_back(rho);
        scale.sigma.push_back(std::max(sigmaOf(list.subspan(1), rho, wanted), least));
    }
    return scale;
}

double fuzzyWeight(const Neighbours& neighbours, const FuzzyScale& scale, std::size_t place)
{
    const std::size_t item = place / neighbours.count;
    const double beyond = neighbours.distances[place] - scale.rho[item];
    return beyond <= 0 || scale.sigma[item] == 0 ? 1 : std::exp(-beyond / scale.sigma[item]);
}

FuzzyGraph fuzzyGraph(const Neighbours& neighbours, const FuzzyScale& scale)
{
    struct Half
    {
        std::uint32_t row, column;
        bool turned; // it stands at the column
        double weight;
    };
    std::vector<Half> halves;
    halves.reserve(2 * neighbours.indices.size());
    for (std::size_t place = 0; place < neighbours.indices.size(); ++place) {
        const auto row = static_cast<std::uint32_t>(place / neighbours.count);
        const std::uint32_t column = neighbours.indices[place];
        if (row == column)
            continue;
        const double weight = fuzzyWeight(neighbours, scale, place);
        halves.push_back({row, column, false, weight});
        halves.push_back({column, row, true, weight});
    }
    std::sort(halves.begin(), halves.end(), [](const Half& a, const Half& b) {
        return std::tie(a.row, a.column, a.turned) < std::tie(b.row, b.column, b.turned);
    });
    FuzzyGraph graph;
    for (std::size_t i = 0; i < halves.size(); ++i) {
        double weight = halves[i].weight;
        if (i + 1 < halves.size() && halves[i + 1].row == halves[i].row && halves[i + 1].column == halves[i].column) {
            const double other = halves[++i].weight;
            weight = weight + other - weight * other;
        }
        if (static_cast<float>(weight) == 0)
            continue;
        graph.rows.push_back(halves[i].row);
        graph.columns.push_back(halves[i].column);
        graph.weights.push_back(static_cast<float>(weight));
    }
    return graph;
}

} // namespace mama
