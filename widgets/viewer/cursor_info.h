#pragma once
#include "widgets/viewer/scene/view_model.h"

#include <QMetaType>
#include <QString>
#include <optional>
#include <string>

namespace mama::viewer {

// What lies under the pointer.
struct CursorInfo
{
    bool inside = false; // over an image; all below is empty otherwise
    PaneId pane;
    std::string name;        // of its cell: "R CC"
    int column = 0, row = 0; // stored pixels
    double value = 0;        // after modality
    bool padded = false;
    bool air = false;                        // outside the breast
    bool seen = false;                       // the model saw this point (false without an overlay)
    std::optional<float> similarity;         // raw cosine of the patch, whatever the style hides
    bool difference = false;                 // of two cosines
    std::optional<std::pair<int, int>> cell; // row, column of the patch, from 0
    std::optional<Point> mm;                 // from the stored upper left corner; empty without spacing
    std::optional<double> depthMm;           // from the chest wall
};

CursorInfo cursorInfo(const ViewModel& model, Point screen); // device pixels
// "R CC   x 1203  y 845   value 2103   84.2, 59.2 mm   patch similarity 0.312"
QString toText(const CursorInfo& info);

} // namespace mama::viewer

Q_DECLARE_METATYPE(mama::viewer::CursorInfo)
