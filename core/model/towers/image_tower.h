#pragma once
#include "core/base/progress.h"
#include "core/image/model_input.h"
#include "core/model/layers/linear.h"
#include "core/model/towers/read_out.h"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// Pixels from one cell of an image tower's grid to the next; a vision transformer's patch.
struct GridStride
{
    std::int64_t rows = 0, columns = 0;
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
    // late: gets what read() needs, of a tower that reads out.
    virtual at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {},
                              LateTokens* late = nullptr) const = 0;
    // Whether it has blocks whose cells can be read out otherwise.
    virtual bool readsOut() const { return false; }
    // In place of the tokens of the same images where maps are drawn from them; [N, T, width], cells among them.
    virtual at::Tensor read(const LateTokens& late, ReadOut) const { return late.last; }
    virtual at::Tensor norm(const at::Tensor& tokens) const = 0;    // the last norm, [N, T, width]
    virtual at::Tensor patches(const at::Tensor& tokens) const = 0; // the cells, [N, P, width]
};

} // namespace mama
