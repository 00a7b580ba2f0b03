#include "widgets/viewer/scene/hanging.h"

#include "core/study/study.h"

#include <array>

namespace mama::viewer {
namespace {

bool isRight(Slot slot) { return slot == Slot::RCC || slot == Slot::RMLO; }

std::vector<Slot> slotsOf(ViewLayout layout)
{
    switch (layout) {
    case ViewLayout::CcPair: return {Slot::RCC, Slot::LCC};
    case ViewLayout::MloPair: return {Slot::RMLO, Slot::LMLO};
    case ViewLayout::RightBreast: return {Slot::RCC, Slot::RMLO};
    case ViewLayout::LeftBreast: return {Slot::LCC, Slot::LMLO};
    default: return {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO};
    }
}

// The edges are whole pixels and touch.
PixelRect part(const PixelRect& whole, const CellPlace& at)
{
    const int x0 = whole.x + whole.width * at.column / at.columns,
              x1 = whole.x + whole.width * (at.column + 1) / at.columns;
    const int y0 = whole.y + whole.height * at.row / at.rows, y1 = whole.y + whole.height * (at.row + 1) / at.rows;
    return {x0, y0, x1 - x0, y1 - y0};
}

} // namespace

Hanging inRows(Hanging cells, int columns)
{
    const int rows = (static_cast<int>(cells.size()) + columns - 1) / columns;
    for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i].place = {columns, rows, static_cast<int>(i) % columns, static_cast<int>(i) / columns};
    return cells;
}

Hanging laidOut(Hanging cells, PixelRect whole)
{
    for (HungCell& cell : cells)
        cell.area = part(whole, cell.place);
    return cells;
}

StandardViews standardViews(const Study& study)
{
    StandardViews views;
    for (std::size_t i = 0; i < study.images.size(); ++i)
        if (study.images[i].slot != Slot::Extra)
            views.emplace(study.images[i].slot, PaneId{study.uid, i});
    return views;
}

Hanging fourUp(ViewLayout layout, const StandardViews& views)
{
    Hanging cells;
    for (const Slot slot : slotsOf(layout)) {
        HungCell cell;
        if (const auto found = views.find(slot); found != views.end())
            cell.pane = found->second;
        cell.name = slotName(slot);
        cell.wallRight = isRight(slot);
        cells.push_back(std::move(cell));
    }
    return inRows(std::move(cells), layout == ViewLayout::Row ? 4 : 2);
}

namespace {

// The same view of the other exam: by what the cell is for, whatever hangs in it.
HungCell priorCell(const HungCell& cell, const StandardViews& prior, const std::string& of)
{
    HungCell out = cell;
    out.pane.reset();
    out.turn = {};
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
        if (slotName(slot) == cell.name)
            if (const auto found = prior.find(slot); found != prior.end())
                out.pane = found->second;
    out.name += of;
    return out;
}

} // namespace

Hanging besidePrior(const Hanging& cells, const StandardViews& prior, const std::string& of)
{
    Hanging out;
    for (HungCell cell : cells) {
        HungCell other = priorCell(cell, prior, of);
        cell.place.columns = other.place.columns *= 2;
        cell.place.column *= 2;
        other.place.column = cell.place.column + 1;
        out.push_back(std::move(cell));
        out.push_back(std::move(other));
    }
    return out;
}

Hanging eightUp(const StandardViews& current, const StandardViews& prior, const std::string& of)
{
    Hanging out = fourUp(ViewLayout::Row, current);
    for (std::size_t i = 0, count = out.size(); i < count; ++i)
        out.push_back(priorCell(out[i], prior, of));
    return inRows(std::move(out), 4);
}

std::string slotName(Slot slot)
{
    static constexpr std::array names{"R CC", "L CC", "R MLO", "L MLO", ""};
    return names[static_cast<std::size_t>(slot)];
}

} // namespace mama::viewer
