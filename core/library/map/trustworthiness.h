#pragma once
#include "core/library/map/row_distance.h"

#include <cstdint>

namespace mama {

// How far the neighbours that a map shows are neighbours in the data (Venna and Kaski 2001): 1: all of them, 0.5 about
// what chance gives. map [n, 2]; k below n / 2; over these items, all for the usual figure. Equal distances: by lowest
// index.
double trustworthiness(const RowDistance& rows, std::span<const double> map, std::size_t k,
                       std::span<const std::uint32_t> items, int threads = 2);

} // namespace mama
