#include "widgets/viewer/scene/reduce.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace mama::viewer {
namespace {

template <class T, class Sum>
T rounded(Sum sum, Sum count)
{
    if constexpr (std::is_floating_point_v<T>)
        return static_cast<T>(sum / count);
    else
        return static_cast<T>((sum + count / 2) / count);
}

// channels interleaved samples a pixel.
template <class T>
std::vector<T> means(const std::vector<T>& from, int rows, int columns, std::size_t channels)
{
    using Sum = std::conditional_t<std::is_floating_point_v<T>, float, std::uint32_t>;
    const int newRows = (rows + 1) / 2, newColumns = (columns + 1) / 2;
    std::vector<T> to(static_cast<std::size_t>(newRows) * static_cast<std::size_t>(newColumns) * channels);
    const std::size_t stride = static_cast<std::size_t>(columns) * channels;
    for (int r = 0; r < newRows; ++r) {
        const T* top = from.data() + static_cast<std::size_t>(2 * r) * stride;
        const T* bottom = 2 * r + 1 < rows ? top + stride : top;
        T* out = to.data() + static_cast<std::size_t>(r) * static_cast<std::size_t>(newColumns) * channels;
        const auto whole = static_cast<std::size_t>(columns / 2);
        for (std::size_t c = 0; c < whole; ++c)
            for (std::size_t k = 0; k < channels; ++k) {
                const std::size_t i = 2 * c * channels + k;
                out[c * channels + k] = rounded<T, Sum>(
                    Sum(top[i]) + Sum(top[i + channels]) + Sum(bottom[i]) + Sum(bottom[i + channels]), Sum(4));
            }
        if (columns % 2)
            for (std::size_t k = 0; k < channels; ++k) {
                const std::size_t i = 2 * whole * channels + k;
                out[whole * channels + k] = rounded<T, Sum>(Sum(top[i]) + Sum(bottom[i]), Sum(2));
            }
    }
    return to;
}

template <class T>
std::vector<T> unpaddedMeans(const std::vector<T>& from, int rows, int columns, std::pair<double, double> pad)
{
    const int newRows = (rows + 1) / 2, newColumns = (columns + 1) / 2;
    std::vector<T> to(static_cast<std::size_t>(newRows) * static_cast<std::size_t>(newColumns));
    const auto isPad = [pad](double v) { return v >= pad.first && v <= pad.second; };
    for (int r = 0; r < newRows; ++r)
        for (int c = 0; c < newColumns; ++c) {
            double sum = 0;
            int count = 0, all = 0;
            T padding{};
            for (int y = 2 * r; y < std::min(2 * r + 2, rows); ++y)
                for (int x = 2 * c; x < std::min(2 * c + 2, columns); ++x, ++all) {
                    const T v = from[static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                                     static_cast<std::size_t>(x)];
                    if (isPad(static_cast<double>(v))) {
                        padding = v;
                    } else {
                        sum += static_cast<double>(v);
                        ++count;
                    }
                }
            T& out =
                to[static_cast<std::size_t>(r) * static_cast<std::size_t>(newColumns) + static_cast<std::size_t>(c)];
            if (count * 2 < all) {
                out = padding;
                continue;
            }
            double mean = sum / count;
            if constexpr (!std::is_floating_point_v<T>) {
                mean = std::floor(mean + 0.5);
                if (isPad(mean))
                    mean = pad.second < 65535 ? std::floor(pad.second) + 1 : std::ceil(pad.first) - 1;
            }
            out = static_cast<T>(mean);
        }
    return to;
}

} // namespace

ViewLevel halved(const ViewLevel& level, const std::optional<std::pair<double, double>>& paddedCodes)
{
    ViewLevel next{(level.rows + 1) / 2, (level.columns + 1) / 2, {}, {}, {}};
    if (!level.colour.empty())
        next.colour = means(level.colour, level.rows, level.columns, 4);
    else if (!level.wide.empty())
        next.wide = paddedCodes ? unpaddedMeans(level.wide, level.rows, level.columns, *paddedCodes)
                                : means(level.wide, level.rows, level.columns, 1);
    else
        next.grey = paddedCodes ? unpaddedMeans(level.grey, level.rows, level.columns, *paddedCodes)
                                : means(level.grey, level.rows, level.columns, 1);
    return next;
}

} // namespace mama::viewer
