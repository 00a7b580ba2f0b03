#include "core/model/towers/read_out.h"

#include <ATen/ATen.h>

namespace mama {

at::Tensor nearness(const GridSize& grid)
{
    const auto along = [](std::int64_t count) {
        const at::Tensor places = at::arange(count, at::kFloat);
        return at::exp((places.unsqueeze(1) - places.unsqueeze(0)).square() / -2.0);
    };
    return at::einsum("ik,jl->ijkl", {along(grid.rows), along(grid.columns)}).reshape({grid.cells(), grid.cells()});
}

} // namespace mama
