#pragma once
#include "core/library/embeddings/row_scan.h"

#include <cstddef>
#include <cstdint>

namespace mama {

// The dot product of a row [dim] int8 with a query [dim], summed in float32.
using PatchProduct = float (*)(const std::int8_t* row, const float* query, std::size_t dim);
PatchProduct patchProduct(ScanKernel kernel);

// How many bits of each of `count` codes [count, words] differ from a query's [words].
using CodeDistances = void (*)(const std::uint64_t* codes, std::size_t count, std::size_t words,
                               const std::uint64_t* query, std::uint16_t* to);
CodeDistances codeDistances(ScanKernel kernel);

} // namespace mama
