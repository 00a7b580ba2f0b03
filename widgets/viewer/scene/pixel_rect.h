#pragma once

namespace mama::viewer {

// Device pixels, origin at the upper left corner of the view.
struct PixelRect
{
    int x = 0, y = 0, width = 0, height = 0;
    bool contains(double px, double py) const { return px >= x && py >= y && px < x + width && py < y + height; }
    bool operator==(const PixelRect&) const = default;
};

} // namespace mama::viewer
