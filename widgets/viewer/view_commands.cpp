#include "widgets/viewer/pane_view_impl.h"

namespace mama::viewer {

const std::vector<ViewCommandInfo>& viewCommands()
{
    using enum ViewCommand;
    static const std::vector<ViewCommandInfo> all{
        {LayoutGrid, "view.layout.grid", QT_TRANSLATE_NOOP("ViewCommand", "Four views, 2 × 2"), "F2"},
        {LayoutRow, "view.layout.row", QT_TRANSLATE_NOOP("ViewCommand", "Four views in a row"), "F3"},
        {LayoutCcPair, "view.layout.cc", QT_TRANSLATE_NOOP("ViewCommand", "CC pair"), "F4"},
        {LayoutMloPair, "view.layout.mlo", QT_TRANSLATE_NOOP("ViewCommand", "MLO pair"), "F5"},
        {LayoutRightBreast, "view.layout.right", QT_TRANSLATE_NOOP("ViewCommand", "Right breast"), "F6"},
        {LayoutLeftBreast, "view.layout.left", QT_TRANSLATE_NOOP("ViewCommand", "Left breast"), "F7"},
        {Maximise, "view.maximise", QT_TRANSLATE_NOOP("ViewCommand", "Maximise or restore the active view"), "Return"},
        {NextView, "view.next", QT_TRANSLATE_NOOP("ViewCommand", "Next view"), "]"},
        {PreviousView, "view.previous", QT_TRANSLATE_NOOP("ViewCommand", "Previous view"), "["},
        {SameSize, "view.zoom.same", QT_TRANSLATE_NOOP("ViewCommand", "Same physical size"), "0"},
        {Fit, "view.zoom.fit", QT_TRANSLATE_NOOP("ViewCommand", "Fit each view"), "9"},
        {Pixels, "view.zoom.pixels", QT_TRANSLATE_NOOP("ViewCommand", "One pixel on one pixel"), "1"},
        {ZoomIn, "view.zoom.in", QT_TRANSLATE_NOOP("ViewCommand", "Zoom in"), "+"},
        {ZoomOut, "view.zoom.out", QT_TRANSLATE_NOOP("ViewCommand", "Zoom out"), "-"},
        {PanLeft, "view.pan.left", QT_TRANSLATE_NOOP("ViewCommand", "Pan left"), "Left"},
        {PanRight, "view.pan.right", QT_TRANSLATE_NOOP("ViewCommand", "Pan right"), "Right"},
        {PanUp, "view.pan.up", QT_TRANSLATE_NOOP("ViewCommand", "Pan up"), "Up"},
        {PanDown, "view.pan.down", QT_TRANSLATE_NOOP("ViewCommand", "Pan down"), "Down"},
        {Brighter, "view.window.brighter", QT_TRANSLATE_NOOP("ViewCommand", "Brighter"), "Ctrl+Up"},
        {Darker, "view.window.darker", QT_TRANSLATE_NOOP("ViewCommand", "Darker"), "Ctrl+Down"},
        {MoreContrast, "view.window.more", QT_TRANSLATE_NOOP("ViewCommand", "More contrast"), "Ctrl+Right"},
        {LessContrast, "view.window.less", QT_TRANSLATE_NOOP("ViewCommand", "Less contrast"), "Ctrl+Left"},
        {NextWindow, "view.window.next", QT_TRANSLATE_NOOP("ViewCommand", "Next window or LUT of the file"), "W"},
        {Invert, "view.invert", QT_TRANSLATE_NOOP("ViewCommand", "Invert"), "I"},
        {Reset, "view.reset", QT_TRANSLATE_NOOP("ViewCommand", "Reset views"), "R"},
        {ToggleOverlay, "view.overlay", QT_TRANSLATE_NOOP("ViewCommand", "Show or hide the maps"), "O"},
        {ToggleCells, "view.overlay.cells", QT_TRANSLATE_NOOP("ViewCommand", "Patches as cells"), "C"},
        {ToggleIsolines, "view.overlay.isolines", QT_TRANSLATE_NOOP("ViewCommand", "Isolines"), "L"},
        {ToggleLoupe, "view.loupe", QT_TRANSLATE_NOOP("ViewCommand", "Loupe"), "M"},
        {ToggleCrossHair, "view.crosshair", QT_TRANSLATE_NOOP("ViewCommand", "Linked cross-hair"), "X"},
        {ToggleTexts, "view.texts", QT_TRANSLATE_NOOP("ViewCommand", "Texts on the images"), "T"},
        {Measure, "view.measure", QT_TRANSLATE_NOOP("ViewCommand", "Measure a distance"), "D"},
        {UndoMirror, "view.mirror", QT_TRANSLATE_NOOP("ViewCommand", "Mirror the active view for display"), "Shift+M"},
    };
    return all;
}

std::optional<bool> PaneView::isOn(ViewCommand command) const
{
    using enum ViewCommand;
    switch (command) {
    case LayoutGrid: return m->model.layout() == ViewLayout::Grid;
    case LayoutRow: return m->model.layout() == ViewLayout::Row;
    case LayoutCcPair: return m->model.layout() == ViewLayout::CcPair;
    case LayoutMloPair: return m->model.layout() == ViewLayout::MloPair;
    case LayoutRightBreast: return m->model.layout() == ViewLayout::RightBreast;
    case LayoutLeftBreast: return m->model.layout() == ViewLayout::LeftBreast;
    case Maximise: return m->model.layout() == ViewLayout::Single;
    case SameSize: return m->model.zoomMode() == ZoomMode::SameSize;
    case Fit: return m->model.zoomMode() == ZoomMode::Fit;
    case Pixels: return m->model.zoomMode() == ZoomMode::Pixels;
    case Invert: return m->model.inverted;
    case ToggleOverlay: return m->style.visible;
    case ToggleCells: return m->style.cells;
    case ToggleIsolines: return m->style.isolines;
    case ToggleLoupe: return m->loupe;
    case ToggleCrossHair: return m->crossHair;
    case ToggleTexts: return m->texts.shown;
    case Measure: return m->measuring;
    default: return {};
    }
}

} // namespace mama::viewer
