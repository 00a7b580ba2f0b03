#include "core/base/error.h"
#include "core/metrics/map_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mama::metrics {
namespace {

void checkMask(const Mask& mask, const char* what)
{
    const bool whole =
        mask.rows > 0 && mask.columns > 0 &&
        mask.values.size() == static_cast<std::size_t>(mask.rows) * static_cast<std::size_t>(mask.columns);
    if (!whole)
        throw Error(ErrorCode::Data, "map metrics", what, "is empty or has another size than it states");
}

void checkBreast(const Mask& finding, const Mask* breast)
{
    checkMask(finding, "mask");
    if (!breast)
        return;
    checkMask(*breast, "breast mask");
    if (breast->rows != finding.rows || breast->columns != finding.columns)
        throw Error(ErrorCode::Data, "map metrics", "breast mask",
                    std::to_string(breast->rows) + "x" + std::to_string(breast->columns) + ", the finding's mask has " +
                        std::to_string(finding.rows) + "x" + std::to_string(finding.columns));
}

MapTarget emptyTarget(int rows, int columns)
{
    const std::size_t patches = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    MapTarget target;
    target.rows = rows;
    target.columns = columns;
    target.inside.assign(patches, 0);
    target.area.assign(patches, 0);
    target.centreInside.assign(patches, 0);
    target.counted.assign(patches, 1);
    return target;
}

// First and past-the-last pixel whose centre lies in [low, high).
std::pair<int, int> pixelsIn(double low, double high, int size)
{
    const auto index = [size](double edge) {
        return static_cast<int>(std::clamp(std::ceil(edge - 0.5), 0.0, static_cast<double>(size)));
    };
    return {index(low), index(high)};
}

} // namespace

double MapTarget::totalInside() const { return std::accumulate(inside.begin(), inside.end(), unseenInside); }
double MapTarget::totalArea() const { return std::accumulate(area.begin(), area.end(), unseenArea); }

MapTarget targetOnGrid(const Mask& finding, const Mask* breast)
{
    checkBreast(finding, breast);
    MapTarget target = emptyTarget(finding.rows, finding.columns);
    for (std::size_t i = 0; i < target.inside.size(); ++i) {
        // A finding always counts as breast: masks of breasts are estimates, those of findings are the question.
        const bool counts = !breast || breast->values[i] != 0 || finding.values[i] != 0;
        target.inside[i] = finding.values[i] != 0 ? 1 : 0;
        target.area[i] = counts ? 1 : 0;
        target.centreInside[i] = finding.values[i] != 0 ? 1 : 0;
        target.counted[i] = counts ? 1 : 0;
    }
    return target;
}

MapTarget targetOnImage(const Mask& finding, int rows, int columns, std::span<const Footprint> footprints,
                        const Mask* breast)
{
    checkBreast(finding, breast);
    if (rows <= 0 || columns <= 0 ||
        footprints.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
        throw Error(ErrorCode::Data, "map metrics", "patch grid", "one footprint a patch is needed");
    MapTarget target = emptyTarget(rows, columns);
    const auto counts = [&](int row, int column) {
        return !breast || breast->at(row, column) || finding.at(row, column);
    };
    double allInside = 0, allArea = 0;
    for (int row = 0; row < finding.rows; ++row)
        for (int column = 0; column < finding.columns; ++column) {
            allInside += finding.at(row, column) ? 1 : 0;
            allArea += counts(row, column) ? 1 : 0;
        }
    for (std::size_t i = 0; i < footprints.size(); ++i) {
        const Footprint& patch = footprints[i];
        const auto [x0, x1] = pixelsIn(patch.left, patch.right, finding.columns);
        const auto [y0, y1] = pixelsIn(patch.top, patch.bottom, finding.rows);
        for (int row = y0; row < y1; ++row)
            for (int column = x0; column < x1; ++column) {
                target.inside[i] += finding.at(row, column) ? 1 : 0;
                target.area[i] += counts(row, column) ? 1 : 0;
            }
        const double x = std::floor(patch.centreX), y = std::floor(patch.centreY);
        const bool onImage = x >= 0 && y >= 0 && x < finding.columns && y < finding.rows;
        target.centreInside[i] = onImage && finding.at(static_cast<int>(y), static_cast<int>(x)) ? 1 : 0;
        target.counted[i] = !breast || target.area[i] > 0 ? 1 : 0;
    }
    target.unseenInside = allInside - std::accumulate(target.inside.begin(), target.inside.end(), 0.0);
    target.unseenArea = allArea - std::accumulate(target.area.begin(), target.area.end(), 0.0);
    return target;
}

} // namespace mama::metrics
