#pragma once
#include "app/workstation/engine/model_session.h"
#include "widgets/viewer/pane_view.h"

#include <set>

namespace mama {

// The pictures that the model sees, in place of the study's while they are on: prepared by the engine as its input is,
// with the raw grid of the map over them. Each hangs as an image of its own beside the study's.
class SeenPictures : public QObject
{
    Q_OBJECT
public:
    // Both must outlive this object.
    SeenPictures(ModelSession& session, viewer::PaneView& view, QObject* parent = nullptr);

    bool on() const { return !m_cells.empty(); }
    // Of the images that hang now.
    void show(std::shared_ptr<const Study> study);
    // Takes them away; what hangs next is the caller's.
    void leave();
    viewer::ViewLayout before() const { return m_before; }
    const viewer::Hanging& cellsBefore() const { return m_cellsBefore; }
    void showMaps(const SentenceResult* result); // nullptr: none

Q_SIGNALS:
    void changed(bool on);

private:
    viewer::PaneId seenPane(std::size_t image) const;
    void take(std::size_t image, const protocol::PrepareReply& reply);

    ModelSession& m_session;
    viewer::PaneView& m_view;
    std::shared_ptr<const Study> m_study;
    viewer::Hanging m_cells;
    std::map<std::size_t, viewer::MapOverlay> m_grids; // by image: without values
    viewer::ViewLayout m_before = viewer::ViewLayout::Grid;
    viewer::Hanging m_cellsBefore;
    bool m_gridBefore = false, m_airBefore = true; // of the style
};

} // namespace mama
