#include "core/image/eight_bit.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <cmath>

namespace mama {

Raster<std::uint8_t> eightBitByRange(const Raster<float>& values, const Box& box, bool inverted)
{
    double least = values.at(box.y0, box.x0), largest = least;
    for (int r = box.y0; r <= box.y1; ++r)
        for (int c = box.x0; c <= box.x1; ++c) {
            const double value = values.at(r, c);
            least = std::min(least, value);
            largest = std::max(largest, value);
        }
    if (!(largest > least) || !std::isfinite(largest - least))
        throw Error(ErrorCode::Data, {action::prepareImage}, "image",
                    {TextId("prepare.one_value", "every pixel has the same value: there is nothing to see")});
    Raster<std::uint8_t> out(box.height(), box.width());
    for (int r = 0; r < out.rows; ++r)
        for (int c = 0; c < out.columns; ++c) {
            const double value = values.at(box.y0 + r, box.x0 + c);
            const double above = inverted ? largest - value : value - least;
            out.at(r, c) = static_cast<std::uint8_t>(above / (largest - least) * 255);
        }
    return out;
}

namespace {

struct Tap
{
    int low, high;
    float share; // of the higher one
};

std::vector<Tap> tapsOf(int in, int out)
{
    std::vector<Tap> taps;
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    for (int i = 0; i < out; ++i) {
        const float at = (static_cast<float>(i) + 0.5F) * scale - 0.5F, floor = std::floor(at);
        taps.push_back(
            {std::max(static_cast<int>(floor), 0), std::min(static_cast<int>(std::ceil(at)), in - 1), at - floor});
    }
    return taps;
}

} // namespace

Raster<std::uint8_t> tensorFlowBilinear(const Raster<std::uint8_t>& picture, int rows, int columns)
{
    const std::vector<Tap> down = tapsOf(picture.rows, rows), across = tapsOf(picture.columns, columns);
    Raster<std::uint8_t> out(rows, columns);
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) {
            const Tap &y = down[static_cast<std::size_t>(r)], &x = across[static_cast<std::size_t>(c)];
            const auto along = [&](int row) {
                const auto left = static_cast<float>(picture.at(row, x.low));
                return left + (static_cast<float>(picture.at(row, x.high)) - left) * x.share;
            };
            const float top = along(y.low);
            out.at(r, c) = static_cast<std::uint8_t>(std::clamp(top + (along(y.high) - top) * y.share, 0.0F, 255.0F));
        }
    return out;
}

} // namespace mama
