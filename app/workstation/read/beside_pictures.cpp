#include "app/workstation/read/beside_pictures.h"

#include "app/workstation/engine/show_result.h"

#include <algorithm>

namespace mama {

BesidePictures::BesidePictures(viewer::PaneView& view, QObject* parent) : QObject(parent), m_view(view) {}

viewer::PaneId BesidePictures::besidePane(const viewer::PaneId& pane) { return {besideStudy(pane.study), pane.image}; }

void BesidePictures::take(const viewer::PaneId& pane, const std::shared_ptr<const viewer::ViewImage>& picture)
{
    m_pictures[pane] = picture;
    const bool hangs =
        std::ranges::any_of(m_cells, [&](const viewer::HungCell& cell) { return cell.pane && *cell.pane == pane; });
    if (hangs)
        hangBeside(pane);
}

// As the first one is shown.
void BesidePictures::hangBeside(const viewer::PaneId& pane)
{
    const auto picture = m_pictures[pane].lock();
    if (!picture)
        return m_view.setEmptyText(besidePane(pane), tr("reading…"));
    m_view.setImage(besidePane(pane), picture);
    m_view.setWindow(besidePane(pane), m_view.shade(pane).window);
    m_view.setTurn(besidePane(pane), m_view.turn(pane));
    m_view.setPose(besidePane(pane), m_view.pose(pane));
}

void BesidePictures::show()
{
    leave();
    m_before = m_view.viewLayout();
    m_cells = m_view.hung();
    const auto half = [&](bool second, bool below) {
        viewer::Hanging cells = m_cells;
        for (viewer::HungCell& cell : cells) {
            if (second && cell.pane)
                cell.pane = besidePane(*cell.pane);
            int &at = below ? cell.place.row : cell.place.column, &of = below ? cell.place.rows : cell.place.columns;
            at += second ? of : 0;
            of *= 2;
        }
        return cells;
    };
    const bool below = m_view.commonScale(half(false, true)) > m_view.commonScale(half(false, false));
    viewer::Hanging both = half(false, below);
    for (viewer::HungCell& cell : half(true, below))
        both.push_back(std::move(cell));
    m_view.hang(both);
    for (const viewer::HungCell& cell : m_cells)
        if (cell.pane)
            hangBeside(*cell.pane);
}

void BesidePictures::leave()
{
    if (!on())
        return;
    const viewer::Hanging cells = std::exchange(m_cells, {});
    for (const viewer::HungCell& cell : cells)
        if (cell.pane)
            m_view.setImage(besidePane(*cell.pane), nullptr);
    if (m_before == viewer::ViewLayout::Other)
        m_view.hang(cells);
    else
        m_view.setViewLayout(m_before);
}

void BesidePictures::showMaps(const SentenceResult* result)
{
    for (const viewer::HungCell& cell : m_cells) {
        if (!cell.pane || !m_view.image(besidePane(*cell.pane)))
            continue;
        std::shared_ptr<const viewer::MapOverlay> overlay;
        for (const SentenceMap& map : result ? result->beside : std::vector<SentenceMap>())
            if (map.pane == *cell.pane)
                overlay = map.overlay;
        m_view.setOverlay(besidePane(*cell.pane), overlay);
        m_view.setScore(besidePane(*cell.pane), overlay ? mapName(result->besideMap) : QString());
    }
}

} // namespace mama
