#pragma once
#include <QColor>
#include <QPalette>

namespace mama {

// What a colour says of the thing beside it. Widgets and the window ask here, so that one meaning has one colour.
enum class Tone { Good, Bad, Busy, Info };

// Whether text on this ground must be light.
bool isDark(const QPalette& palette, QPalette::ColorRole ground = QPalette::Window);
// For words on the window's ground: at least 4.5:1 in both themes. Info: the plain text's colour.
QColor textColour(Tone tone, const QPalette& palette);
// For a small filled sign, the same on both grounds. Info: as Good.
QColor lampColour(Tone tone);
// The ground of a strip of white text: Bad, or Info for all else.
QColor stripColour(Tone tone);

} // namespace mama
