#pragma once
#include "core/image/geometry.h"

namespace mama::viewer {

// How a reader turned an image away from the way it hangs, for display only: first mirrored left to right, then turned
// clockwise by quarters. All eight ways to lay a picture down are one of these.
struct Turn
{
    int quarters = 0; // 0..3
    bool mirrored = false;
    bool lying() const { return quarters % 2 == 1; } // the picture's rows run up and down the screen
    // What the screen shows now, turned or mirrored once more.
    Turn clockwise() const { return {(quarters + 1) % 4, mirrored}; }
    Turn anticlockwise() const { return {(quarters + 3) % 4, mirrored}; }
    Turn leftToRight() const { return {(4 - quarters) % 4, !mirrored}; }
    Turn upsideDown() const { return {(6 - quarters) % 4, !mirrored}; }
    // Of directions: x to the right, y down.
    Point apply(Point hung) const
    {
        Point out{mirrored ? -hung.x : hung.x, hung.y};
        for (int i = 0; i < quarters; ++i)
            out = {-out.y, out.x};
        return out;
    }
    Point undo(Point shown) const
    {
        for (int i = 0; i < quarters; ++i)
            shown = {shown.y, -shown.x};
        return {mirrored ? -shown.x : shown.x, shown.y};
    }
    bool operator==(const Turn&) const = default;
};

} // namespace mama::viewer
