#include "widgets/viewer/scene/view_model.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

// Which images hang where, and which of them is active. What the reader does with them: view_model_reading.cpp.
namespace mama::viewer {

void ViewModel::setArea(PixelRect area)
{
    if (area == m_area)
        return;
    m_area = area;
    hang();
}

void ViewModel::setImage(const PaneId& id, std::shared_ptr<const ViewImage> image)
{
    if (!image) {
        m_panes.erase(id);
        hang();
        return;
    }
    // After the reader zoomed, an image that comes late joins the others.
    ViewPose pose;
    if (const auto had = m_panes.find(id); had != m_panes.end())
        pose = had->second.pose;
    else if (const Pane* other = linking.poses ? anyLinked(id) : nullptr)
        pose = other->pose;
    Pane made;
    made.image = std::move(image);
    made.pose = pose;
    m_panes[id] = std::move(made);
    setChoice(id, 0);
    hang();
}

void ViewModel::setOverlay(const PaneId& id, std::shared_ptr<const MapOverlay> overlay)
{
    const auto found = m_panes.find(id);
    if (found == m_panes.end() || found->second.overlay == overlay)
        return;
    found->second.overlay = std::move(overlay);
    found->second.peak = found->second.overlay ? found->second.overlay->peak(*found->second.image) : std::nullopt;
}

void ViewModel::setTurn(const PaneId& id, Turn turn)
{
    if (const auto found = m_panes.find(id); found != m_panes.end())
        found->second.turn = turn;
    hang();
}

const Pane* ViewModel::pane(const PaneId& id) const
{
    const auto found = m_panes.find(id);
    return found == m_panes.end() ? nullptr : &found->second;
}

void ViewModel::clear()
{
    m_panes.clear();
    m_standard.clear();
    m_given.clear();
    if (m_layout == ViewLayout::Other)
        m_layout = ViewLayout::Grid;
    if (m_beforeSingle == ViewLayout::Other)
        m_beforeSingle = ViewLayout::Grid;
    reset();
}

void ViewModel::setStandardViews(StandardViews views)
{
    m_standard = std::move(views);
    hang();
}

void ViewModel::setLayout(ViewLayout layout)
{
    if (layout == ViewLayout::Single && m_layout != ViewLayout::Single)
        m_beforeSingle = m_layout;
    m_layout = layout;
    hang();
}

void ViewModel::hang(Hanging cells)
{
    m_given = std::move(cells);
    setLayout(ViewLayout::Other);
}

double ViewModel::commonScale(Hanging cells) const
{
    double common = 0;
    for (HungCell& cell : laidOut(std::move(cells), m_area))
        if (const Pane* hung = cell.pane ? pane(*cell.pane) : nullptr) {
            cell.turn = hung->turn;
            const double fit = fitScale(*hung->image, cell, m_nominal);
            common = common > 0 ? std::min(common, fit) : fit;
        }
    return common;
}

void ViewModel::restoreLayout() { setLayout(m_beforeSingle); }

// From Single the reader steps through all four views, or through the cells of the hanging that was given.
void ViewModel::hang()
{
    const ViewLayout from = m_layout == ViewLayout::Single && m_beforeSingle == ViewLayout::Other ? ViewLayout::Other
                            : m_layout == ViewLayout::Single                                      ? ViewLayout::Grid
                                                                                                  : m_layout;
    m_cells = from == ViewLayout::Other ? m_given : fourUp(from, m_standard);
    lookForActive();
    m_hung = m_cells;
    if (m_layout == ViewLayout::Single && !m_cells.empty()) {
        m_hung = {m_cells[m_active]};
        m_hung.front().place = {};
    }
    m_hung = laidOut(std::move(m_hung), m_area);
    for (HungCell& cell : m_hung)
        if (const auto found = cell.pane ? m_panes.find(*cell.pane) : m_panes.end(); found != m_panes.end()) {
            cell.turn = found->second.turn;
            found->second.wallRight = cell.wallRight;
        }
    double sum = 0;
    int known = 0;
    for (const auto& [id, each] : m_panes)
        if (const auto& mm = each.image->facts().spacing.mm; mm && mm->column > 0) {
            sum += mm->column;
            ++known;
        }
    m_nominal = known ? sum / known : 1;
    applyZoomMode();
}

void ViewModel::lookForActive()
{
    const auto samePane = [this](const HungCell& cell) { return cell.pane && cell.pane == m_activeCell.pane; };
    const auto sameName = [this](const HungCell& cell) { return cell.name == m_activeCell.name; };
    auto found = std::find_if(m_cells.begin(), m_cells.end(), samePane);
    if (found == m_cells.end())
        found = std::find_if(m_cells.begin(), m_cells.end(), sameName);
    m_active = found == m_cells.end() ? 0 : static_cast<std::size_t>(found - m_cells.begin());
    if (m_active < m_cells.size())
        m_activeCell = m_cells[m_active];
}

const HungCell* ViewModel::hungCell(const PaneId& id) const
{
    const auto found =
        std::find_if(m_hung.begin(), m_hung.end(), [&](const HungCell& cell) { return cell.pane == id; });
    return found == m_hung.end() ? nullptr : &*found;
}

const HungCell* ViewModel::cellAt(Point screen) const
{
    for (const HungCell& cell : m_hung)
        if (cell.area.contains(screen.x, screen.y))
            return &cell;
    return nullptr;
}

std::optional<ViewTransform> ViewModel::transform(const PaneId& id) const
{
    const HungCell* cell = hungCell(id);
    const Pane* hung = pane(id);
    if (!cell || !hung)
        return {};
    return transformOf(*hung->image, *cell, hung->pose, m_nominal);
}

const HungCell* ViewModel::activeCell() const
{
    if (m_hung.empty())
        return nullptr;
    return m_layout == ViewLayout::Single ? &m_hung.front() : &m_hung[m_active];
}

std::optional<PaneId> ViewModel::activePane() const
{
    const HungCell* cell = activeCell();
    return cell ? cell->pane : std::nullopt;
}

bool ViewModel::activate(const HungCell& cell)
{
    const auto found = std::find_if(m_cells.begin(), m_cells.end(), [&](const HungCell& each) {
        return each.pane == cell.pane && each.name == cell.name;
    });
    if (found == m_cells.end() || found - m_cells.begin() == static_cast<std::ptrdiff_t>(m_active))
        return false;
    m_activeCell = *found;
    hang();
    return true;
}

bool ViewModel::activate(const PaneId& id)
{
    const auto found =
        std::find_if(m_cells.begin(), m_cells.end(), [&](const HungCell& cell) { return cell.pane == id; });
    return found != m_cells.end() && activate(HungCell(*found));
}

bool ViewModel::step(int direction)
{
    if (m_cells.empty())
        return false;
    const auto n = static_cast<std::ptrdiff_t>(m_cells.size());
    const auto next = (static_cast<std::ptrdiff_t>(m_active) + direction + n) % n;
    return activate(HungCell(m_cells[static_cast<std::size_t>(next)]));
}

} // namespace mama::viewer
