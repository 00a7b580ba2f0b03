#include "widgets/viewer/draw_tool.h"

#include "widgets/viewer/note_layer.h"

#include <QPainter>
#include <QPixmap>
#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

constexpr double tremor = 3, apart = 2.5, closeBy = 9; // logical pixels

// Outside its image there is nothing to draw on.
std::optional<Point> onImage(const ViewModel& model, const PaneId& id, Point screen)
{
    const auto transform = model.transform(id);
    const Pane* pane = model.pane(id);
    if (!transform || !pane)
        return std::nullopt;
    const Point stored = transform->toStored(screen);
    return Point{std::clamp(stored.x, 0.0, double(pane->image->columns())),
                 std::clamp(stored.y, 0.0, double(pane->image->rows()))};
}

double onScreen(const ViewModel& model, const PaneId& id, Point stored, Point screen)
{
    const auto transform = model.transform(id);
    if (!transform)
        return 0;
    const Point at = transform->toScreen(stored);
    return std::hypot(at.x - screen.x, at.y - screen.y);
}

bool dragged(const ToolDrag& drag)
{
    return std::hypot(drag.now.x - drag.start.x, drag.now.y - drag.start.y) > tremor * drag.unit;
}

} // namespace

DrawTool::DrawTool(ShapeKind kind, NoteLayer& notes, Drawn drawn, Refused refused)
    : m_kind(kind), m_notes(notes), m_drawn(std::move(drawn)), m_refused(std::move(refused))
{}

std::size_t DrawTool::wanted() const
{
    return m_kind == ShapeKind::Angle ? 3 : m_kind == ShapeKind::Note || m_kind == ShapeKind::Point ? 1 : 2;
}

void DrawTool::show(const std::optional<Point>& floating)
{
    std::vector<Point> places = m_places;
    if (floating)
        places.push_back(*floating);
    m_notes.draft.reset();
    if (places.empty())
        return;
    const bool few = m_kind == ShapeKind::Angle ? places.size() < 3 : false;
    m_notes.draft = NoteLayer::Drawing{m_pane, shapeFrom(m_kind, places), closedLine() || few};
}

ViewTool::Changed DrawTool::finish()
{
    const Shape shape = shapeFrom(m_kind, m_places);
    return end(isPossible(shape) ? std::optional(shape) : std::nullopt);
}

ViewTool::Changed DrawTool::end(const std::optional<Shape>& shape)
{
    const PaneId pane = m_pane;
    giveUp();
    if (shape)
        m_drawn(pane, *shape);
    else
        m_refused(m_kind);
    return Changed::Drawing;
}

// How far the places lie from the straight line to the farthest one, device pixels: a drag along a line goes round
// nothing.
double DrawTool::breadth(const ViewModel& model) const
{
    const auto transform = model.transform(m_pane);
    if (!transform || m_places.empty())
        return 0;
    std::vector<Point> at;
    for (const Point& each : m_places)
        at.push_back(transform->toScreen(each));
    const auto away = [&](const Point& each) { return std::hypot(each.x - at[0].x, each.y - at[0].y); };
    const Point far = *std::ranges::max_element(at, {}, away);
    const double length = away(far);
    double most = 0;
    for (const Point& each : at)
        most =
            std::max(most, std::abs((far.x - at[0].x) * (each.y - at[0].y) - (far.y - at[0].y) * (each.x - at[0].x)));
    return length > 0 ? most / length : 0;
}

ViewTool::Changed DrawTool::press(ViewModel& model, const ToolDrag& drag)
{
    const auto at = onImage(model, drag.pane, drag.now);
    if (!at)
        return Changed::Nothing;
    m_dragged = false;
    if (m_places.empty() || m_pane != drag.pane) {
        giveUp();
        m_pane = drag.pane;
        m_places = {*at};
        m_byHand = false;
    } else if (closedLine() && m_places.size() > 2 &&
               onScreen(model, m_pane, m_places.front(), drag.now) < closeBy * drag.unit) {
        return finish();
    } else {
        m_places.push_back(*at);
    }
    show({});
    return Changed::Drawing;
}

ViewTool::Changed DrawTool::move(ViewModel& model, const ToolDrag& drag)
{
    const auto at = onImage(model, drag.pane, drag.now);
    if (!at || m_places.empty() || drag.pane != m_pane)
        return Changed::Nothing;
    m_dragged = m_dragged || dragged(drag);
    if (!closedLine()) {
        if (m_places.size() == wanted()) // the last place follows the hand until it is let go
            m_places.back() = *at;
        show(m_places.size() < wanted() ? at : std::nullopt);
        return Changed::Drawing;
    }
    m_byHand = m_byHand || (m_dragged && m_places.size() == 1);
    const double least = apart * drag.unit / drag.magnification;
    if (m_byHand && m_places.size() < mostCorners &&
        onScreen(model, m_pane, m_places.back(), drag.now) * drag.magnification >= least)
        m_places.push_back(*at);
    else if (!m_byHand)
        m_places.back() = *at;
    show({});
    return Changed::Drawing;
}

