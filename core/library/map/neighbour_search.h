#pragma once
#include "core/base/progress.h"
#include "core/library/map/packed_rows.h"

namespace mama {

// The nearest rows of each, nearest first, equal distances by lowest index.
struct Neighbours
{
    std::size_t count = 0;              // of each
    std::vector<std::uint32_t> indices; // [n, count]
    std::vector<double> distances;      // [n, count]
};

// Exact nearest neighbours, as float64 has them: tiles of float32 products find who may be among them, whatever those
// cannot tell apart is looked at once more, and equal rows are compared once. Results do not depend on threads or
// processor.
class NeighbourSearch
{
public:
    struct Means
    {
        std::size_t count = 15;
        int threads = 2;
        ScanKernel kernel = scanKernels().back();
    };
    // rows [n, dim], all finite; they must outlive this.
    NeighbourSearch(std::span<const float> rows, std::size_t dim, MapMetric metric);

    // Of every row: itself first with distance 0, then others; fewer than asked for where there are no more.
    Cancellable<Neighbours> ofAll(const Means& means, const Job& job = {}) const;
    // Of rows that are none of these: the nearest of these. queries [m, dim].
    Cancellable<Neighbours> of(std::span<const float> queries, const Means& means, const Job& job = {}) const;

private:
    struct Candidate
    {
        double distance;
        std::uint32_t row;
        bool operator<(const Candidate& other) const
        {
            return distance != other.distance ? distance < other.distance : row < other.row;
        }
    };
    struct Pass; // over the queries
    Cancellable<std::vector<std::vector<Candidate>>> search(const Pass& pass, const Job& job) const;
    void searchBlock(const Pass& pass, std::size_t at, std::vector<std::vector<Candidate>>& found) const;
    std::vector<Candidate> exact(const Pass& pass, std::size_t query, std::span<const std::uint32_t> groups) const;

    RowDistance m_distance;
    std::vector<std::uint32_t> m_first;                // of each group of equal rows
    std::vector<std::vector<std::uint32_t>> m_members; // rising
    std::vector<double> m_centre;
    PackedRows m_packed; // the first of each group
};

} // namespace mama
