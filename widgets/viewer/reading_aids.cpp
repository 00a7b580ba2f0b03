#include "widgets/viewer/reading_aids.h"

#include "widgets/look/shown_text.h"
#include "widgets/viewer/cursor_info.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

// Of the image under a place of the screen; empty where there is none.
std::optional<PaneId> imageAt(const ViewModel& model, Point at)
{
    const HungCell* cell = model.cellAt(at);
    return cell && cell->pane && model.pane(*cell->pane) ? cell->pane : std::nullopt;
}

} // namespace

// The pixel under the pointer stays in the middle; more detail than the base view, with its window and map.
void addLoupe(const ViewModel& model, const Aids& aids, Point at, SceneFrame& frame)
{
    const auto id = imageAt(model, at);
    if (!id)
        return;
    const auto base = *model.transform(*id);
    const Point stored = base.toStored(at);
    const int side = std::max(16, static_cast<int>(std::lround(aids.loupeSide * frame.unit)));
    const PixelRect area{static_cast<int>(std::lround(at.x)) - side / 2, static_cast<int>(std::lround(at.y)) - side / 2,
                         side, side};
    ViewTransform t{0, 0, base.scaleX * aids.loupeMagnification, base.scaleY * aids.loupeMagnification};
    t.originX = at.x - t.scaleX * stored.x;
    t.originY = at.y - t.scaleY * stored.y;
    const Pane& pane = *model.pane(*id);
    frame.loupes.push_back({pane.image, pane.overlay, area, t, pane.shade, model.inverted});
    const int thin = std::max(1, static_cast<int>(std::lround(2 * frame.unit)));
    for (const PixelRect& edge :
         {PixelRect{area.x, area.y, side, thin}, PixelRect{area.x, area.y + side - thin, side, thin},
          PixelRect{area.x, area.y, thin, side}, PixelRect{area.x + side - thin, area.y, thin, side}})
        frame.bars.push_back({edge, 0.55F, 0.6F, 0.66F, 1});
}

void addCrossHair(const ViewModel& model, Point at, SceneFrame& frame)
{
    const auto id = imageAt(model, at);
    if (!id)
        return;
    const Point depth = model.toDepth(*id, at);
    const int thin = std::max(1, static_cast<int>(std::lround(frame.unit))),
              arm = static_cast<int>(std::lround(14 * frame.unit)), gap = static_cast<int>(std::lround(4 * frame.unit));
    for (const HungCell& cell : model.hung()) {
        if (!cell.pane || cell.pane == id || !model.pane(*cell.pane))
            continue;
        const Point p = model.fromDepth(*cell.pane, depth);
        if (!cell.area.contains(p.x, p.y))
            continue;
        const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
        for (const PixelRect& part : {PixelRect{x - arm, y, arm - gap, thin}, PixelRect{x + gap, y, arm - gap, thin},
                                      PixelRect{x, y - arm, thin, arm - gap}, PixelRect{x, y + gap, thin, arm - gap}})
            frame.bars.push_back({part, 0.35F, 0.85F, 1.0F, 0.95F});
    }
}

void addCellValue(const ViewModel& model, Point at, TextSprites& sprites, SceneFrame& frame)
{
    const CursorInfo info = cursorInfo(model, at);
    if (!info.similarity || !info.cell)
        return;
    const QString text = QStringLiteral("%1  [%2, %3]")
                             .arg(shownNumber(static_cast<double>(*info.similarity), 3))
                             .arg(info.cell->first)
                             .arg(info.cell->second);
    Sprite sprite = sprites.text({{text, 9.5, QColor(240, 242, 245), true, true}}, false, 400, frame.unit);
    const auto x = static_cast<int>(std::lround(at.x)), y = static_cast<int>(std::lround(at.y)),
               gap = static_cast<int>(std::lround(14 * frame.unit));
    sprite.x = x + gap + sprite.width > frame.width ? x - gap - sprite.width : x + gap;
    sprite.y = std::max(0, y - gap - sprite.height);
    frame.sprites.push_back(sprite);
}

} // namespace mama::viewer
