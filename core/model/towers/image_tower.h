#pragma once
#include "core/base/progress.h"
#include "core/image/model_input.h"
#include "core/model/layers/linear.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// Pixels from one cell of an image tower's grid to the next; a vision transformer's patch.
struct GridStride
{
    std::int64_t rows = 0, columns = 0;
};

struct GridSize
{
    std::int64_t rows = 0, columns = 0;
    std::int64_t cells() const { return rows * columns; }
};

// An image encoder without its heads: tokens of an image, of which some are the cells of a grid over it. Weights under
// names::imageTower.
class ImageTower
{
public:
    // image: model.json's "image". Error(Unsupported) names a family that has no tower here, Error(Model) a missing or
    // misshapen tensor.
    static std::unique_ptr<ImageTower> make(const Parameters& parameters, const nlohmann::json& image);
    virtual ~ImageTower() = default;

    virtual std::int64_t width() const = 0; // of a token
    virtual GridStride stride() const = 0;  // pixels from one cell to the next
    // Pixels of one cell over an image of that size, the cells laid out evenly.
    virtual CellSize cell(const Extent& input) const
    {
        const GridSize cells = grid(input.rows, input.columns);
        return {static_cast<double>(input.columns) / static_cast<double>(cells.columns),
                static_cast<double>(input.rows) / static_cast<double>(cells.rows)};
    }
    // Cells over an image of height x width pixels. Error(Data) if the tower does not take that size.
    virtual GridSize grid(std::int64_t height, std::int64_t width) const = 0;
    // In training, by a BatchNorm: a batch is not the sum of its parts.
    virtual bool mixesImages() const = 0;
    // For inference from here on: weights in the layout and precision that are fastest.
    virtual void pack(Precision precision) = 0;

    // images [N, 3, H, W] -> [N, T, width] before the last norm, cells row by row among them. Undefined if
    // cancelled. Error(Data) if the tower does not take that size.
    // values: gets what the tokens would be if in the last block each attended to itself alone (MaskCLIP, arXiv
    // 2112.01071); of a tower without attention the tokens themselves.
    virtual at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {},
                              at::Tensor* values = nullptr) const = 0;
    virtual at::Tensor norm(const at::Tensor& tokens) const = 0;    // the last norm, [N, T, width]
    virtual at::Tensor patches(const at::Tensor& tokens) const = 0; // the cells, [N, P, width]
};

} // namespace mama
