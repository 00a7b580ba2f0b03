// One cell of another view by itself: what of it is the other's, and what is this view's own.
#include "widgets/viewer/pane_view_impl.h"

#include "core/study/study.h"

#include <QSignalBlocker>
#include <algorithm>
#include <tuple>

namespace mama::viewer {
namespace {

bool same(const std::vector<Point>& one, const std::vector<Point>& other)
{
    return std::ranges::equal(one, other, [](Point a, Point b) { return a.x == b.x && a.y == b.y; });
}

auto wordsOf(const OverlayLegend& legend)
{
    return std::tie(legend.sentence, legend.model, legend.profile, legend.range, legend.minus, legend.minusSentence,
                    legend.way, legend.note, legend.warning);
}

template <class Map>
typename Map::mapped_type valueIn(const Map& map, const typename Map::key_type& key)
{
    const auto found = map.find(key);
    return found == map.end() ? typename Map::mapped_type() : found->second;
}

template <class Map>
void copy(const Map& from, const typename Map::key_type& key, Map& to)
{
    to.clear();
    if (const auto found = from.find(key); found != from.end())
        to.insert(*found);
}

} // namespace

void PaneView::Impl::hangAlone(const HungCell& cell)
{
    const Hanging& now = model.hung();
    if (now.size() == 1 && now[0].pane == cell.pane && now[0].name == cell.name && now[0].wallRight == cell.wallRight)
        return;
    for (const PaneId& each : q->panes())
        if (each != cell.pane)
            model.setImage(each, nullptr);
    HungCell alone;
    alone.pane = cell.pane;
    alone.name = cell.name;
    alone.wallRight = cell.wallRight;
    q->hang({alone});
    if (model.zoomMode() == ZoomMode::Free) // of another picture
        model.setZoomMode(ZoomMode::SameSize);
}

void PaneView::Impl::followImage(const Impl& other, const PaneId& pane)
{
    const Pane* theirs = other.model.pane(pane);
    const Pane* mine = model.pane(pane);
    if ((theirs ? theirs->image : nullptr) != (mine ? mine->image : nullptr))
        q->setImage(pane, theirs ? theirs->image : nullptr);
    if (!theirs)
        return;
    if (model.pane(pane)->overlay != theirs->overlay)
        q->setOverlay(pane, theirs->overlay);
    if (!(model.pane(pane)->shade == theirs->shade)) {
        model.setChoice(pane, theirs->shade.choice);
        model.setWindow(pane, theirs->shade.window);
        q->redraw();
    }
}

// Those that are written on this cell, and the legend.
void PaneView::Impl::followWords(const Impl& other, const HungCell& cell)
{
    const PaneId pane = cell.pane.value_or(PaneId());
    const ViewTexts& theirs = other.texts;
    const bool known = texts.nothing == theirs.nothing && wordsOf(texts.legend) == wordsOf(theirs.legend) &&
                       texts.role(cell) == theirs.role(cell) &&
                       valueIn(texts.missing, pane) == valueIn(theirs.missing, pane) &&
                       valueIn(texts.score, pane) == valueIn(theirs.score, pane) &&
                       valueIn(texts.doubt, pane) == valueIn(theirs.doubt, pane) &&
                       same(valueIn(texts.marks, pane), valueIn(theirs.marks, pane));
    if (known)
        return;
    texts.nothing = theirs.nothing;
    texts.legend = theirs.legend;
    copy(theirs.exams, pane.study, texts.exams);
    copy(theirs.missing, pane, texts.missing);
    copy(theirs.score, pane, texts.score);
    copy(theirs.doubt, pane, texts.doubt);
    copy(theirs.marks, pane, texts.marks);
    q->redraw();
}

void PaneView::follow(const PaneView& other, const HungCell& cell)
{
    const QSignalBlocker quiet(this); // nobody did anything here
    const Impl& from = *other.m;
    m->hangAlone(cell);
    if (cell.pane) {
        m->followImage(from, *cell.pane);
        std::map<PaneId, std::vector<Note>> notes;
        if (auto drawn = from.notes.notesOn(*cell.pane); !drawn.empty())
            notes[*cell.pane] = std::move(drawn);
        if (m->notes.notesOn(*cell.pane) != valueIn(notes, *cell.pane))
            setNotes(std::move(notes));
        m->choose(from.notes.selected && m->notes.find(*from.notes.selected) ? from.notes.selected : std::nullopt);
    }
    m->followWords(from, cell);
    setOverlayStyle(from.style);
    if (m->greys != from.greys)
        setGreys(from.greys);
    Aids aids = m->aids;
    aids.inverted = from.aids.inverted;
    aids.texts = from.aids.texts;
    aids.labels = from.aids.labels;
    aids.notes = from.aids.notes;
    if (!(aids == m->aids))
        setAids(aids);
    m->mouse = from.mouse;
}

void PaneView::shadeAlike(const PaneId& pane, const Shade& shade)
{
    const Pane* found = m->model.pane(pane);
    if (!found || found->shade == shade)
        return;
    if (found->shade.choice != shade.choice)
        m->model.chooseAlike(pane, shade.choice);
    const Window was = found->shade.window;
    m->model.adjustWindow(pane, (was.centre - shade.window.centre) / was.width, shade.window.width / was.width);
    m->model.setWindow(pane, shade.window); // to the last digit
    m->changedWindows(pane);
}

} // namespace mama::viewer
