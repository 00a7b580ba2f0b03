#include "widgets/viewer/scene/pane_geometry.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

// +1 or -1: which way stored x and y run on the screen as the study hangs the image.
Point hungSigns(const ViewImage& image)
{
    return {image.facts().mirrorForDisplay ? -1.0 : 1.0, image.facts().flipForDisplay ? -1.0 : 1.0};
}

// The same of the screen's axes, as the image is shown.
Point shownSigns(const ViewImage& image, const HungCell& cell)
{
    const Point x = cell.turn.apply({hungSigns(image).x, 0}), y = cell.turn.apply({0, hungSigns(image).y});
    return {x.x + y.x, x.y + y.y};
}

bool wallOnStoredRight(const ViewImage& image, const HungCell& cell)
{
    return cell.wallRight == (hungSigns(image).x > 0);
}

// The far edge that is believed to be the chest wall if it was found in that half.
double wallAt(const ViewImage& image, bool onStoredRight)
{
    const int column = image.facts().chestWallColumn;
    // A chest wall found on the far side contradicts the tag: the picture is then not cut, but shown from its edge.
    const bool believable = column >= 0 && column < image.columns() &&
                            (onStoredRight ? column * 2 >= image.columns() : column * 2 < image.columns());
    if (onStoredRight)
        return believable ? column + 1 : image.columns();
    return believable ? column : 0;
}

// Along the screen's x: the stored line on the cell's chest-wall edge.
double anchor(const ViewImage& image, const HungCell& cell)
{
    const bool onStoredEnd = cell.wallRight == (shownSigns(image, cell).x > 0);
    if (cell.turn.lying())
        return onStoredEnd ? image.rows() : 0;
    return wallAt(image, onStoredEnd);
}

// Along the screen's y: the stored line in the cell's middle.
double middle(const ViewImage& image, const HungCell& cell)
{
    return (cell.turn.lying() ? image.columns() : image.rows()) / 2;
}

// What must fit sideways: the breast with a little air, or the whole canvas where the mask is too small to be believed.
double breastDepth(const ViewImage& image, const HungCell& cell, double mmColumn)
{
    const double wall = anchor(image, cell);
    const bool right = cell.wallRight == (shownSigns(image, cell).x > 0);
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

double wallX(const ViewImage& image, const HungCell& cell) { return wallAt(image, wallOnStoredRight(image, cell)); }

Point depthAt(const ViewImage& image, const HungCell& cell, Point stored, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const double inward = wallOnStoredRight(image, cell) ? -1 : 1;
    return {inward * mm.column * (stored.x - wallX(image, cell)),
            hungSigns(image).y * mm.row * (stored.y - image.rows() / 2)};
}

Point storedAt(const ViewImage& image, const HungCell& cell, Point depth, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const double inward = wallOnStoredRight(image, cell) ? -1 : 1;
    return {wallX(image, cell) + inward * depth.x / mm.column,
            image.rows() / 2 + hungSigns(image).y * depth.y / mm.row};
}

Point shownAt(const ViewImage& image, const HungCell& cell, Point stored, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const Point signs = shownSigns(image, cell);
    const Point alongScreen = cell.turn.lying() ? Point{stored.y * mm.row, stored.x * mm.column}
                                                : Point{stored.x * mm.column, stored.y * mm.row};
    const double unitX = cell.turn.lying() ? mm.row : mm.column, unitY = cell.turn.lying() ? mm.column : mm.row;
    const double fromEdge = signs.x * (alongScreen.x - anchor(image, cell) * unitX);
    return {cell.wallRight ? -fromEdge : fromEdge, signs.y * (alongScreen.y - middle(image, cell) * unitY)};
}

ViewTransform transformOf(const ViewImage& image, const HungCell& cell, const ViewPose& pose, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const Point signs = shownSigns(image, cell);
    ViewTransform t;
    t.lying = cell.turn.lying();
    t.scaleX = signs.x * pose.pixelsPerMm * (t.lying ? mm.row : mm.column);
    t.scaleY = signs.y * pose.pixelsPerMm * (t.lying ? mm.column : mm.row);
    // Anchors are whole pixels, so that chest walls meet exactly and 1:1 shows each pixel on one pixel.
    const double shift = std::round(pose.depth * pose.pixelsPerMm);
    const double edge = cell.wallRight ? cell.area.x + cell.area.width + shift : cell.area.x - shift;
    const double half = cell.area.y + cell.area.height / 2 - std::round(pose.height * pose.pixelsPerMm);
    t.originX = edge - t.scaleX * anchor(image, cell);
    t.originY = half - t.scaleY * middle(image, cell);
    return t;
}

double fitScale(const ViewImage& image, const HungCell& cell, double nominal)
{
    const Spacing mm = spacingOf(image, nominal);
    const bool lying = cell.turn.lying();
    const double width = std::max(lying ? image.rows() * mm.row : breastDepth(image, cell, mm.column), 1e-6);
    const double height = lying ? image.columns() * mm.column : image.rows() * mm.row;
    return std::max(1e-6, std::min(std::max(1, cell.area.width) / width, std::max(1, cell.area.height) / height));
}

} // namespace mama::viewer
