// Notes on the images: which of them the mouse takes hold of, chooses and moves.
#include "widgets/viewer/pane_view_impl.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {

NoteLayer::Look PaneView::Impl::lookAt(const PaneId& pane, QPointF logical) const
{
    return {pane, device(logical), q->devicePixelRatioF(), aids.loupe ? aids.loupeMagnification : 1.0};
}

// The pane under a place, with what the reader drew there.
std::optional<NoteLayer::Hit> PaneView::Impl::noteAt(QPointF logical) const
{
    const HungCell* cell = model.cellAt(device(logical));
    return cell && cell->pane && model.pane(*cell->pane) ? notes.hit(model, lookAt(*cell->pane, logical))
                                                         : std::nullopt;
}

// A handle moves its place; what is chosen moves as a whole; anything else is chosen. A tool that draws takes hold of
// the handles of the chosen one alone, so that shapes can be drawn close to each other.
bool PaneView::Impl::grab(QPointF logical)
{
    const bool draws = drawnBy(left).has_value();
    const auto hit = notes.draft ? std::nullopt : noteAt(logical);
    if (!hit || left == LeftTool::Mark)
        return false;
    const bool chosen = notes.selected == hit->id;
    if (draws && !(chosen && hit->handle >= 0))
        return false;
    if (!chosen)
        choose(hit->id);
    if (!chosen && hit->handle < 0)
        return false;
    grabTool->hold(hit->id, hit->handle);
    return true;
}

void PaneView::Impl::choose(std::optional<std::int64_t> id)
{
    if (notes.selected == id)
        return;
    notes.selected = id;
    q->redraw();
    Q_EMIT q->noteSelected(id.value_or(0));
}

void PaneView::Impl::followNotes(QPointF logical)
{
    const auto hit = noteAt(logical);
    if (hit != notes.hovered) {
        notes.hovered = hit;
        q->redraw();
    }
    if (drag.button == Qt::NoButton && drawnBy(left)) {
        const Point at = device(logical);
        const HungCell* cell = model.cellAt(at);
        if (cell && cell->pane &&
            leftTools.at(left)->hover(model, {*cell->pane, at, at, at, q->devicePixelRatioF(), 1}) !=
                ViewTool::Changed::Nothing)
            q->redraw();
    }
    showCursor();
}

void PaneView::Impl::showCursor()
{
    const bool draws = drawnBy(left).has_value();
    const bool chosen = notes.hovered && notes.selected == notes.hovered->id;
    const bool takes =
        notes.hovered && !notes.draft && left != LeftTool::Mark && (!draws || (chosen && notes.hovered->handle >= 0));
    const QCursor wanted = !takes                                 ? leftTools.at(left)->cursor()
                           : notes.hovered->handle >= 0 || chosen ? QCursor(Qt::SizeAllCursor)
                                                                  : QCursor(Qt::PointingHandCursor);
    const int now = (takes ? 100 + static_cast<int>(wanted.shape()) : static_cast<int>(left)) + 1;
    if (std::exchange(cursorShown, now) == now)
        return;
    if (wanted.shape() == Qt::ArrowCursor)
        q->unsetCursor();
    else
        q->setCursor(wanted);
}

void PaneView::setNotes(std::map<PaneId, std::vector<Note>> notes)
{
    const auto before = m->notes.selected;
    m->notes.set(std::move(notes));
    redraw();
    if (before != m->notes.selected)
        Q_EMIT noteSelected(m->notes.selected.value_or(0));
}

std::vector<Note> PaneView::notes(const PaneId& pane) const { return m->notes.notesOn(pane); }

void PaneView::selectNote(std::optional<std::int64_t> id) { m->choose(id); }

std::optional<std::int64_t> PaneView::selectedNote() const { return m->notes.selected; }

bool PaneView::leaveNote()
{
    if (m->leftTools.at(m->left)->giveUp() || m->grabTool->giveUp()) {
        redraw();
        return true;
    }
    if (m->notes.selected) {
        m->choose({});
        return true;
    }
    if (!drawnBy(m->left))
        return false;
    setTool(LeftTool::Pan);
    return true;
}

// Its middle, if that is not on the screen.
void PaneView::showNote(std::int64_t id)
{
    const auto place = m->notes.find(id);
    if (!place || !m->model.pane(place->pane))
        return;
    const PaneId pane = place->pane;
    Point middle;
    const std::vector<Point> at = outlineOf(place->note->shape).places;
    for (const Point& each : at) {
        middle.x += each.x / static_cast<double>(at.size());
        middle.y += each.y / static_cast<double>(at.size());
    }
    m->choose(id);
    m->activeMayChange([&] { m->model.activate(pane); });
    const HungCell* cell = m->model.hungCell(pane);
    const auto transform = m->model.transform(pane);
    if (!cell || !transform)
        return;
    const Point screen = transform->toScreen(middle);
    if (cell->area.contains(screen.x, screen.y))
        return;
    m->model.pan(cell->area.x + cell->area.width / 2.0 - screen.x, cell->area.y + cell->area.height / 2.0 - screen.y,
                 pane);
    m->changedZoom();
}

QPointF PaneView::placeOf(const PaneId& pane, Point stored) const
{
    const auto transform = m->model.transform(pane);
    if (!transform)
        return {};
    const Point at = transform->toScreen(stored);
    return {at.x / devicePixelRatioF(), at.y / devicePixelRatioF()};
}

} // namespace mama::viewer
