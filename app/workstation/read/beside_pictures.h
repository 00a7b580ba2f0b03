#pragma once
#include "app/workstation/engine/model_session.h"
#include "widgets/viewer/pane_view.h"

#include <map>
#include <memory>

namespace mama {

// The study's pictures a second time, on the right of those that hang or below them, wherever they are larger, for maps
// in another way: what hung before keeps its order on either side.
class BesidePictures : public QObject
{
    Q_OBJECT
public:
    // It must outlive this object.
    explicit BesidePictures(viewer::PaneView& view, QObject* parent = nullptr);

    static std::string besideStudy(const std::string& uid) { return uid + " beside"; }
    bool on() const { return !m_cells.empty(); }
    // A picture of the study that is in the view, or comes into it.
    void take(const viewer::PaneId& pane, const std::shared_ptr<const viewer::ViewImage>& picture);
    void show(); // of the images that hang now
    void leave();
    void showMaps(const SentenceResult* result); // nullptr: none

private:
    static viewer::PaneId besidePane(const viewer::PaneId& pane);
    void hangBeside(const viewer::PaneId& pane);

    viewer::PaneView& m_view;
    std::map<viewer::PaneId, std::weak_ptr<const viewer::ViewImage>> m_pictures;
    viewer::ViewLayout m_before = viewer::ViewLayout::Grid;
    viewer::Hanging m_cells; // that hung before
};

} // namespace mama
