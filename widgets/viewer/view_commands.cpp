#include "widgets/viewer/view_commands.h"

#include "widgets/viewer/pane_view_impl.h"

#include <algorithm>

namespace mama::viewer {

// One row a command: its name and place in the menus, what it does, and whether it is on.
struct PaneView::CommandTable
{
    struct Row
    {
        ViewCommandInfo info;
        void (*act)(Impl&);
        std::optional<bool> (*isOn)(const Impl&);
    };
    static std::optional<bool> justActs(const Impl&) { return {}; }
    static const std::vector<Row>& rows();
    static const Row& row(ViewCommand command)
    {
        return *std::find_if(rows().begin(), rows().end(),
                             [&](const Row& each) { return each.info.command == command; });
    }
};

const std::vector<PaneView::CommandTable::Row>& PaneView::CommandTable::rows()
{
    using enum ViewCommand;
    using Group = ViewCommandInfo::Group;
    static const std::vector<Row> all{
        {{LayoutGrid, Group::Layout, "view.layout.grid", QT_TRANSLATE_NOOP("ViewCommand", "Four views, 2 × 2"),
          "layout"},
         [](Impl& m) { m.setLayout(ViewLayout::Grid); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::Grid); }},
        {{LayoutRow, Group::Layout, "view.layout.row", QT_TRANSLATE_NOOP("ViewCommand", "Four views in a row"), ""},
         [](Impl& m) { m.setLayout(ViewLayout::Row); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::Row); }},
        {{LayoutCcPair, Group::Layout, "view.layout.cc", QT_TRANSLATE_NOOP("ViewCommand", "CC pair"), ""},
         [](Impl& m) { m.setLayout(ViewLayout::CcPair); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::CcPair); }},
        {{LayoutMloPair, Group::Layout, "view.layout.mlo", QT_TRANSLATE_NOOP("ViewCommand", "MLO pair"), ""},
         [](Impl& m) { m.setLayout(ViewLayout::MloPair); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::MloPair); }},
        {{LayoutRightBreast, Group::Layout, "view.layout.right", QT_TRANSLATE_NOOP("ViewCommand", "Right breast"), ""},
         [](Impl& m) { m.setLayout(ViewLayout::RightBreast); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::RightBreast); }},
        {{LayoutLeftBreast, Group::Layout, "view.layout.left", QT_TRANSLATE_NOOP("ViewCommand", "Left breast"), ""},
         [](Impl& m) { m.setLayout(ViewLayout::LeftBreast); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::LeftBreast); }},
        {{Maximise, Group::Layout, "view.maximise",
          QT_TRANSLATE_NOOP("ViewCommand", "Maximise or restore the active view"), ""},
         [](Impl& m) { m.maximiseOrRestore(); },
         [](const Impl& m) { return std::optional(m.model.layout() == ViewLayout::Single); }},
        {{NextView, Group::Layout, "view.next", QT_TRANSLATE_NOOP("ViewCommand", "Next view"), ""},
         [](Impl& m) { m.step(1); },
         justActs},
        {{PreviousView, Group::Layout, "view.previous", QT_TRANSLATE_NOOP("ViewCommand", "Previous view"), ""},
         [](Impl& m) { m.step(-1); },
         justActs},
        {{SameSize, Group::Zoom, "view.zoom.same", QT_TRANSLATE_NOOP("ViewCommand", "Same physical size"), ""},
         [](Impl& m) { m.q->setZoomMode(ZoomMode::SameSize); },
         [](const Impl& m) { return std::optional(m.model.zoomMode() == ZoomMode::SameSize); }},
        {{Fit, Group::Zoom, "view.zoom.fit", QT_TRANSLATE_NOOP("ViewCommand", "Fit each view"), "fit"},
         [](Impl& m) { m.q->setZoomMode(ZoomMode::Fit); },
         [](const Impl& m) { return std::optional(m.model.zoomMode() == ZoomMode::Fit); }},
        {{Pixels, Group::Zoom, "view.zoom.pixels", QT_TRANSLATE_NOOP("ViewCommand", "One pixel on one pixel"),
          "actual"},
         [](Impl& m) { m.q->setZoomMode(ZoomMode::Pixels); },
         [](const Impl& m) { return std::optional(m.model.zoomMode() == ZoomMode::Pixels); }},
        {{TrueSize, Group::Zoom, "view.zoom.true", QT_TRANSLATE_NOOP("ViewCommand", "True size on this screen"), ""},
         [](Impl& m) { m.showTrueSize(); },
         [](const Impl& m) { return std::optional(m.model.zoomMode() == ZoomMode::TrueSize); }},
        {{ZoomIn, Group::Zoom, "view.zoom.in", QT_TRANSLATE_NOOP("ViewCommand", "Zoom in"), ""},
         [](Impl& m) { m.zoomBy(1.25); },
         justActs},
        {{ZoomOut, Group::Zoom, "view.zoom.out", QT_TRANSLATE_NOOP("ViewCommand", "Zoom out"), ""},
         [](Impl& m) { m.zoomBy(0.8); },
         justActs},
        {{PanLeft, Group::Zoom, "view.pan.left", QT_TRANSLATE_NOOP("ViewCommand", "Pan left"), ""},
         [](Impl& m) { m.panBy(1, 0); },
         justActs},
        {{PanRight, Group::Zoom, "view.pan.right", QT_TRANSLATE_NOOP("ViewCommand", "Pan right"), ""},
         [](Impl& m) { m.panBy(-1, 0); },
         justActs},
        {{PanUp, Group::Zoom, "view.pan.up", QT_TRANSLATE_NOOP("ViewCommand", "Pan up"), ""},
         [](Impl& m) { m.panBy(0, 1); },
         justActs},
        {{PanDown, Group::Zoom, "view.pan.down", QT_TRANSLATE_NOOP("ViewCommand", "Pan down"), ""},
         [](Impl& m) { m.panBy(0, -1); },
         justActs},
        {{NextField, Group::Zoom, "view.field.next",
          QT_TRANSLATE_NOOP("ViewCommand", "Walk through the breast: next field"), ""},
         [](Impl& m) { m.stepField(1); },
         justActs},
        {{PreviousField, Group::Zoom, "view.field.previous",
          QT_TRANSLATE_NOOP("ViewCommand", "Walk through the breast: field before"), ""},
         [](Impl& m) { m.stepField(-1); },
         justActs},
        {{ToggleUnlinked, Group::Zoom, "view.unlink",
          QT_TRANSLATE_NOOP("ViewCommand", "Zoom, pan and window the active view by itself"), ""},
         [](Impl& m) { m.toggleLinked(); },
         [](const Impl& m) {
             const auto active = m.model.activePane();
             return std::optional(active && !m.model.isLinked(*active));
         }},
        {{Brighter, Group::Window, "view.window.brighter", QT_TRANSLATE_NOOP("ViewCommand", "Brighter"), ""},
         [](Impl& m) { m.windowBy(0.05, 1); },
         justActs},
        {{Darker, Group::Window, "view.window.darker", QT_TRANSLATE_NOOP("ViewCommand", "Darker"), ""},
         [](Impl& m) { m.windowBy(-0.05, 1); },
         justActs},
        {{MoreContrast, Group::Window, "view.window.more", QT_TRANSLATE_NOOP("ViewCommand", "More contrast"), ""},
         [](Impl& m) { m.windowBy(0, 1 / 1.1); },
         justActs},
        {{LessContrast, Group::Window, "view.window.less", QT_TRANSLATE_NOOP("ViewCommand", "Less contrast"), ""},
         [](Impl& m) { m.windowBy(0, 1.1); },
         justActs},
        {{NextWindow, Group::Window, "view.window.next",
          QT_TRANSLATE_NOOP("ViewCommand", "Next window or LUT of the file"), ""},
         [](Impl& m) { m.nextWindow(); },
         justActs},
        {{ToggleOwnWindows, Group::Window, "view.window.each",
          QT_TRANSLATE_NOOP("ViewCommand", "A window for each view by itself"), ""},
         [](Impl& m) { m.toggleWindowsLinked(); },
         [](const Impl& m) { return std::optional(!m.model.linking.windows); }},
        {{Invert, Group::Window, "view.invert", QT_TRANSLATE_NOOP("ViewCommand", "Invert"), "invert"},
         [](Impl& m) { m.changeAid(&Aids::inverted); },
         [](const Impl& m) { return std::optional(m.aids.inverted); }},
        {{Reset, Group::Window, "view.reset", QT_TRANSLATE_NOOP("ViewCommand", "Reset views"), "reset"},
         [](Impl& m) { m.reset(); },
         justActs},
        {{ToggleOverlay, Group::Maps, "view.overlay", QT_TRANSLATE_NOOP("ViewCommand", "Show or hide the maps"), "map"},
         [](Impl& m) { m.changeStyle(&OverlayStyle::visible); },
         [](const Impl& m) { return std::optional(m.style.visible); }},
        {{ToggleCells, Group::Maps, "view.overlay.cells",
          QT_TRANSLATE_NOOP("ViewCommand", "Raw grid, values at the pointer"), ""},
         [](Impl& m) { m.changeStyle(&OverlayStyle::cells); },
         [](const Impl& m) { return std::optional(m.style.cells); }},
        {{ToggleIsolines, Group::Maps, "view.overlay.isolines", QT_TRANSLATE_NOOP("ViewCommand", "Isolines every 0.25"),
          ""},
         [](Impl& m) { m.changeStyle(&OverlayStyle::isolines); },
         [](const Impl& m) { return std::optional(m.style.isolines); }},
        {{ToggleOutline, Group::Maps, "view.overlay.outline", QT_TRANSLATE_NOOP("ViewCommand", "Maps as outlines"), ""},
         [](Impl& m) { m.changeStyle(&OverlayStyle::outline); },
         [](const Impl& m) { return std::optional(m.style.outline); }},
        {{ToggleLoupe, Group::Maps, "view.loupe", QT_TRANSLATE_NOOP("ViewCommand", "Loupe"), "loupe"},
         [](Impl& m) { m.changeAid(&Aids::loupe); },
         [](const Impl& m) { return std::optional(m.aids.loupe); }},
        {{LoupeStronger, Group::Maps, "view.loupe.stronger", QT_TRANSLATE_NOOP("ViewCommand", "Loupe: magnify more"),
          ""},
         [](Impl& m) { m.changeLoupe(1.25, 1); },
         justActs},
        {{LoupeWeaker, Group::Maps, "view.loupe.weaker", QT_TRANSLATE_NOOP("ViewCommand", "Loupe: magnify less"), ""},
         [](Impl& m) { m.changeLoupe(0.8, 1); },
         justActs},
        {{LoupeLarger, Group::Maps, "view.loupe.larger", QT_TRANSLATE_NOOP("ViewCommand", "Loupe: larger"), ""},
         [](Impl& m) { m.changeLoupe(1, 1.25); },
         justActs},
        {{LoupeSmaller, Group::Maps, "view.loupe.smaller", QT_TRANSLATE_NOOP("ViewCommand", "Loupe: smaller"), ""},
         [](Impl& m) { m.changeLoupe(1, 0.8); },
         justActs},
        {{ToggleCrossHair, Group::Maps, "view.crosshair", QT_TRANSLATE_NOOP("ViewCommand", "Linked cross-hair"), ""},
         [](Impl& m) { m.changeAid(&Aids::crossHair); },
         [](const Impl& m) { return std::optional(m.aids.crossHair); }},
        {{ToggleTexts, Group::Maps, "view.texts",
          QT_TRANSLATE_NOOP("ViewCommand", "All texts on the images (off: only what must be known)"), ""},
         [](Impl& m) { m.changeAid(&Aids::texts); },
         [](const Impl& m) { return std::optional(m.aids.texts); }},
        {{TurnRight, Group::Turn, "view.turn.right", QT_TRANSLATE_NOOP("ViewCommand", "&Rotate to the right"), ""},
         [](Impl& m) { m.turnBy(&Turn::clockwise); },
         justActs},
        {{TurnLeft, Group::Turn, "view.turn.left", QT_TRANSLATE_NOOP("ViewCommand", "Rotate to the &left"), ""},
         [](Impl& m) { m.turnBy(&Turn::anticlockwise); },
         justActs},
        {{MirrorView, Group::Turn, "view.mirror", QT_TRANSLATE_NOOP("ViewCommand", "&Mirror left to right"), ""},
         [](Impl& m) { m.turnBy(&Turn::leftToRight); },
         justActs},
        {{FlipView, Group::Turn, "view.flip", QT_TRANSLATE_NOOP("ViewCommand", "&Flip upside down"), ""},
         [](Impl& m) { m.turnBy(&Turn::upsideDown); },
         justActs},
        {{TurnBack, Group::Turn, "view.turn.back", QT_TRANSLATE_NOOP("ViewCommand", "&Back to the way it hangs"), ""},
         [](Impl& m) { m.turnBack(); },
         justActs},
        {{DrawRuler, Group::Notes, "view.measure", QT_TRANSLATE_NOOP("ViewCommand", "Measure a distance"), "measure"},
         [](Impl& m) { m.toggleTool(LeftTool::Ruler); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Ruler); }},
        {{DrawArea, Group::Notes, "view.draw.area", QT_TRANSLATE_NOOP("ViewCommand", "Measure an area"), "area"},
         [](Impl& m) { m.toggleTool(LeftTool::Area); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Area); }},
        {{DrawAngle, Group::Notes, "view.draw.angle", QT_TRANSLATE_NOOP("ViewCommand", "Measure an angle"), "angle"},
         [](Impl& m) { m.toggleTool(LeftTool::Angle); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Angle); }},
        {{DrawCircle, Group::Notes, "view.draw.circle", QT_TRANSLATE_NOOP("ViewCommand", "Values in a circle"),
          "circle"},
         [](Impl& m) { m.toggleTool(LeftTool::Circle); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Circle); }},
        {{DrawEllipse, Group::Notes, "view.draw.ellipse", QT_TRANSLATE_NOOP("ViewCommand", "Values in an ellipse"),
          "ellipse"},
         [](Impl& m) { m.toggleTool(LeftTool::Ellipse); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Ellipse); }},
        {{DrawRectangle, Group::Notes, "view.draw.rectangle", QT_TRANSLATE_NOOP("ViewCommand", "Values in a rectangle"),
          "rectangle"},
         [](Impl& m) { m.toggleTool(LeftTool::Rectangle); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Rectangle); }},
        {{DrawNote, Group::Notes, "view.draw.note", QT_TRANSLATE_NOOP("ViewCommand", "Note at a place"), "note"},
         [](Impl& m) { m.toggleTool(LeftTool::Note); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Note); }},
        {{DrawBox, Group::Notes, "view.draw.box", QT_TRANSLATE_NOOP("ViewCommand", "Box"), "box"},
         [](Impl& m) { m.toggleTool(LeftTool::Box); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Box); }},
        {{DrawContour, Group::Notes, "view.draw.contour", QT_TRANSLATE_NOOP("ViewCommand", "Contour"), "contour"},
         [](Impl& m) { m.toggleTool(LeftTool::Contour); },
         [](const Impl& m) { return std::optional(m.left == LeftTool::Contour); }},
        {{ToggleNotes, Group::Notes, "view.notes", QT_TRANSLATE_NOOP("ViewCommand", "Show or hide what was drawn"), ""},
         [](Impl& m) { m.changeAid(&Aids::notes); },
         [](const Impl& m) { return std::optional(m.aids.notes); }},
    };
    return all;
}

const std::vector<ViewCommandInfo>& PaneView::commands()
{
    static const std::vector<ViewCommandInfo> all = [] {
        std::vector<ViewCommandInfo> infos;
        for (const CommandTable::Row& each : CommandTable::rows())
            infos.push_back(each.info);
        return infos;
    }();
    return all;
}

void PaneView::perform(ViewCommand command)
{
    CommandTable::row(command).act(*m);
    redraw();
}

std::optional<bool> PaneView::isOn(ViewCommand command) const { return CommandTable::row(command).isOn(*m); }

} // namespace mama::viewer
