#pragma once
#include "core/image/measure/shape.h"
#include "widgets/viewer/text_sprites.h"

#include <QColor>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <optional>
#include <vector>

namespace mama {
struct SpacingFact;
}

namespace mama::viewer {

// Seen on air and on dense tissue: what measures, and what marks a place.
inline constexpr QColor measurementColour(255, 221, 87), markColour(126, 226, 255);

// What a reader drew on an image, in stored pixels: it stays where it is under zoom, pan and mirroring.
struct Note
{
    std::int64_t id = 0;
    Shape shape;
    QString text;
    std::optional<RegionFigures> figures;
    bool afterLut = false; // figures: of values after the modality LUT
    bool unsaved = false;  // it could not be written yet
    bool operator==(const Note&) const = default;
};

QColor colourOf(ShapeKind kind);
QString kindText(ShapeKind kind); // "ruler"
// "23.4 mm", "50 pixels", "the line crosses itself"; empty: the kind measures nothing.
QString valueText(const Shape& shape, const SpacingFact& spacing);
// "mean 1716, SD 34.2, 12 to 4000, n 1204"; empty: there are none.
QString figuresText(const Note& note);
// "at detector, not corrected", "no mm scale in this file"; empty: the kind has no length, as an angle has none.
QString basisText(const Shape& shape, const SpacingFact& spacing);
// A box or a contour marks a place, but has an area too: as the shape that measures it.
Shape asMeasured(const Shape& shape);
// "914.9 mm²", then "1360.4 ± 186.6" (mean and SD) and "n 16002" in lines of their own. Empty: nothing is measured.
QString listedValue(const Note& note, const SpacingFact& spacing);
// All that is known of it, in lines: value, basis, figures and of which values, text.
QStringList detailsOf(const Note& note, const SpacingFact& spacing);
// Whether lengths and areas on the scale are those at the detector, or nobody knows: their numbers bear a star, which
// the corner of the image explains.
bool isUncorrected(const SpacingFact& spacing);
bool bearsStar(const Note& note, const SpacingFact& spacing);
// What to tell of a shape without extent.
QString refusedText(ShapeKind kind);
// What stands beside it, short: value, mean and SD, text. Empty: nothing.
std::vector<TextLine> labelOf(const Note& note, const SpacingFact& spacing, int maxWidth, double unit);

} // namespace mama::viewer