// A click leaves the shape open for the next one; a drag ends it, of an angle its first arm.
ViewTool::Changed DrawTool::release(ViewModel& model, const ToolDrag& drag)
{
    if (m_places.empty() || drag.pane != m_pane)
        return Changed::Nothing;
    if (closedLine() && m_byHand)
        return breadth(model) * drag.magnification < tremor * drag.unit ? end({}) : finish();
    if (closedLine())
        return Changed::Drawing;
    if (m_dragged && m_places.size() < wanted())
        if (const auto at = onImage(model, drag.pane, drag.now))
            m_places.push_back(*at);
    m_dragged = false;
    if (m_places.size() >= wanted())
        return finish();
    show({});
    return Changed::Drawing;
}

ViewTool::Changed DrawTool::hover(ViewModel& model, const ToolDrag& drag)
{
    if (m_places.empty())
        return Changed::Nothing;
    show(onImage(model, m_pane, drag.now));
    return Changed::Drawing;
}

bool DrawTool::doubleClick(ViewModel&, const ToolDrag&)
{
    if (m_places.empty())
        return false;
    if (closedLine() && m_places.size() > 2) {
        finish();
        return true;
    }
    return giveUp() && m_kind == ShapeKind::Angle;
}

bool DrawTool::giveUp()
{
    const bool any = !m_places.empty();
    m_places.clear();
    m_notes.draft.reset();
    return any;
}

// A cross with what it draws beside it, bright on dark: seen on air and on dense tissue.
QCursor DrawTool::cursor() const
{
    constexpr int size = 32, hot = 9;
    QPixmap picture(size, size);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    const auto lines = [&] {
        painter.drawLine(hot, 1, hot, 6);
        painter.drawLine(hot, 12, hot, 17);
        painter.drawLine(1, hot, 6, hot);
        painter.drawLine(12, hot, 17, hot);
        switch (m_kind) {
        case ShapeKind::Ruler: painter.drawLine(17, 28, 28, 17); break;
        case ShapeKind::Angle: painter.drawPolyline(QPolygon({{28, 17}, {17, 27}, {29, 27}})); break;
        case ShapeKind::Circle: painter.drawEllipse(18, 17, 11, 11); break;
        case ShapeKind::Ellipse: painter.drawEllipse(16, 19, 14, 8); break;
        case ShapeKind::Rectangle:
            painter.drawRect(17, 19, 12, 8);
            painter.drawPoint(23, 23);
            break;
        case ShapeKind::Box: painter.drawRect(17, 18, 12, 10); break;
        case ShapeKind::Area: painter.drawPolygon(QPolygon({{18, 27}, {20, 18}, {28, 20}, {27, 28}})); break;
        case ShapeKind::Contour:
            painter.drawPolyline(QPolygon({{17, 26}, {18, 19}, {25, 17}, {29, 22}, {24, 28}}));
            break;
        case ShapeKind::Note:
        case ShapeKind::Point:
            painter.drawLine(18, 19, 28, 19);
            painter.drawLine(18, 23, 28, 23);
            painter.drawLine(18, 27, 24, 27);
            break;
        }
    };
    painter.setPen(QPen(Qt::black, 3.4));
    lines();
    painter.setPen(QPen(Qt::white, 1.4));
    lines();
    painter.end();
    return QCursor(picture, hot, hot);
}

ViewTool::Changed GrabTool::move(ViewModel& model, const ToolDrag& drag)
{
    const auto place = m_notes.find(m_id);
    const auto from = onImage(model, drag.pane, drag.start), to = onImage(model, drag.pane, drag.now);
    if (!place || !from || !to)
        return Changed::Nothing;
    Shape shape = place->note->shape;
    if (m_handle < 0)
        moveBy(shape, to->x - from->x, to->y - from->y);
    else { // by as much as the hand moved: the place does not jump to where it was taken hold of
        const Point was = handlesOf(shape)[static_cast<std::size_t>(m_handle)];
        moveHandle(shape, static_cast<std::size_t>(m_handle), {was.x + to->x - from->x, was.y + to->y - from->y});
    }
    if (isPossible(shape))
        m_notes.moving = {m_id, shape};
    return Changed::Drawing;
}

ViewTool::Changed GrabTool::release(ViewModel&, const ToolDrag&)
{
    const auto moved = std::exchange(m_notes.moving, std::nullopt);
    const auto place = m_notes.find(m_id);
    if (moved && place && !(moved->second == place->note->shape))
        m_moved(moved->first, moved->second);
    return Changed::Drawing;
}

bool GrabTool::giveUp() { return std::exchange(m_notes.moving, std::nullopt).has_value(); }

} // namespace mama::viewer
