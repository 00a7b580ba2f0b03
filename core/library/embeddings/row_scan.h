#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mama {

// How rows of float16 are multiplied: with the processor's widest vectors, or by a table on any processor.
enum class ScanKernel { Portable, Avx2, Avx512 };
const char* name(ScanKernel kernel);
std::vector<ScanKernel> scanKernels(); // that this processor has, the fastest last

// The dot product of a row [dim] float16 with a query [dim], summed in float32.
using RowProduct = float (*)(const std::uint16_t* row, const float* query, std::size_t dim);
RowProduct rowProduct(ScanKernel kernel);

} // namespace mama
