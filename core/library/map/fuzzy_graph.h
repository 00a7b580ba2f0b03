#pragma once
#include "core/library/map/neighbour_search.h"

namespace mama {

// How far each item's surroundings reach (UMAP, McInnes et al. 2018; umap-learn's smooth_knn_dist).
struct FuzzyScale
{
    std::vector<double> sigma, rho; // [n]
};
// neighbours: each item itself first, or (others) none of them. Sigma by bisection: the weights of an item's others sum
// to log2(count).
FuzzyScale fuzzyScale(const Neighbours& neighbours);
// How strongly an item is tied to the neighbour at this place of the list: 1 up to rho, then falling.
double fuzzyWeight(const Neighbours& neighbours, const FuzzyScale& scale, std::size_t place);

// The union of both directions' weights, w + w' - w w'; both directions stand in it, by row, then column, no zeros.
struct FuzzyGraph
{
    std::vector<std::uint32_t> rows, columns; // [edges]
    std::vector<float> weights;               // [edges]
};
FuzzyGraph fuzzyGraph(const Neighbours& neighbours, const FuzzyScale& scale);

} // namespace mama
