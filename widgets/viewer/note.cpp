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

QString meanText(const RegionFigures& figures)
{
    return tr("%1 ± %2").arg(valueOf(figures.mean), QLocale::c().toString(figures.deviation, 'f', 1));
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
    const QString number = shownNumber(value->value, value->digits());
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
    const auto value = measure(shape, spacing.mm);
    if (!value || value->of == Measure::Of::Angle) // which is the same on every scale
        return {};
    return spacing.mm ? shownText(spacing.basis) : tr("no mm scale in this file");
}

Shape asMeasured(const Shape& shape)
{
    const ShapeKind kind = shape.kind == ShapeKind::Contour ? ShapeKind::Area
                           : shape.kind == ShapeKind::Box   ? ShapeKind::Rectangle
                                                            : shape.kind;
    return {kind, shape.numbers};
}

QString listedValue(const Note& note, const SpacingFact& spacing)
{
    QStringList lines{valueText(asMeasured(note.shape), spacing)};
    if (note.figures)
        lines << meanText(*note.figures) << tr("n %1").arg(note.figures->count);
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QStringList detailsOf(const Note& note, const SpacingFact& spacing)
{
    const Shape measured = asMeasured(note.shape);
    QStringList lines{valueText(measured, spacing), basisText(measured, spacing), figuresText(note)};
    if (note.figures)
        lines << (note.afterLut ? tr("values after the modality LUT") : tr("stored values"));
    lines << note.text;
    lines.removeAll(QString());
    return lines;
}

bool isUncorrected(const SpacingFact& spacing)
{
    return spacing.mm && (spacing.basis.id() == "spacing.at_detector" || spacing.basis.id() == "spacing.basis_unknown");
}

bool bearsStar(const Note& note, const SpacingFact& spacing)
{
    const auto value = isUncorrected(spacing) ? measure(note.shape, spacing.mm) : std::nullopt;
    return value && value->of != Measure::Of::Angle; // which is the same on every scale
}

QString refusedText(ShapeKind kind)
{
    switch (kind) {
    case ShapeKind::Area:
    case ShapeKind::Contour:
        return tr("Nothing was drawn: a line around a region is dragged around it, or clicked corner by corner.");
    case ShapeKind::Angle: return tr("Nothing was drawn: an angle needs three different points.");
    case ShapeKind::Ruler: return tr("Nothing was drawn: a ruler needs two different points.");
    default: break;
    }
    return tr("Nothing was drawn: the %1 has no size.").arg(kindText(kind));
}

std::vector<TextLine> labelOf(const Note& note, const SpacingFact& spacing, int maxWidth, double unit)
{
    std::vector<TextLine> lines;
    if (const QString value = valueText(note.shape, spacing); !value.isEmpty())
        lines.push_back({value + (bearsStar(note, spacing) ? QStringLiteral("*") : QString()), 10.5,
                         colourOf(note.shape.kind), true});
    if (note.figures)
        lines.push_back({meanText(*note.figures), 9.5, colourOf(note.shape.kind), true});
    if (!note.text.isEmpty())
        for (TextLine& line : TextSprites::wrapped({note.text, 9.5, QColor(240, 242, 245)},
                                                   std::min(maxWidth, static_cast<int>(240 * unit)), 4, unit))
            lines.push_back(std::move(line));
    if (note.unsaved)
        lines.push_back({tr("not saved yet"), 8.5, QColor(255, 140, 120), true});
    return lines;
}

} // namespace mama::viewer
