#include "core/library/map/neighbour_search.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace mama {
namespace {

constexpr std::size_t block = PackedRows::block;
constexpr float infinite = std::numeric_limits<float>::infinity();

std::vector<std::vector<std::uint32_t>> groupsOfEqual(const RowDistance& rows)
{
    std::unordered_map<std::string_view, std::size_t> known;
    std::vector<std::vector<std::uint32_t>> groups;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const auto bytes = std::as_bytes(rows.row(at));
        const auto [place, isNew] =
            known.try_emplace({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, groups.size());
        if (isNew)
            groups.emplace_back();
        groups[place->second].push_back(static_cast<std::uint32_t>(at));
    }
    return groups;
}

std::vector<std::uint32_t> firsts(const std::vector<std::vector<std::uint32_t>>& groups)
{
    std::vector<std::uint32_t> out;
    for (const auto& group : groups)
        out.push_back(group.front());
    return out;
}

// Distances do not change with it, and products of what lies close together are then small and exact.
std::vector<double> centreOf(const RowDistance& rows)
{
    std::vector<double> centre(rows.dim());
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const std::span<const float> row = rows.row(at);
        for (std::size_t i = 0; i < centre.size(); ++i)
            centre[i] += static_cast<double>(row[i]) * rows.factor(at);
    }
    for (double& value : centre)
        value /= static_cast<double>(std::max<std::size_t>(rows.size(), 1));
    return centre;
}

// The nearest so far of one query, by half the squared distance less the query's own share.
class Nearest
{
public:
    explicit Nearest(std::size_t most) : m_most(most) {}
    float limit() const { return m_found.size() < m_most ? infinite : m_found.front().first; }
    void add(float value, std::uint32_t group)
    {
        if (m_found.size() == m_most) {
            std::pop_heap(m_found.begin(), m_found.end());
            m_found.pop_back();
        }
        m_found.emplace_back(value, group);
        std::push_heap(m_found.begin(), m_found.end());
    }
    std::vector<std::pair<float, std::uint32_t>> take()
    {
        std::sort(m_found.begin(), m_found.end());
        return std::move(m_found);
    }

private:
    std::size_t m_most;
    std::vector<std::pair<float, std::uint32_t>> m_found;
};

// Every value of a row below its limit. The limit may fall meanwhile.
template <class Limit, class Take>
void below(const float* products, const float* halfSquares, std::size_t count, const Limit& limit, const Take& take)
{
    constexpr std::size_t step = 32;
    for (std::size_t first = 0; first < count; first += step) {
        const float now = limit();
        int any = 0;
        for (std::size_t i = first; i < first + step; ++i) // beyond count lie zeros, in whole blocks
            any |= halfSquares[i] - products[i] <= now ? 1 : 0;
        for (std::size_t i = first; any != 0 && i < std::min(first + step, count); ++i)
            if (const float value = halfSquares[i] - products[i]; value <= limit())
                take(value, i);
    }
}

} // namespace

struct NeighbourSearch::Pass
{
    const RowDistance& rows;              // of the queries
    std::span<const std::uint32_t> which; // of them
    const PackedRows& packed;
    const Means& means;
    bool own; // the queries are the groups themselves

    std::size_t wanted() const { return means.count; }
};

NeighbourSearch::NeighbourSearch(std::span<const float> rows, std::size_t dim, MapMetric metric)
    : m_distance(rows, dim, metric), m_members(groupsOfEqual(m_distance)), m_centre(centreOf(m_distance)),
      m_packed(m_distance, firsts(m_members), m_centre)
{
    m_first = firsts(m_members);
}

std::vector<NeighbourSearch::Candidate> NeighbourSearch::exact(const Pass& pass, std::size_t query,
                                                               std::span<const std::uint32_t> groups) const
{
    const std::uint32_t row = pass.which[query];
    std::vector<Candidate> out;
    for (const std::uint32_t group : groups) {
        const double distance = m_distance.to(pass.rows.row(row), pass.rows.factor(row), m_first[group]);
        const auto& members = m_members[group];
        // One more than wanted: a query among them takes itself out.
        for (std::size_t i = 0; i < std::min(members.size(), pass.wanted() + 1); ++i)
            out.push_back({distance, members[i]});
    }
    std::sort(out.begin(), out.end());
    out.resize(std::min(out.size(), pass.wanted() + 1));
    return out;
}

