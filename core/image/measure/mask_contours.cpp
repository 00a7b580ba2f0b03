#include "core/image/measure/mask_contours.h"

#include <algorithm>
#include <utility>

namespace mama {
namespace {

class Tracer
{
public:
    explicit Tracer(const Raster<std::uint8_t>& mask) : m_mask(mask), m_seen(mask.rows, mask.columns) {}

    std::vector<std::vector<float>> all()
    {
        std::vector<std::pair<double, std::vector<float>>> found;
        for (int row = 0; row < m_mask.rows; ++row)
            for (int column = 0; column < m_mask.columns; ++column)
                if (isSet(column, row) && !isSet(column, row - 1) && m_seen.at(row, column) == 0) {
                    std::vector<float> contour = trace(column, row);
                    if (const double area = areaOf(contour); area > 0) // of a hole it is below 0
                        found.emplace_back(area, std::move(contour));
                }
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        std::vector<std::vector<float>> out;
        for (auto& [area, contour] : found)
            out.push_back(std::move(contour));
        return out;
    }

private:
    bool isSet(int column, int row) const
    {
        return row >= 0 && column >= 0 && row < m_mask.rows && column < m_mask.columns && m_mask.at(row, column) != 0;
    }

    // Along edges with the mask on the right hand, from the top edge of a pixel back to it.
    std::vector<float> trace(int column, int row)
    {
        constexpr int dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1}; // east, south, west, north
        // The pixels ahead of a corner, by direction: on the left and on the right.
        constexpr int leftX[] = {0, 0, -1, -1}, leftY[] = {-1, 0, 0, -1}, rightX[] = {0, -1, -1, 0},
                      rightY[] = {0, 0, -1, -1};
        std::vector<float> contour;
        int x = column, y = row, heading = 0;
        do {
            if (heading == 0)
                m_seen.at(y, x) = 1;
            x += dx[heading];
            y += dy[heading];
            const int before = heading;
            if (isSet(x + leftX[heading], y + leftY[heading]))
                heading = (heading + 3) % 4;
            else if (!isSet(x + rightX[heading], y + rightY[heading]))
                heading = (heading + 1) % 4;
            if (heading != before) {
                contour.push_back(static_cast<float>(x));
                contour.push_back(static_cast<float>(y));
            }
        } while (x != column || y != row || heading != 0);
        return contour;
    }

    static double areaOf(const std::vector<float>& contour)
    {
        double twice = 0;
        const std::size_t count = contour.size() / 2;
        for (std::size_t i = 0, j = count - 1; i < count; j = i++)
            twice += double(contour[2 * j]) * contour[2 * i + 1] - double(contour[2 * i]) * contour[2 * j + 1];
        return twice / 2;
    }

    const Raster<std::uint8_t>& m_mask;
    Raster<std::uint8_t> m_seen; // top edges
};

} // namespace

std::vector<std::vector<float>> contoursOf(const Raster<std::uint8_t>& mask) { return Tracer(mask).all(); }

} // namespace mama
