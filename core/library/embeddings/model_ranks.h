#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace mama {

// [studies]: 1 for the highest score, equal ones alike; 0: it has none (NaN).
std::vector<std::uint32_t> ranksOf(std::span<const float> scores);

// Where several models rank the same studies: those that each of them has a score of.
struct ModelRanks
{
    std::size_t studies = 0;                       // so many are ranked
    std::vector<std::vector<std::uint32_t>> ranks; // [models][studies], as ranksOf; 0: not every model has a score
    std::vector<float> difference;                 // [studies]: the lowest place less the highest; NaN: not ranked
};
// scores: [models][studies], NaN: none.
ModelRanks compareRanks(std::span<const std::span<const float>> scores);

} // namespace mama
