#include "widgets/viewer/pane_view_impl.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"
#include "widgets/viewer/dragged_image.h"
#include "widgets/viewer/legend.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>
#include <utility>

// The mouse: which tool a button is, and what it is given.
namespace mama::viewer {
namespace {

constexpr double loupeStep = 1.25;  // of magnification and size, a notch of the wheel
constexpr double dragThreshold = 3; // logical pixels before a press becomes a drag
constexpr int wheelStep = 120;      // QWheelEvent's units of one notch

MouseGesture gestureOf(MouseGesture::Part part, Qt::KeyboardModifiers keys)
{
    using Held = MouseGesture::Held;
    return {part, (keys & Qt::ShiftModifier)     ? Held::Shift
                  : (keys & Qt::ControlModifier) ? Held::Ctrl
                  : (keys & Qt::AltModifier)     ? Held::Alt
                                                 : Held::Nothing};
}

MouseAct actOf(const MouseMap& map, const QMouseEvent& press)
{
    using Part = MouseGesture::Part;
    switch (press.button()) {
    case Qt::LeftButton: return mama::actOf(map, gestureOf(Part::Left, press.modifiers()));
    case Qt::RightButton: return mama::actOf(map, gestureOf(Part::Right, press.modifiers()));
    case Qt::MiddleButton: return mama::actOf(map, gestureOf(Part::Middle, press.modifiers()));
    default: return MouseAct::Nothing;
    }
}

} // namespace

ViewTool* PaneView::Impl::toolOf(MouseAct act) const
{
    switch (act) {
    case MouseAct::Tool: return drag.grabbed ? grabTool.get() : leftTools.at(left).get();
    case MouseAct::Pan: return leftTools.at(LeftTool::Pan).get();
    case MouseAct::Window: return rightTool.get();
    case MouseAct::Zoom: return middleTool.get();
    default: return nullptr;
    }
}

ToolDrag PaneView::Impl::dragTo(const PaneId& pane, QPointF position) const
{
    return {pane,
            device(drag.start),
            device(drag.last),
            device(position),
            q->devicePixelRatioF(),
            aids.loupe ? aids.loupeMagnification : 1.0};
}

void PaneView::Impl::useTool(ToolStep call, QPointF position)
{
    ViewTool* tool = toolOf(drag.act);
    if (!tool || !drag.pane || !model.pane(*drag.pane))
        return;
    const ToolDrag now = dragTo(*drag.pane, position);
    drag.last = position;
    switch ((tool->*call)(model, now)) {
    case ViewTool::Changed::Nothing: return;
    case ViewTool::Changed::Drawing: return q->redraw();
    case ViewTool::Changed::Windows: return changedWindows(*drag.pane);
    case ViewTool::Changed::Zoom: return changedZoom();
    case ViewTool::Changed::Place: return choosePlace(now);
    }
}

// In stored pixels, if it lies on the picture.
void PaneView::Impl::choosePlace(const ToolDrag& click)
{
    const auto transform = model.transform(click.pane);
    const Pane* pane = model.pane(click.pane);
    if (!transform || !pane)
        return;
    const Point at = transform->toStored(click.now);
    if (at.x >= 0 && at.y >= 0 && at.x < pane->image->columns() && at.y < pane->image->rows())
        Q_EMIT q->placeClicked(click.pane, at);
}

void PaneView::Impl::followPointer(QPointF logical)
{
    if (aids.loupe || aids.crossHair || (style.cells && style.visible))
        q->redraw();
    followNotes(logical);
    tell(q->infoAt(logical));
}

void PaneView::Impl::point(QPointF logical, QPointF onScreen)
{
    pointer = logical;
    pointerOnScreen = onScreen;
}

void PaneView::Impl::tell(const CursorInfo& info)
{
    told = toText(info);
    Q_EMIT q->cursorMoved(info);
}

void PaneView::Impl::tellUnderPointer()
{
    if (!pointer)
        return;
    const QPointF now = q->mapFromGlobal(pointerOnScreen);
    if (!QRectF(q->rect()).contains(now)) {
        pointer.reset();
        return tell({});
    }
    pointer = now;
    if (const CursorInfo info = q->infoAt(now); toText(info) != told)
        tell(info);
}

void PaneView::mousePressEvent(QMouseEvent* event)
{
    const HungCell* cell = m->model.cellAt(m->device(event->position()));
    if (!cell) {
        event->ignore();
        return;
    }
    const std::optional<PaneId> pane = cell->pane;
    m->activeMayChange([&] { m->model.activate(HungCell(*cell)); });
    if (m->drag.button != Qt::NoButton)
        return;
    const MouseAct act = actOf(m->mouse, *event);
    m->drag = {event->button(), event->position(), event->position(), pane, false, false, act};
    m->drag.grabbed = act == MouseAct::Tool && m->grab(event->position());
    m->useTool(&ViewTool::press, event->position());
}

void PaneView::mouseMoveEvent(QMouseEvent* event)
{
    m->point(event->position(), event->globalPosition());
    auto& drag = m->drag;
    if (drag.button != Qt::NoButton && drag.pane && m->model.pane(*drag.pane)) {
        if (!drag.moved && (event->position() - drag.start).manhattanLength() < dragThreshold)
            return;
        drag.moved = true;
        m->useTool(&ViewTool::move, event->position());
    }
    m->followPointer(event->position());
}

void PaneView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != m->drag.button)
        return;
    // A click on nothing chooses nothing.
    const bool click = m->drag.act == MouseAct::Tool && !m->drag.moved && !m->drag.grabbed && !m->notes.draft;
    m->useTool(&ViewTool::release, event->position());
    m->drag = {};
    if (click && !drawnBy(m->left) && !m->noteAt(event->position()))
        m->choose({});
}

