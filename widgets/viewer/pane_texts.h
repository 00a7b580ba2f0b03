#pragma once
#include "widgets/viewer/scene/view_model.h"

#include <QString>
#include <string>

// What is said of an image beside it.
namespace mama::viewer {

QString windowText(const ViewModel& model, const Pane& pane); // "C 1200  W 2400  NORMAL", or "own" behind the numbers
// "peak 0.64 · 41 mm from the wall, 30 mm down": where there is no scale, the stored pixel.
QString peakText(const Pane& pane);
QString unknownText(const StudyImage& facts);            // of side and view; empty: both are known
double zoomOf(const ViewModel& model, const Pane& pane); // screen pixels a stored pixel
QString zoomText(double zoom);                           // "zoom 84 %"
QString turnText(const Pane& pane);                      // what the reader made of the way it hangs, if it is turned
// The letter of PatientOrientation towards a side of the screen, x to the right, y down; empty: not known.
QString directionText(const Pane& pane, Point screen);
// "quadrant 2 of 4: lateral, at the nipple"; of more than four only their number.
QString fieldText(const Pane& pane, const ViewModel::Field& field);
QString dateText(const std::string& date); // "2026-05-10"; empty if it is none

} // namespace mama::viewer
