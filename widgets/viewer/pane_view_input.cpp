#include "widgets/viewer/pane_view_impl.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

// Mouse, wheel and keys.
namespace mama::viewer {
namespace {

constexpr double dragThreshold = 3;   // logical pixels before a press becomes a drag
constexpr double windowReach = 500.0; // logical pixels that move the centre by one width, or the width by e

Point middleOf(const HungCell& hung)
{
    return {hung.area.x + hung.area.width / 2.0, hung.area.y + hung.area.height / 2.0};
}

} // namespace

void PaneView::mousePressEvent(QMouseEvent* event)
{
    const auto slot = m->model.slotAt(m->device(event->position()));
    if (!slot) {
        event->ignore();
        return;
    }
    m->setActive(*slot);
    if (m->drag.button == Qt::NoButton)
        m->drag = {event->button(), event->position(), event->position(), *slot, false};
}

void PaneView::mouseMoveEvent(QMouseEvent* event)
{
    m->pointer = event->position();
    auto& drag = m->drag;
    if (drag.button != Qt::NoButton && m->model.cell(drag.slot).image) {
        const QPointF delta = event->position() - drag.last;
        if (!drag.moved && (event->position() - drag.start).manhattanLength() < dragThreshold)
            return;
        drag.moved = true;
        drag.last = event->position();
        const double unit = devicePixelRatioF();
        if (drag.button == m->mouse.window) {
            m->model.adjustWindow(drag.slot, -delta.y() / windowReach, std::exp(delta.x() / windowReach));
            m->changedWindow(drag.slot);
        } else if (drag.button == m->mouse.pan && m->measuring) {
            if (const auto transform = m->model.transform(drag.slot)) {
                const ViewImage& image = *m->model.cell(drag.slot).image;
                const auto inside = [&](QPointF at) { // outside its image there is nothing to measure
                    const Point stored = transform->toStored(m->device(at));
                    return Point{std::clamp(stored.x, 0.0, double(image.columns())),
                                 std::clamp(stored.y, 0.0, double(image.rows()))};
                };
                m->measure(drag.slot, inside(drag.start), inside(event->position()));
            }
        } else if (drag.button == m->mouse.pan) {
            m->model.pan(delta.x() * unit, delta.y() * unit, drag.slot);
            Q_EMIT zoomChanged();
        } else if (drag.button == m->mouse.zoom) {
            m->model.zoom(std::exp(-delta.y() / 200), drag.slot, m->device(drag.start));
            m->pending = true;
            Q_EMIT zoomChanged();
        }
        update();
    } else if (m->loupe || m->crossHair) {
        update();
    }
    Q_EMIT cursorMoved(infoAt(event->position()));
}

void PaneView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != m->drag.button)
        return;
    const bool click = !m->drag.moved && event->button() == Qt::LeftButton;
    m->drag = {};
    if (click) {
        const CursorInfo info = infoAt(event->position());
        if (info.inside)
            Q_EMIT clicked(info);
    }
}

void PaneView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m->drag = {};
    if (const auto slot = m->model.slotAt(m->device(event->position()))) {
        if (m->model.layout() == ViewLayout::Single)
            maximise({});
        else
            maximise(*slot);
    }
}

void PaneView::wheelEvent(QWheelEvent* event)
{
    const Point at = m->device(event->position());
    const auto slot = m->model.slotAt(at);
    if (!slot || !m->model.cell(*slot).image || event->angleDelta().y() == 0)
        return;
    m->model.zoom(std::pow(1.2, event->angleDelta().y() / 120.0), *slot, at);
    m->pending = true;
    update();
    Q_EMIT zoomChanged();
    Q_EMIT cursorMoved(infoAt(event->position()));
    event->accept();
}

void PaneView::leaveEvent(QEvent* event)
{
    m->pointer.reset();
    if (m->loupe || m->crossHair)
        update();
    Q_EMIT cursorMoved({});
    QOpenGLWidget::leaveEvent(event);
}