void PaneView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m->drag = {};
    const HungCell* under = m->model.cellAt(m->device(event->position()));
    if (under && under->pane &&
        m->leftTools.at(m->left)->doubleClick(m->model, m->dragTo(*under->pane, event->position())))
        return redraw();
    if (const auto note = m->noteAt(event->position())) {
        m->choose(note->id);
        return Q_EMIT noteTextAsked(note->id);
    }
    if (const HungCell* cell = m->model.cellAt(m->device(event->position()))) {
        m->activeMayChange([&] { m->model.activate(HungCell(*cell)); });
        m->maximiseOrRestore();
    }
}

void PaneView::wheelEvent(QWheelEvent* event)
{
    const Point at = m->device(event->position());
    const HungCell* cell = m->model.cellAt(at);
    const int turned = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x(); // with Alt
    if (!cell || !cell->pane || !m->model.pane(*cell->pane) || turned == 0)
        return;
    m->point(event->position(), event->globalPosition());
    if (m->aids.loupe && event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)) {
        const double factor = std::pow(loupeStep, turned / static_cast<double>(wheelStep));
        const bool size = event->modifiers() & Qt::ShiftModifier;
        m->changeLoupe(size ? 1 : factor, size ? factor : 1);
        return event->accept();
    }
    const MouseAct act = mama::actOf(m->mouse, gestureOf(MouseGesture::Part::Wheel, event->modifiers()));
    if (act == MouseAct::Frames || act == MouseAct::Views) {
        m->wheelRest += turned;
        if (const int steps = m->wheelRest / wheelStep; steps != 0) {
            m->wheelRest %= wheelStep;
            if (act == MouseAct::Frames) // of the image under the pointer
                m->activeMayChange([&] { m->model.activate(HungCell(*cell)); });
            Q_EMIT wheelTurned(act, -steps); // towards the reader: the next one
        }
        return event->accept();
    }
    if (act != MouseAct::Zoom)
        return event->accept();
    m->model.zoom(std::pow(1.2, turned / static_cast<double>(wheelStep)), *cell->pane, at);
    m->changedZoom();
    m->tell(infoAt(event->position()));
    event->accept();
}

bool PaneView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto& help = static_cast<const QHelpEvent&>(*event);
    const HungCell* cell = m->model.cellAt(m->device(help.pos()));
    const Pane* pane = cell && cell->pane ? m->model.pane(*cell->pane) : nullptr;
    QStringList lines;
    if (!cell) // below the views
        lines << legendFacts(m->model, m->texts.legend, m->style).text();
    if (const auto hit = m->noteAt(help.pos()))
        if (const auto place = m->notes.find(hit->id); place && pane)
            lines << kindText(place->note->shape.kind) << detailsOf(*place->note, pane->image->facts().spacing);
    if (pane)
        for (const UserText& warning : pane->image->facts().warnings)
            lines << tr("Warning: %1").arg(shownText(warning));
    if (lines.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help.globalPos(), plainTip(lines.join(QLatin1Char('\n'))), this);
    return true;
}

void PaneView::dragEnterEvent(QDragEnterEvent* event) { dragMoveEvent(event); }

void PaneView::dragMoveEvent(QDragMoveEvent* event)
{
    const HungCell* cell = imageOf(*event->mimeData()) ? m->model.cellAt(m->device(event->position())) : nullptr;
    const std::optional<PixelRect> area = cell ? std::optional(cell->area) : std::nullopt;
    if (std::exchange(m->dropArea, area) != area)
        redraw();
    event->setAccepted(cell != nullptr);
}

void PaneView::dragLeaveEvent(QDragLeaveEvent*)
{
    m->dropArea.reset();
    redraw();
}

void PaneView::dropEvent(QDropEvent* event)
{
    m->dropArea.reset();
    redraw();
    const auto image = imageOf(*event->mimeData());
    const HungCell* cell = image ? m->model.cellAt(m->device(event->position())) : nullptr;
    event->setAccepted(cell != nullptr);
    if (cell)
        Q_EMIT imageDropped(*image, HungCell(*cell));
}

void PaneView::leaveEvent(QEvent* event)
{
    m->pointer.reset();
    if (m->aids.loupe || m->aids.crossHair || m->style.cells)
        redraw();
    m->tell({});
    QWidget::leaveEvent(event);
}

} // namespace mama::viewer
