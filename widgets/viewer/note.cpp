#include "widgets/viewer/note.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QLocale>

namespace mama::viewer {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Notes", text); }

// Values of pixels: whole numbers as they are, means to a tenth.
QString valueOf(double value)
{
    const bool whole = value == static_cast<double>(static_cast<qint64>(value));
    return QLocale::c().toString(value, 'f', whole ? 0 : 1);
}

} // namespace

QColor colourOf(ShapeKind kind)
{
    return kind == ShapeKind::Note || kind == ShapeKind::Box || kind == ShapeKind::Contour || kind == ShapeKind::Point
               ? markColour
               : measurementColour;
}

QString kindText(ShapeKind kind)
{
    switch (kind) {
    case ShapeKind::Ruler: return tr("ruler");
    case ShapeKind::Area: return tr("area");
    case ShapeKind::Angle: return tr("angle");
    case ShapeKind::Circle: return tr("circle");
    case ShapeKind::Ellipse: return tr("ellipse");
    case ShapeKind::Rectangle: return tr("rectangle");
    case ShapeKind::Note: return tr("note");
    case ShapeKind::Box: return tr("box");
    case ShapeKind::Contour: return tr("contour");
    case ShapeKind::Point: break;
    }
    return tr("point");
}

QString valueText(const Shape& shape, const SpacingFact& spacing)
{
    if (crossesItself(shape))
        return tr("the line crosses itself: no area");
    const auto value = measure(shape, spacing.mm);
    if (!value)
        return {};
    const QString number = QLocale().toString(value->value, 'f', value->digits());
    switch (value->of) {
    case Measure::Of::Angle: return tr("%1°").arg(number);
    case Measure::Of::Area: return (value->mm ? tr("%1 mm²") : tr("%1 pixels²")).arg(number);
    case Measure::Of::Length: break;
    }
    return (value->mm ? tr("%1 mm") : tr("%1 pixels")).arg(number);
}

QString figuresText(const Note& note)
{
    if (!note.figures)
        return {};
    return tr("mean %1, SD %2, %3 to %4, n %5")
        .arg(valueOf(note.figures->mean), QLocale::c().toString(note.figures->deviation, 'f', 1),
             valueOf(note.figures->least), valueOf(note.figures->most), QString::number(note.figures->count));
}

QString basisText(const Shape& shape, const SpacingFact& spacing)
{
    if (!measure(shape, spacing.mm))
        return {};
    return spacing.mm ? shownText(spacing.basis) : tr("no mm scale in this file");
}

std::vector<TextLine> labelOf(const Note& note, const SpacingFact& spacing, int maxWidth, double unit)
{
    const QColor quiet(200, 205, 212);
    std::vector<TextLine> lines;
    if (const QString value = valueText(note.shape, spacing); !value.isEmpty())
        lines.push_back({value, 10.5, colourOf(note.shape.kind), true});
    if (note.figures) {
        const RegionFigures& f = *note.figures;
        lines.push_back({tr("mean %1   SD %2").arg(valueOf(f.mean), QLocale::c().toString(f.deviation, 'f', 1)), 9.5,
                         colourOf(note.shape.kind), true});
        lines.push_back(
            {tr("%1 to %2   n %3").arg(valueOf(f.least), valueOf(f.most), QString::number(f.count)), 8.5, quiet});
        lines.push_back({note.afterLut ? tr("after the modality LUT") : tr("stored values"), 8, quiet});
    }
    if (const QString basis = basisText(note.shape, spacing); !basis.isEmpty())
        lines.push_back({basis, 8, quiet});
    if (!note.text.isEmpty())
        for (TextLine& line : TextSprites::wrapped({note.text, 9.5, QColor(240, 242, 245)},
                                                   std::min(maxWidth, static_cast<int>(240 * unit)), 4, unit))
            lines.push_back(std::move(line));
    if (note.unsaved)
        lines.push_back({tr("not saved yet"), 8.5, QColor(255, 140, 120), true});
    return lines;
}

} // namespace mama::viewer