// Two looks: the first finds a few more than are wanted; where the last of those is not surely further than the last
// that is wanted, the second takes all that may be.
void NeighbourSearch::searchBlock(const Pass& pass, std::size_t at, std::vector<std::vector<Candidate>>& found) const
{
    const std::size_t queries = pass.packed.rowsIn(at), wanted = pass.wanted(), spare = wanted + 16;
    std::vector<float> products(block * block);
    std::vector<Nearest> nearest(queries, Nearest(wanted + spare));
    const auto look = [&](const auto& limit, const auto& take) {
        for (std::size_t other = 0; other < m_packed.blocks(); ++other) {
            pass.packed.multiply(at, m_packed, other, products.data(), pass.means.kernel);
            for (std::size_t query = 0; query < queries; ++query)
                below(
                    products.data() + query * block, m_packed.halfSquares(other), m_packed.rowsIn(other),
                    [&] { return limit(query); },
                    [&](float value, std::size_t i) {
                        take(query, value, static_cast<std::uint32_t>(other * block + i));
                    });
        }
    };
    look([&](std::size_t query) { return nearest[query].limit(); },
         [&](std::size_t query, float value, std::uint32_t group) { nearest[query].add(value, group); });
    std::vector<std::vector<std::uint32_t>> groups(queries);
    std::vector<float> limits(queries, -infinite);
    bool again = false;
    for (std::size_t query = 0; query < queries; ++query) {
        const auto best = nearest[query].take();
        const double margin =
            2 * PackedRows::relativeError(m_distance.dim()) *
            static_cast<double>(pass.packed.halfSquare(at * block + query) + m_packed.largestHalfSquare());
        const double surely = best.size() > wanted ? static_cast<double>(best[wanted].first) + margin : 0;
        if (best.size() < m_first.size() && static_cast<double>(best.back().first) <= surely) {
            limits[query] = std::nextafter(static_cast<float>(surely), infinite);
            again = true;
            continue;
        }
        for (const auto& [value, group] : best)
            groups[query].push_back(group);
    }
    if (again)
        look([&](std::size_t query) { return limits[query]; },
             [&](std::size_t query, float, std::uint32_t group) { groups[query].push_back(group); });
    for (std::size_t query = 0; query < queries; ++query)
        found[at * block + query] = exact(pass, at * block + query, groups[query]);
}

Cancellable<std::vector<std::vector<NeighbourSearch::Candidate>>> NeighbourSearch::search(const Pass& pass,
                                                                                          const Job& job) const
{
    std::vector<std::vector<Candidate>> found(pass.packed.size());
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    std::mutex mutex;
    const auto work = [&] {
        for (std::size_t at = next++; at < pass.packed.blocks() && !job.cancelled(); at = next++) {
            searchBlock(pass, at, found);
            const std::lock_guard lock(mutex);
            job.report(std::min(++done * block, pass.packed.size()), pass.packed.size(), "neighbours");
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (int i = 1; i < pass.means.threads && pass.packed.blocks() > 1; ++i)
            helpers.emplace_back(work);
        work();
    }
    if (job.cancelled())
        return std::nullopt;
    return found;
}

Cancellable<Neighbours> NeighbourSearch::ofAll(const Means& means, const Job& job) const
{
    const auto found = search({m_distance, m_first, m_packed, means, true}, job);
    if (!found)
        return std::nullopt;
    Neighbours out;
    out.count = std::min(means.count, m_distance.size());
    out.indices.resize(m_distance.size() * out.count);
    out.distances.resize(out.indices.size());
    for (std::size_t group = 0; group < m_members.size(); ++group)
        for (const std::uint32_t row : m_members[group]) {
            std::size_t to = row * out.count;
            const std::size_t end = to + out.count;
            out.indices[to++] = row;
            for (const Candidate& each : (*found)[group])
                if (each.row != row && to < end) {
                    out.distances[to] = each.distance;
                    out.indices[to++] = each.row;
                }
        }
    return out;
}

Cancellable<Neighbours> NeighbourSearch::of(std::span<const float> queries, const Means& means, const Job& job) const
{
    const RowDistance rows(queries, m_distance.dim(), m_distance.metric());
    std::vector<std::uint32_t> all(rows.size());
    std::iota(all.begin(), all.end(), 0U);
    const PackedRows packed(rows, all, m_centre);
    const auto found = search({rows, all, packed, means, false}, job);
    if (!found)
        return std::nullopt;
    Neighbours out;
    out.count = std::min(means.count, m_distance.size());
    for (const auto& candidates : *found)
        for (std::size_t i = 0; i < out.count; ++i) {
            out.indices.push_back(candidates[i].row);
            out.distances.push_back(candidates[i].distance);
        }
    return out;
}

} // namespace mama
