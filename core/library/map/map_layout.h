#pragma once
#include "core/library/map/curve_fit.h"
#include "core/library/map/fuzzy_graph.h"

#include <array>

namespace mama {

struct LayoutSettings
{
    LayoutCurve curve;
    int epochs = 500;
    std::uint64_t seed = 42;
};

// Where UMAP starts: coordinates [n] scaled to a largest absolute value of 10, normal noise of 1e-4 on them, each axis
// then stretched to 0..10; as umap-learn does with init="pca". [n, 2]
std::vector<float> layoutStart(std::span<const std::array<double, 2>> coordinates, std::uint64_t seed);

// Stochastic gradient descent over the graph's edges in their order (umap-learn's optimize_layout_euclidean: five
// negative samples an edge, learning rate 1 falling to 0; an edge's samples all push from where its point stood before
// them), on one thread and with random numbers by their place, so
// that a seed always gives the same map. Edges below the largest weight / epochs are passed over. Changes `map` [n, 2];
// false: cancelled.
bool layOut(std::vector<float>& map, const FuzzyGraph& graph, const LayoutSettings& settings, const Job& job = {});

} // namespace mama
