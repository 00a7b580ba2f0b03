#include "core/training/data/lesion_share.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// Integral of a mask over [0, x) x [0, y). Within a pixel it is bilinear, so that interpolation gives it exactly.
class Integral
{
public:
    explicit Integral(const Raster<std::uint8_t>& mask) : m_sums(mask.rows + 1, mask.columns + 1)
    {
        for (int row = 0; row < mask.rows; ++row) {
            double line = 0;
            for (int column = 0; column < mask.columns; ++column) {
                line += mask.at(row, column) ? 1 : 0;
                m_sums.at(row + 1, column + 1) = m_sums.at(row, column + 1) + line;
            }
        }
    }
    double operator()(double x, double y) const
    {
        x = std::clamp(x, 0.0, static_cast<double>(m_sums.columns - 1));
        y = std::clamp(y, 0.0, static_cast<double>(m_sums.rows - 1));
        const int column = std::min(static_cast<int>(x), m_sums.columns - 2),
                  row = std::min(static_cast<int>(y), m_sums.rows - 2);
        const double u = x - column, v = y - row;
        return (1 - v) * ((1 - u) * m_sums.at(row, column) + u * m_sums.at(row, column + 1)) +
               v * ((1 - u) * m_sums.at(row + 1, column) + u * m_sums.at(row + 1, column + 1));
    }
    double over(Point from, Point to) const
    {
        return (*this)(to.x, to.y) - (*this)(from.x, to.y) - (*this)(to.x, from.y) + (*this)(from.x, from.y);
    }

private:
    Raster<double> m_sums;
};

} // namespace

Raster<float> lesionShare(const Raster<std::uint8_t>& mask, const Geometry& geometry)
{
    const auto [columns, rows] = geometry.chain().inputSize;
    Raster<float> share(rows, columns);
    if (mask.rows < 1 || mask.columns < 1)
        return share;
    const Integral integral(mask);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const Point from = geometry.toStored({static_cast<double>(column), static_cast<double>(row)});
            const Point to = geometry.toStored({column + 1.0, row + 1.0});
            const double area = (to.x - from.x) * (to.y - from.y);
            share.at(row, column) = static_cast<float>(std::clamp(integral.over(from, to) / area, 0.0, 1.0));
        }
    return share;
}

} // namespace mama
