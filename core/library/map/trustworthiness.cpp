#include "core/library/map/trustworthiness.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

namespace mama {
namespace {

using Place = std::pair<double, std::uint32_t>; // distance, index

std::vector<Place> nearestOnMap(std::span<const double> map, std::uint32_t item, std::size_t k)
{
    std::vector<Place> all;
    for (std::uint32_t other = 0; other < map.size() / 2; ++other)
        if (other != item) {
            const double x = map[2 * other] - map[2 * item], y = map[2 * other + 1] - map[2 * item + 1];
            all.emplace_back(x * x + y * y, other);
        }
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k), all.end());
    all.resize(k);
    return all;
}

// By how much the ranks of these go beyond k, together.
double beyond(const RowDistance& rows, std::uint32_t item, const std::vector<Place>& near)
{
    std::vector<double> distances(rows.size());
    for (std::size_t other = 0; other < rows.size(); ++other)
        distances[other] = rows.between(item, other);
    double sum = 0;
    for (const auto& [onMap, of] : near) {
        std::size_t rank = 1;
        for (std::uint32_t other = 0; other < rows.size(); ++other)
            rank += other != item && Place(distances[other], other) < Place(distances[of], of);
        if (rank > near.size())
            sum += static_cast<double>(rank - near.size());
    }
    return sum;
}

} // namespace

double trustworthiness(const RowDistance& rows, std::span<const double> map, std::size_t k,
                       std::span<const std::uint32_t> items, int threads)
{
    std::vector<double> sums(items.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t at = next++; at < items.size(); at = next++)
            sums[at] = beyond(rows, items[at], nearestOnMap(map, items[at], k));
    };
    std::vector<std::jthread> helpers;
    for (int i = 1; i < threads; ++i)
        helpers.emplace_back(work);
    work();
    helpers.clear();
    const auto n = static_cast<double>(rows.size()), near = static_cast<double>(k);
    const double worst = static_cast<double>(items.size()) * near * (2 * n - 3 * near - 1) / 2;
    return 1 - std::accumulate(sums.begin(), sums.end(), 0.0) / worst;
}

} // namespace mama
