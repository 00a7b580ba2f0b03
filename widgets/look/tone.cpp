#include "widgets/look/tone.h"

namespace mama {

bool isDark(const QPalette& palette, QPalette::ColorRole ground) { return palette.color(ground).lightness() < 128; }

QColor textColour(Tone tone, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (tone) {
    case Tone::Good: return dark ? QColor(0x5f, 0xd3, 0x8d) : QColor(0x1c, 0x7a, 0x43);
    case Tone::Bad: return dark ? QColor(0xff, 0x7b, 0x8a) : QColor(0xb4, 0x23, 0x3a);
    case Tone::Busy: return dark ? QColor(0xff, 0xa9, 0x4d) : QColor(0x9a, 0x47, 0x00);
    case Tone::Info: break;
    }
    return palette.color(QPalette::WindowText);
}

QColor lampColour(Tone tone)
{
    return tone == Tone::Bad    ? QColor(0xe0, 0x55, 0x45)
           : tone == Tone::Busy ? QColor(0xe0, 0xa0, 0x30)
                                : QColor(0x3f, 0xa3, 0x5b);
}

QColor stripColour(Tone tone) { return tone == Tone::Bad ? QColor(0x6b, 0x1f, 0x1a) : QColor(0x2b, 0x3f, 0x55); }

} // namespace mama
