#include "core/library/handover/lesion_masks.h"

#include "core/base/folded_text.h"
#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

namespace mama {
namespace {

constexpr int cell = 8; // of the breast's mask, stored pixels

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

struct Bounds
{
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

std::optional<Bounds> boundsOf(const HandedMark& mark)
{
    const std::vector<float>& g = mark.geometry;
    if (std::any_of(g.begin(), g.end(), [](float value) { return !std::isfinite(value) || std::abs(value) > 1e7F; }))
        return std::nullopt;
    if (mark.kind == "box" && g.size() == 4)
        return Bounds{g[0], g[1], g[2], g[3]};
    if (mark.kind == "circle" && g.size() == 3)
        return Bounds{double(g[0]) - g[2], double(g[1]) - g[2], double(g[0]) + g[2], double(g[1]) + g[2]};
    if (mark.kind == "point" && g.size() == 2)
        return Bounds{std::floor(g[0]), std::floor(g[1]), std::floor(g[0]) + 1, std::floor(g[1]) + 1};
    if (mark.kind != "contour" || g.size() < 6 || g.size() % 2 != 0)
        return std::nullopt;
    Bounds bounds{g[0], g[1], g[0], g[1]};
    for (std::size_t i = 0; i < g.size(); i += 2) {
        bounds.x0 = std::min<double>(bounds.x0, g[i]);
        bounds.x1 = std::max<double>(bounds.x1, g[i]);
        bounds.y0 = std::min<double>(bounds.y0, g[i + 1]);
        bounds.y1 = std::max<double>(bounds.y1, g[i + 1]);
    }
    return bounds;
}

bool inside(const HandedMark& mark, double x, double y)
{
    const std::vector<float>& g = mark.geometry;
    if (mark.kind == "circle")
        return std::hypot(x - g[0], y - g[1]) <= g[2];
    return mark.kind != "contour" || inContour(g, x, y);
}

HandedMark mirrored(HandedMark mark, int columns)
{
    std::vector<float>& g = mark.geometry;
    const auto width = static_cast<float>(columns);
    if (mark.kind == "box" && g.size() == 4) {
        const float x0 = g[0];
        g[0] = width - g[2];
        g[2] = width - x0;
    } else if (mark.kind == "contour") {
        for (std::size_t i = 0; i + 1 < g.size(); i += 2)
            g[i] = width - g[i];
    } else if (!g.empty()) {
        g[0] = width - g[0];
    }
    return mark;
}

// How much of the mark's surroundings lies on the breast, 0 to 1.
double onBreast(const HandedMark& mark, const Raster<std::uint8_t>& breast)
{
    const auto bounds = boundsOf(mark);
    if (!bounds)
        return 0;
    double on = 0, all = 0;
    for (int row = static_cast<int>(bounds->y0) / cell; row * cell < bounds->y1; ++row)
        for (int column = static_cast<int>(bounds->x0) / cell; column * cell < bounds->x1; ++column, ++all)
            on +=
                row >= 0 && column >= 0 && row < breast.rows && column < breast.columns && breast.at(row, column) != 0;
    return all > 0 ? on / all : 0;
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
    const auto bounds = boundsOf(mark);
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
    HandedMark other = mirrored(mark, columns);
    return onBreast(other, breast) > onBreast(mark, breast) ? other : mark;
}

} // namespace mama
