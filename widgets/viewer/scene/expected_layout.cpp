#include "widgets/viewer/scene/expected_layout.h"

#include "core/study/study.h"

#include <algorithm>

namespace mama::viewer {
namespace {

// How deep a breast with the air before it is expected to be, of its canvas: views are cut to the breast, which only
// the pixels tell (pane_geometry.cpp).
constexpr double expectedDepth = 2.0 / 3;

// Device pixels a mm at which they would hang at one size; 0: a size is not known.
double expectedScale(const Study& study, const Hanging& cells)
{
    double sum = 0, common = 0;
    int known = 0;
    for (const HungCell& cell : cells)
        if (const auto& mm = cell.pane ? study.images.at(cell.pane->image).spacing.mm : std::nullopt) {
            sum += mm->column;
            ++known;
        }
    const double nominal = known > 0 ? sum / known : 1; // of images without a scale
    for (const HungCell& cell : cells) {
        if (!cell.pane)
            continue;
        const StudyImage& image = study.images.at(cell.pane->image);
        const Spacing mm = image.spacing.mm.value_or(Spacing{nominal, nominal});
        const double width = expectedDepth * image.header.columns * mm.column, height = image.header.rows * mm.row;
        if (!(width > 0) || !(height > 0))
            return 0;
        const double fit = std::min(cell.area.width / width, cell.area.height / height);
        common = common > 0 ? std::min(common, fit) : fit;
    }
    return common;
}

} // namespace

std::optional<ViewLayout> largerLayout(const Study& study, const StandardViews& views, PixelRect whole)
{
    constexpr double worth = 1.05;
    const auto scale = [&](ViewLayout layout) { return expectedScale(study, laidOut(fourUp(layout, views), whole)); };
    const double grid = scale(ViewLayout::Grid), row = scale(ViewLayout::Row);
    if (!(grid > 0) || !(row > 0))
        return {};
    return row > grid * worth ? ViewLayout::Row : ViewLayout::Grid;
}

} // namespace mama::viewer
