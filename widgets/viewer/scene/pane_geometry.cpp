#include "widgets/viewer/scene/pane_geometry.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

bool mirrored(const ViewImage& image, const HungCell& cell)
{
    return cell.mirror.value_or(image.facts().mirrorForDisplay);
}

bool wallOnStoredRight(const ViewImage& image, const HungCell& cell) { return cell.wallRight != mirrored(image, cell); }

// What must fit sideways: the breast with a little air, or the whole canvas where the mask is too small to be believed.
double breastDepth(const ViewImage& image, const HungCell& cell, double mmColumn)
{
    const double wall = wallX(image, cell);
    const bool right = wallOnStoredRight(image, cell);
    const double canvas = right ? wall : image.columns() - wall;
    const Box box = image.breastBox();
    const double breast = (right ? wall - box.x0 : box.x1 + 1 - wall) * 1.06;
    return (breast < 0.3 * canvas ? canvas : std::min(canvas, breast)) * mmColumn;
}

} // namespace

Spacing spacingOf(const ViewImage& image, double nominal)
{
    const auto& mm = image.facts().spacing.mm;
    return mm && mm->row > 0 && mm->column > 0 ? *mm : Spacing{nominal, nominal};
}

double wallX(const ViewImage& image, const HungCell& cell)
{
    const bool onStoredRight = wallOnStoredRight(image, cell);
    const int column = image.facts().chestWallColumn;
    // A chest wall found on the far side contradicts the tag: the picture is then not cut, but shown from its edge.
    const bool believable = column >= 0 && column < image.columns() &&
                            (onStoredRight ? column * 2 >= image.columns() : column * 2 < image.columns());
    if (onStoredRight)
        return believable ? column + 1 : image.columns();
    return believable ? column : 0;
}

ViewTransform transformOf(const ViewImage& image, const HungCell& cell, const ViewPose& pose, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const auto& facts = image.facts();
    ViewTransform t;
    t.scaleX = pose.pixelsPerMm * mm.column * (mirrored(image, cell) ? -1 : 1);
    t.scaleY = pose.pixelsPerMm * mm.row * (facts.flipForDisplay ? -1 : 1);
    // Anchors are whole pixels, so that chest walls meet exactly and 1:1 shows each pixel on one pixel.
    const double shift = std::round(pose.depth * pose.pixelsPerMm);
    const double wall = cell.wallRight ? cell.area.x + cell.area.width + shift : cell.area.x - shift;
    const double middle = cell.area.y + cell.area.height / 2 - std::round(pose.height * pose.pixelsPerMm);
    t.originX = wall - t.scaleX * wallX(image, cell);
    t.originY = middle - t.scaleY * (image.rows() / 2);
    return t;
}

double fitScale(const ViewImage& image, const HungCell& cell, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const double width = std::max(breastDepth(image, cell, mm.column), 1e-6), height = image.rows() * mm.row;
    return std::max(1e-6, std::min(std::max(1, cell.area.width) / width, std::max(1, cell.area.height) / height));
}

} // namespace mama::viewer
