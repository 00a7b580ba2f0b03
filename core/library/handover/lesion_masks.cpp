#include "core/library/handover/lesion_masks.h"

#include "core/base/folded_text.h"
#include "core/library/collection/region_geometry.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace mama {
namespace {

void addKinds(const std::string& kinds, std::set<std::string>& found)
{
    for (std::size_t begin = 0; begin <= kinds.size();) {
        const std::size_t end = std::min(kinds.find(',', begin), kinds.size());
        const std::string word = asciiFolded(kinds.substr(begin, end - begin));
        if (word == "mass")
            found.insert("mass");
        else if (word.ends_with("calcification") || word.ends_with("calcifications"))
            found.insert("calcification");
        begin = end + 1;
    }
}

// Whether a point lies in a contour, by even and odd crossings.
bool inContour(const std::vector<float>& corners, double x, double y)
{
    bool inside = false;
    const std::size_t count = corners.size() / 2;
    for (std::size_t i = 0, j = count - 1; i < count; j = i++) {
        const double x0 = corners[2 * j], y0 = corners[2 * j + 1], x1 = corners[2 * i], y1 = corners[2 * i + 1];
        if ((y0 > y) != (y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
            inside = !inside;
    }
    return inside;
}

bool inside(const HandedMark& mark, double x, double y)
{
    const std::vector<float>& g = mark.geometry;
    if (mark.kind == "circle")
        return std::hypot(x - g[0], y - g[1]) <= g[2];
    return mark.kind != "contour" || inContour(g, x, y);
}

} // namespace

std::vector<std::string> lesionKinds(const HandedStudy& study, const HandedImage& image, const HandedMark& mark)
{
    std::set<std::string> found;
    addKinds(mark.finding, found);
    if (mark.finding.empty()) {
        for (const HandedFinding& finding : study.findings)
            if (finding.fields.side == image.fields.side || finding.fields.side == "B" || finding.fields.side.empty())
                addKinds(finding.kinds, found);
        if (found.size() > 1)
            found.clear();
    }
    return {found.begin(), found.end()};
}

std::optional<Raster<std::uint8_t>> maskOf(const HandedMark& mark, int rows, int columns)
{
    const auto bounds = boundsOf({mark.kind, mark.geometry});
    if (!bounds || rows < 1 || columns < 1)
        return std::nullopt;
    Raster<std::uint8_t> mask(rows, columns);
    bool any = false;
    const int top = std::max(0, static_cast<int>(std::ceil(bounds->y0 - 0.5))),
              left = std::max(0, static_cast<int>(std::ceil(bounds->x0 - 0.5)));
    for (int row = top; row < rows && row + 0.5 <= bounds->y1; ++row)
        for (int column = left; column < columns && column + 0.5 <= bounds->x1; ++column)
            if (inside(mark, column + 0.5, row + 0.5)) {
                mask.at(row, column) = 255;
                any = true;
            }
    return any ? std::optional(std::move(mask)) : std::nullopt;
}

HandedMark decidedByBreast(HandedMark mark, const Raster<std::uint8_t>& breast, int columns)
{
    const RegionShape given{mark.kind, mark.geometry};
    RegionShape other = mirrored(given, columns);
    if (shareOnBreast(other, breast) > shareOnBreast(given, breast))
        mark.geometry = std::move(other.geometry);
    return mark;
}

} // namespace mama
