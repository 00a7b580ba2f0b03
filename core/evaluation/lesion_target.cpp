#include "core/evaluation/lesion_target.h"

#include "core/base/error.h"
#include "core/dicom/read/image_file.h"
#include "core/evaluation/evaluation_actions.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mama {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

void addMask(const LesionMask& lesion, metrics::Mask& all)
{
    const StoredImage stored = ImageFile::open(lesion.file)->readFrame(0);
    if (stored.rows != all.rows || stored.columns != all.columns)
        throw Error(ErrorCode::Data, {action::evaluateFindings}, lesion.file.string(),
                    {TextId("findings.other_size", "has another size than the image")});
    const std::size_t size = stored.bytes.size() / all.values.size();
    for (std::size_t i = 0; i < all.values.size(); ++i)
        if (stored.bytes[i * size] != std::byte{0})
            all.values[i] = 1;
}

const std::string& plainer(const std::string& one, const std::string& other)
{
    constexpr std::array order = {"", "subtle", "moderate", "obvious"};
    return std::find(order.begin(), order.end(), one) < std::find(order.begin(), order.end(), other) ? other : one;
}

// The breast estimate in stored pixels: it is kept at an eighth.
metrics::Mask breastPixels(const PreparedImage& prepared)
{
    constexpr int cell = 8;
    const Geometry::Chain& chain = prepared.geometry.chain();
    metrics::Mask mask{chain.storedRows, chain.storedColumns, {}};
    for (int row = 0; row < mask.rows; ++row)
        for (int column = 0; column < mask.columns; ++column)
            mask.values.push_back(prepared.breast.at(row / cell, column / cell));
    return mask;
}

// Pixels of the lesions that have a neighbour outside: the nearest one is among them.
std::vector<Point> edgeOf(const metrics::Mask& mask)
{
    std::vector<Point> edge;
    const auto at = [&](int row, int column) {
        return row >= 0 && column >= 0 && row < mask.rows && column < mask.columns && mask.at(row, column);
    };
    for (int row = 0; row < mask.rows; ++row)
        for (int column = 0; column < mask.columns; ++column)
            if (at(row, column) &&
                !(at(row - 1, column) && at(row + 1, column) && at(row, column - 1) && at(row, column + 1)))
                edge.push_back({column + 0.5, row + 0.5});
    return edge;
}

std::vector<std::uint8_t> nearOf(const metrics::Mask& lesions, const Geometry& geometry, const Spacing& spacing,
                                 const metrics::MapTarget& patches)
{
    const std::vector<Point> edge = edgeOf(lesions);
    std::vector<std::uint8_t> near(patches.centreInside);
    for (std::size_t i = 0; i < near.size(); ++i) {
        const Point centre =
            geometry.patchCentre(static_cast<int>(i) / patches.columns, static_cast<int>(i) % patches.columns);
        for (std::size_t k = 0; k < edge.size() && near[i] == 0; ++k)
            near[i] = std::hypot((edge[k].x - centre.x) * spacing.column, (edge[k].y - centre.y) * spacing.row) <=
                              LesionTarget::nearMm
                          ? 1
                          : 0;
    }
    return near;
}

double shareOf(const std::vector<std::uint8_t>& hits, const std::vector<std::uint8_t>& counted)
{
    double hit = 0, all = 0;
    for (std::size_t i = 0; i < hits.size(); ++i)
        if (counted[i] != 0) {
            hit += hits[i];
            ++all;
        }
    return all > 0 ? hit / all : 0;
}

} // namespace

std::vector<metrics::Footprint> footprints(const Geometry& geometry)
{
    std::vector<metrics::Footprint> made;
    for (int row = 0; row < geometry.gridRows(); ++row)
        for (int column = 0; column < geometry.gridColumns(); ++column) {
            const auto [from, to] = geometry.patchCorners(row, column);
            const Point centre = geometry.patchCentre(row, column);
            made.push_back({from.x, from.y, to.x, to.y, centre.x, centre.y});
        }
    return made;
}

LesionTarget lesionTarget(const TrainingImage& image, LesionChannel kind, const PreparedImage& prepared,
                          const std::optional<Spacing>& spacing)
{
    const Geometry& geometry = prepared.geometry;
    metrics::Mask lesions{geometry.chain().storedRows, geometry.chain().storedColumns, {}};
    lesions.values.resize(static_cast<std::size_t>(lesions.rows) * static_cast<std::size_t>(lesions.columns));
    LesionTarget made;
    for (const LesionMask& lesion : image.lesions)
        if (lesion.channel == kind) {
            addMask(lesion, lesions);
            made.present = true;
            made.conspicuity = plainer(made.conspicuity, lesion.conspicuity);
        }
    if (made.present) {
        const metrics::Mask breast = breastPixels(prepared);
        made.patches =
            metrics::targetOnImage(lesions, geometry.gridRows(), geometry.gridColumns(), footprints(geometry), &breast);
    } else {
        made.patches.rows = geometry.gridRows();
        made.patches.columns = geometry.gridColumns();
    }
    made.patches.counted = breastOnGrid(geometry, prepared.breast);
    if (!made.present)
        return made;
    made.chance = shareOf(made.patches.centreInside, made.patches.counted);
    made.reachable = made.chance > 0;
    if (spacing) {
        made.near = nearOf(lesions, geometry, *spacing, made.patches);
        made.chanceNear = shareOf(made.near, made.patches.counted);
    }
    return made;
}

MapAim aimOf(std::span<const float> map, const LesionTarget& target)
{
    MapAim aim{undefined, undefined, undefined, undefined, undefined, {}};
    std::size_t peak = map.size();
    for (std::size_t i = 0; i < map.size(); ++i)
        if (target.patches.counted[i] != 0 && (peak == map.size() || map[i] > map[peak]))
            peak = i;
    if (peak == map.size())
        return aim;
    aim.peak = map[peak];
    aim.patch = peak;
    if (!target.present)
        return aim;
    const metrics::MapFigures figures = metrics::mapFigures(map, target.patches);
    aim.hit = target.patches.centreInside[peak];
    if (!target.near.empty())
        aim.near = target.near[peak];
    aim.cnr = figures.cnrSigned;
    aim.miou = figures.miouMinmax;
    return aim;
}

} // namespace mama
