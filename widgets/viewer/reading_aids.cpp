#include "widgets/viewer/reading_aids.h"

#include "widgets/look/shown_text.h"
#include "widgets/viewer/cursor_info.h"
#include "widgets/viewer/pane_texts.h"

#include <QLocale>

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

// thick: logical pixels, inside.
void addEdges(const PixelRect& area, int thick, Bar edge, SceneFrame& frame)
{
    const int thin = std::max(1, static_cast<int>(std::lround(thick * frame.unit)));
    for (const PixelRect& each :
         {PixelRect{area.x, area.y, area.width, thin}, PixelRect{area.x, area.y + area.height - thin, area.width, thin},
          PixelRect{area.x, area.y, thin, area.height},
          PixelRect{area.x + area.width - thin, area.y, thin, area.height}}) {
        edge.area = each;
        frame.bars.push_back(edge);
    }
}

} // namespace

// The pixel under the pointer stays in the middle; more detail than the base view, with its window and map.
void addLoupe(const ViewModel& model, const Aids& aids, Point at, SceneFrame& frame)
{
    const auto id = imageAt(model, at);
    if (!id)
        return;
    const int side = std::max(16, static_cast<int>(std::lround(aids.loupeSide * frame.unit)));
    const PixelRect area{static_cast<int>(std::lround(at.x)) - side / 2, static_cast<int>(std::lround(at.y)) - side / 2,
                         side, side};
    const ViewTransform t = model.transform(*id)->enlarged(aids.loupeMagnification, at);
    const Pane& pane = *model.pane(*id);
    frame.loupes.push_back({pane.image, pane.overlay, area, t, pane.shade, model.inverted});
    addEdges(area, 2, {{}, 0.55F, 0.6F, 0.66F, 1}, frame);
}

void addFrameOf(const PixelRect& area, SceneFrame& frame) { addEdges(area, 3, {{}, 0.3F, 0.65F, 1.0F, 1}, frame); }

void addLoupeText(const ViewModel& model, const Aids& aids, Point at, TextSprites& sprites, SceneFrame& frame)
{
    const auto id = imageAt(model, at);
    if (!id || frame.loupes.empty())
        return;
    const PixelRect& area = frame.loupes.front().area;
    const QString times = QStringLiteral("×") + QLocale::c().toString(aids.loupeMagnification, 'g', 3);
    const double zoom = zoomOf(model, *model.pane(*id)) * aids.loupeMagnification;
    const int margin = static_cast<int>(std::lround(6 * frame.unit));
    Sprite sprite =
        sprites.text({{times, 11, QColor(240, 242, 245), true}, {zoomText(zoom), 8.5, QColor(200, 204, 210)}}, false,
                     std::max(40, area.width - 2 * margin), frame.unit);
    // Of a loupe that reaches beyond the view, where it can be read.
    sprite.x = std::clamp(area.x + margin, margin, std::max(margin, frame.width - sprite.width - margin));
    sprite.y = std::clamp(area.y + margin, margin, std::max(margin, frame.height - sprite.height - margin));
    frame.sprites.push_back(sprite);
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
