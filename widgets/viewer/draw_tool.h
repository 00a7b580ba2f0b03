#pragma once
#include "widgets/viewer/view_tool.h"

#include <vector>

namespace mama::viewer {

// Draws a shape: by a drag, or by a click for each of its places; closed lines by a drag along them, or by their
// corners, the last with a double click or on the first one.
class DrawTool : public ViewTool
{
public:
    // notes must outlive the tool.
    DrawTool(ShapeKind kind, NoteLayer& notes, Drawn drawn, Refused refused);
    Changed press(ViewModel& model, const ToolDrag& drag) override;
    Changed move(ViewModel& model, const ToolDrag& drag) override;
    Changed release(ViewModel& model, const ToolDrag& drag) override;
    Changed hover(ViewModel& model, const ToolDrag& drag) override;
    bool doubleClick(ViewModel& model, const ToolDrag& drag) override;
    bool giveUp() override;
    QCursor cursor() const override;

private:
    bool closedLine() const { return m_kind == ShapeKind::Area || m_kind == ShapeKind::Contour; }
    std::size_t wanted() const; // places; of closed lines as many as are drawn
    void show(const std::optional<Point>& floating);
    Changed finish();
    Changed end(const std::optional<Shape>& shape); // empty: none that has an extent
    double breadth(const ViewModel& model) const;

    ShapeKind m_kind;
    NoteLayer& m_notes;
    Drawn m_drawn;
    Refused m_refused;
    PaneId m_pane;
    std::vector<Point> m_places; // stored pixels
    bool m_dragged = false;      // since the press
    bool m_byHand = false;       // a closed line that a drag draws, not clicks
};

// Moves a place of a note, or all of it.
class GrabTool : public ViewTool
{
public:
    using Moved = std::function<void(std::int64_t id, const Shape& shape)>;
    GrabTool(NoteLayer& notes, Moved moved) : m_notes(notes), m_moved(std::move(moved)) {}
    void hold(std::int64_t id, int handle) // -1: all of it
    {
        m_id = id;
        m_handle = handle;
    }
    Changed move(ViewModel& model, const ToolDrag& drag) override;
    Changed release(ViewModel& model, const ToolDrag& drag) override;
    bool giveUp() override;

private:
    NoteLayer& m_notes;
    Moved m_moved;
    std::int64_t m_id = 0;
    int m_handle = -1;
};

} // namespace mama::viewer
