#pragma once
namespace mama::viewer {

// What the reader can tell the view to do; the window makes menus and tools of it. What each does stands in
// view_commands.cpp, its key in core/keys/key_map.cpp.
enum class ViewCommand {
    LayoutGrid,
    LayoutRow,
    LayoutCcPair,
    LayoutMloPair,
    LayoutRightBreast,
    LayoutLeftBreast,
    Maximise,
    NextView,
    PreviousView,
    SameSize,
    Fit,
    Pixels,
    TrueSize,
    ZoomIn,
    ZoomOut,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    NextField,
    PreviousField,
    ToggleUnlinked,
    Brighter,
    Darker,
    MoreContrast,
    LessContrast,
    NextWindow,
    ToggleOwnWindows,
    Invert,
    Reset,
    ToggleOverlay,
    ToggleCells,
    ToggleIsolines,
    ToggleOutline,
    ToggleLoupe,
    LoupeStronger,
    LoupeWeaker,
    LoupeLarger,
    LoupeSmaller,
    ToggleCrossHair,
    ToggleTexts,
    TurnRight,
    TurnLeft,
    MirrorView,
    FlipView,
    TurnBack,
    DrawRuler,
    DrawArea,
    DrawAngle,
    DrawCircle,
    DrawEllipse,
    DrawRectangle,
    DrawNote,
    DrawBox,
    DrawContour,
    ToggleNotes
};

struct ViewCommandInfo
{
    enum class Group { Layout, Zoom, Window, Maps, Notes, Turn };
    ViewCommand command;
    Group group;
    const char* id;    // stable, for settings and the key map: "view.invert"
    const char* title; // English source string; translate in context "ViewCommand"
    const char* icon;  // for the tools; "": not among them
};

} // namespace mama::viewer
