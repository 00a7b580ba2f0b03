#include "widgets/viewer/measure_tool.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

int scaled(double logical, double unit) { return static_cast<int>(std::lround(logical * unit)); }

// Equal keys, equal pictures.
std::string keyOf(const Measurement& each, const ViewTransform& t, const PixelRect& cell, double unit)
{
    std::string key;
    for (const double part :
         {each.from.x, each.from.y, each.to.x, each.to.y, t.originX, t.originY, t.scaleX, t.scaleY, unit})
        key += std::to_string(part) + ' ';
    for (const int part : {cell.x, cell.y, cell.width, cell.height})
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

void MeasureTool::paint(const ViewModel& model, TextSprites& text, SceneFrame& frame)
{
    for (std::size_t i = 0; i < m_measurements.size(); ++i) {
        const Measurement& each = m_measurements[i];
        const HungCell* hung = model.hungCell(each.pane);
        const auto transform = model.transform(each.pane);
        if (!hung || !transform)
            continue;
        const PixelRect& cell = hung->area;
        Line& line = m_lines[i];
        if (std::string key = keyOf(each, *transform, cell, frame.unit); line.key != key) {
            PixelRect place;
            const QImage drawn = drawMeasurement(each, *transform, cell, frame.unit, place);
            line.sprite = drawn.isNull() ? Sprite() : text.picture(drawn);
            line.sprite.x = place.x;
            line.sprite.y = place.y;
            line.key = std::move(key);
        }
        if (line.sprite.width == 0)
            continue;
        frame.sprites.push_back(line.sprite);
        Sprite words =
            text.text({{toText(each, model.pane(each.pane)->image->facts().spacing), 10, measurementColour, true}},
                      false, std::max(40, cell.width - scaled(8, frame.unit)), frame.unit);
        placeText(words, transform->toScreen(each.to), cell, frame.unit);
        frame.sprites.push_back(words);
    }
}

} // namespace mama::viewer
