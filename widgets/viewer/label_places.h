#pragma once
#include "core/image/geometry.h"
#include "widgets/viewer/scene/pixel_rect.h"

#include <vector>

namespace mama::viewer {

bool isFree(const PixelRect& area, const std::vector<PixelRect>& taken);

// For something of this size at one edge of a cell (towards: a step of one to the right, left, down or up): in the
// middle of the edge if nothing is there, else along it, as far as a quarter of it, else further in.
PixelRect placeAtEdge(const PixelRect& cell, Point towards, const PixelRect& size, int margin,
                      const std::vector<PixelRect>& taken);

// Finds places for labels in a cell, beside what they are of: not on it, not on each other, not on what else is to stay
// free, as far as there is room. Plain arithmetic, device pixels.
class LabelPlaces
{
public:
    explicit LabelPlaces(const PixelRect& cell) : m_cell(cell) {}
    void keepFree(const PixelRect& area, double weight = 1);
    // Where what the label is of reaches each side of the rectangle around it: the label stands beside such a place.
    struct Touch
    {
        int right, left, below, above; // y, y, x, x
    };
    // shape: around what the label is of; gap: between both. The place is kept free from now on.
    PixelRect place(const PixelRect& shape, const Touch& touch, int width, int height, int gap);
    PixelRect place(const PixelRect& shape, int width, int height, int gap); // touched in the middle of its sides

private:
    struct Taken
    {
        PixelRect area;
        double weight;
    };
    double overlap(const PixelRect& label) const;
    PixelRect inside(PixelRect label) const;

    PixelRect m_cell;
    std::vector<Taken> m_taken;
};

} // namespace mama::viewer