void PaneView::keyPressEvent(QKeyEvent* event)
{
    if (m->keysEnabled) {
        const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
        int key = event->key() == Qt::Key_Enter ? static_cast<int>(Qt::Key_Return) : event->key();
        if (key == Qt::Key_Equal)
            key = Qt::Key_Plus;
        const QKeySequence plain(static_cast<int>(modifiers) | key),
            unshifted(static_cast<int>(modifiers & ~Qt::ShiftModifier) | key);
        const bool letter = key >= Qt::Key_A && key <= Qt::Key_Z;
        for (const auto& [command, sequence] : m->keys)
            if (!sequence.isEmpty() && (sequence == plain || (!letter && sequence == unshifted))) {
                perform(command);
                return;
            }
    }
    QOpenGLWidget::keyPressEvent(event);
}

void PaneView::perform(ViewCommand command)
{
    const Slot active = m->model.active;
    const HungCell* hung = m->model.hungCell(active);
    const bool loaded = hung && m->model.cell(active).image;
    const auto zoom = [&](double factor) {
        if (loaded)
            m->model.zoom(factor, active, middleOf(*hung));
        m->pending = true;
        Q_EMIT zoomChanged();
    };
    const auto pan = [&](double x, double y) {
        if (loaded)
            m->model.pan(x * hung->area.width / 10, y * hung->area.height / 10, active);
        Q_EMIT zoomChanged();
    };
    const auto window = [&](double brighter, double factor) {
        m->model.adjustWindow(active, brighter, factor);
        m->changedWindow(active);
    };
    OverlayStyle style = m->style;
    using enum ViewCommand;
    switch (command) {
    case LayoutGrid: m->performLayout(ViewLayout::Grid); break;
    case LayoutRow: m->performLayout(ViewLayout::Row); break;
    case LayoutCcPair: m->performLayout(ViewLayout::CcPair); break;
    case LayoutMloPair: m->performLayout(ViewLayout::MloPair); break;
    case LayoutRightBreast: m->performLayout(ViewLayout::RightBreast); break;
    case LayoutLeftBreast: m->performLayout(ViewLayout::LeftBreast); break;
    case Maximise: m->model.layout() == ViewLayout::Single ? maximise({}) : maximise(active); break;
    case NextView: m->step(1); break;
    case PreviousView: m->step(-1); break;
    case SameSize: setZoomMode(ZoomMode::SameSize); break;
    case Fit: setZoomMode(ZoomMode::Fit); break;
    case Pixels: setZoomMode(ZoomMode::Pixels); break;
    case ZoomIn: zoom(1.25); break;
    case ZoomOut: zoom(0.8); break;
    case PanLeft: pan(1, 0); break;
    case PanRight: pan(-1, 0); break;
    case PanUp: pan(0, 1); break;
    case PanDown: pan(0, -1); break;
    case Brighter: window(0.05, 1); break;
    case Darker: window(-0.05, 1); break;
    case MoreContrast: window(0, 1 / 1.1); break;
    case LessContrast: window(0, 1.1); break;
    case NextWindow:
        for (const Slot slot : m->model.windowGroup(active))
            m->model.setChoice(slot, (m->model.cell(slot).shade.choice + 1) %
                                         static_cast<int>(m->model.cell(slot).image->voi().size()));
        m->changedWindow(active);
        break;
    case Invert: setInverted(!m->model.inverted); break;
    case Reset:
        m->model.reset();
        m->pending = true;
        m->changedWindow(active);
        Q_EMIT zoomChanged();
        Q_EMIT aidsChanged();
        break;
    case ToggleOverlay: style.visible = !style.visible; break;
    case ToggleCells: style.cells = !style.cells; break;
    case ToggleIsolines: style.isolines = !style.isolines; break;
    case ToggleLoupe: setLoupe(!m->loupe, m->loupeMagnification, m->loupeSide); break;
    case ToggleCrossHair: setCrossHair(!m->crossHair); break;
    case ToggleTexts: setTexts(!m->texts.shown); break;
    case Measure: setMeasuring(!m->measuring); break;
    case UndoMirror:
        if (loaded)
            setMirrored(active,
                        !m->model.cell(active).mirror.value_or(m->model.cell(active).image->facts().mirrorForDisplay));
        break;
    }
    setOverlayStyle(style);
    update();
}

} // namespace mama::viewer
