#pragma once
#include <algorithm>

namespace mama::viewer {

// Device pixels, origin at the upper left corner of the view.
struct PixelRect
{
    int x = 0, y = 0, width = 0, height = 0;
    bool contains(double px, double py) const { return px >= x && py >= y && px < x + width && py < y + height; }
    bool empty() const { return width < 1 || height < 1; }
    bool operator==(const PixelRect&) const = default;
};

inline PixelRect intersected(const PixelRect& a, const PixelRect& b)
{
    const int x0 = std::max(a.x, b.x), y0 = std::max(a.y, b.y);
    const int x1 = std::min(a.x + a.width, b.x + b.width), y1 = std::min(a.y + a.height, b.y + b.height);
    return {x0, y0, std::max(0, x1 - x0), std::max(0, y1 - y0)};
}

// In OpenGL's sense: from the lower left corner of a target of this height.
inline PixelRect lowerLeft(const PixelRect& r, int height) { return {r.x, height - r.y - r.height, r.width, r.height}; }

} // namespace mama::viewer
