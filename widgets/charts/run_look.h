#pragma once
#include <QColor>
#include <QPainterPath>
#include <QPalette>
#include <QPixmap>

namespace mama {

// How the run of a number looks in every chart and list. No two numbers have the same colour; the first sixteen are
// told apart by colour-blind eyes too. At least 3:1 against the base of the palette.
QColor runColour(int number, const QPalette& palette);
inline constexpr int distinctRunColours = 16;
// A filled sign around the origin, one unit wide, for those who cannot rely on colours.
QPainterPath runSign(int number, double width = 1);
// Both, for a list.
QPixmap runSwatch(int number, const QPalette& palette, qreal ratio);

} // namespace mama
