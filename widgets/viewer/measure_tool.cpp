#include "widgets/viewer/measure_tool.h"

#include "core/study/study.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

int scaled(double logical, double unit) { return static_cast<int>(std::lround(logical * unit)); }

// Equal keys, equal pictures.
std::string keyOf(const Measurement& each, const ViewTransform& t, const PixelRect& cell, const PixelRect& hole,
                  double unit)
{
    std::string key;
    for (const double part :
         {each.from.x, each.from.y, each.to.x, each.to.y, t.originX, t.originY, t.scaleX, t.scaleY, unit})
        key += std::to_string(part) + ' ';
    for (const int part : {cell.x, cell.y, cell.width, cell.height, hole.x, hole.y, hole.width, hole.height})
        key += std::to_string(part) + ' ';
    return key;
}

// Beside the end that was drawn last, inside the cell.
void placeText(Sprite& text, Point end, const PixelRect& cell, double unit)
{
    const int gap = scaled(10, unit);
    text.x = std::clamp(static_cast<int>(std::lround(end.x)) + gap, cell.x,
                        std::max(cell.x, cell.x + cell.width - text.width));
    text.y = std::clamp(static_cast<int>(std::lround(end.y)) + gap, cell.y,
                        std::max(cell.y, cell.y + cell.height - text.height));
}

} // namespace

ViewTool::Changed MeasureTool::move(ViewModel& model, const ToolDrag& drag)
{
    const auto transform = model.transform(drag.pane);
    const Pane* pane = model.pane(drag.pane);
    if (!transform || !pane)
        return Changed::Nothing;
    const auto inside = [&](Point at) { // outside its image there is nothing to measure
        const Point stored = transform->toStored(at);
        return Point{std::clamp(stored.x, 0.0, double(pane->image->columns())),
                     std::clamp(stored.y, 0.0, double(pane->image->rows()))};
    };
    forget(drag.pane);
    m_measurements.push_back({drag.pane, inside(drag.start), inside(drag.now)});
    m_lines.emplace_back();
    return Changed::Drawing;
}

void MeasureTool::forget(const std::optional<PaneId>& id)
{
    for (std::size_t i = m_measurements.size(); i-- > 0;)
        if (!id || m_measurements[i].pane == *id) {
            m_measurements.erase(m_measurements.begin() + static_cast<std::ptrdiff_t>(i));
            m_lines.erase(m_lines.begin() + static_cast<std::ptrdiff_t>(i));
        }
}

// In a cell and, where the loupe shows another scale, in the loupe instead: the ends lie on the tissue in both.
void MeasureTool::paint(const ViewModel& model, TextSprites& text, SceneFrame& frame)
{
    for (std::size_t i = 0; i < m_measurements.size(); ++i) {
        const Measurement& each = m_measurements[i];
        const HungCell* hung = model.hungCell(each.pane);
        const auto transform = model.transform(each.pane);
        if (!hung || !transform)
            continue;
        const PixelRect& cell = hung->area;
        const ViewImage* image = model.pane(each.pane)->image.get();
        const auto loupe =
            std::ranges::find_if(frame.loupes, [&](const ScenePane& one) { return one.image.get() == image; });
        const PixelRect hole = frame.loupes.empty() ? PixelRect() : frame.loupes.front().area;
        const bool drawn = paint(m_lines[i].base, {each, *transform, cell, hole, frame.unit}, text, frame);
        if (loupe != frame.loupes.end())
            paint(m_lines[i].inLoupe, {each, loupe->transform, loupe->area, {}, frame.unit}, text, frame);
        if (!drawn)
            continue;
        Sprite words = text.text({{toText(each, image->facts().spacing), 10, measurementColour, true}}, false,
                                 std::max(40, cell.width - scaled(8, frame.unit)), frame.unit);
        placeText(words, transform->toScreen(each.to), cell, frame.unit);
        frame.sprites.push_back(words);
    }
}

// Whether there is anything of the line in its area.
bool MeasureTool::paint(Drawn& kept, const Place& at, TextSprites& text, SceneFrame& frame)
{
    if (std::string key = keyOf(at.line, at.transform, at.area, at.hole, at.unit); kept.key != key) {
        PixelRect place;
        QImage drawn = drawMeasurement(at.line, at.transform, at.area, at.unit, place);
        if (!drawn.isNull() && at.hole.width > 0) {
            QPainter eraser(&drawn);
            eraser.setCompositionMode(QPainter::CompositionMode_Clear);
            eraser.fillRect(at.hole.x - place.x, at.hole.y - place.y, at.hole.width, at.hole.height, Qt::transparent);
        }
        kept.sprite = drawn.isNull() ? Sprite() : text.picture(drawn);
        kept.sprite.x = place.x;
        kept.sprite.y = place.y;
        kept.key = std::move(key);
    }
    if (kept.sprite.width == 0)
        return false;
    frame.sprites.push_back(kept.sprite);
    return true;
}

} // namespace mama::viewer
