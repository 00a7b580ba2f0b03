#pragma once
#include "widgets/viewer/measurement.h"
#include "widgets/viewer/scene/pane_geometry.h"
#include "widgets/viewer/view_tool.h"

#include <map>
#include <string>
#include <vector>

namespace mama::viewer {

// A drag draws a distance; the one before on the same image goes. They stay until another tool is chosen.
class MeasureTool : public ViewTool
{
public:
    Changed move(ViewModel& model, const ToolDrag& drag) override;
    void paint(const ViewModel& model, TextSprites& text, SceneFrame& frame) override;
    void forget(const std::optional<PaneId>& id) override;
    void leave() override { forget({}); }
    Qt::CursorShape cursor() const override { return Qt::CrossCursor; }

    const std::vector<Measurement>& measurements() const { return m_measurements; }

private:
    struct Drawn // as it was last, and from what
    {
        std::string key;
        Sprite sprite;
    };
    struct Line
    {
        Drawn base, inLoupe;
    };
    struct Place
    {
        const Measurement& line;
        ViewTransform transform;
        PixelRect area, hole; // where it is drawn, and what of that is left out
        double unit;
    };
    bool paint(Drawn& kept, const Place& at, TextSprites& text, SceneFrame& frame);

    std::vector<Measurement> m_measurements;
    std::vector<Line> m_lines; // of m_measurements
};

} // namespace mama::viewer
