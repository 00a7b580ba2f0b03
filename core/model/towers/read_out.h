#pragma once
#include <ATen/core/Tensor.h>
#include <cstdint>
#include <string>

namespace mama {

// What a vision transformer's maps are drawn from: what its last block or two make of the cells, otherwise computed
// than for the image. Places are in the values; attention and the residual that carries it move them. Per cell x:
//   Standard   the last block as it is
//   Self1      it attends to itself alone, residual and MLP kept (MaskCLIP's code, arXiv 2112.01071)
//   Self2      the same in the last two blocks
//   ValueOnly  its projected value, neither residual nor MLP (ClearCLIP's form, arXiv 2407.12442)
//   ValueFfn   its projected value and the MLP over it, without the residual around the attention
//   Neighbour  cells attend to cells by their keys' likeness and nearness (NACLIP, arXiv 2404.08181): softmax of
//              k k^T / sqrt(d) + exp(-distance^2 / 2), distance in cells; neither residual nor MLP
enum class ReadOut { Standard, Self1, Self2, ValueOnly, ValueFfn, Neighbour };

struct GridSize
{
    std::int64_t rows = 0, columns = 0;
    std::int64_t cells() const { return rows * columns; }
};

// Inputs of a tower's last blocks, [N, T, width]: all that a read-out needs.
struct LateTokens
{
    at::Tensor secondLast, last; // of a tower of one block the same
    GridSize grid;
};

// exp(-distance^2 / 2) of cells of a grid from each other, [cells, cells].
at::Tensor nearness(const GridSize& grid);

} // namespace mama
