#include "widgets/viewer/pane_texts.h"

#include "core/study/orientation.h"
#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>

namespace mama::viewer {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

} // namespace

QString windowText(const ViewModel& model, const Pane& pane)
{
    const auto& voi = pane.image->voi()[static_cast<std::size_t>(pane.shade.choice)];
    const Window& w = pane.shade.window;
    QString text = pane.image->isColour() ? tr("colour: not a mammogram")
                                          : tr("C %1  W %2").arg(w.centre, 0, 'g', 5).arg(w.width, 0, 'g', 5);
    if (!pane.image->isColour() && model.hasOwnWindow(pane))
        text += QStringLiteral("  ") + tr("own window");
    else if (!pane.image->isColour() && !voi.explanation().empty())
        text += QStringLiteral("  ") + QString::fromStdString(voi.explanation()).simplified();
    if (voi.table)
        text += tr("  (VOI LUT)");
    else if (w.function == WindowFunction::Sigmoid)
        text += tr("  (sigmoid)");
    return text;
}

QString peakText(const Pane& pane)
{
    const StudyImage& facts = pane.image->facts();
    const QString value = tr("peak %1").arg(shownNumber(pane.peak->value, 2));
    if (!facts.spacing.mm)
        return value + tr(" at x %1 y %2").arg(pane.peak->at.x, 0, 'f', 0).arg(pane.peak->at.y, 0, 'f', 0);
    const double column = facts.spacing.mm->column, row = facts.spacing.mm->row;
    const bool wallRight = facts.chestWallColumn * 2 > pane.image->columns();
    if (facts.chestWallColumn < 0)
        return value +
               tr(" at %1, %2 mm").arg(pane.peak->at.x * column, 0, 'f', 0).arg(pane.peak->at.y * row, 0, 'f', 0);
    const double depth = (wallRight ? pane.image->columns() - pane.peak->at.x : pane.peak->at.x) * column;
    return value + tr(" · %1 mm from the wall, %2 mm down").arg(depth, 0, 'f', 0).arg(pane.peak->at.y * row, 0, 'f', 0);
}

QString unknownText(const StudyImage& facts)
{
    const bool side = facts.side == Side::Unknown, view = facts.view.empty();
    return side && view ? tr("side and view unknown")
           : side       ? tr("side unknown")
           : view       ? tr("view unknown")
                        : QString();
}

double zoomOf(const ViewModel& model, const Pane& pane)
{
    return pane.pose.pixelsPerMm * spacingOf(*pane.image, model.mmPerPixel()).column;
}

QString zoomText(double zoom) { return tr("zoom %1 %").arg(100 * zoom, 0, 'f', zoom < 0.1 ? 1 : 0); }

QString turnText(const Pane& pane)
{
    const Turn& turn = pane.turn;
    if (turn == Turn{0, true})
        return pane.image->facts().mirrorForDisplay ? tr("mirroring undone by you") : tr("mirrored by you");
    if (turn == Turn{2, true})
        return tr("flipped upside down by you");
    const QString by = turn.quarters == 2   ? tr("rotated by 180° by you")
                       : turn.quarters == 1 ? tr("rotated by 90° to the right by you")
                                            : tr("rotated by 90° to the left by you");
    return turn.mirrored ? tr("mirrored, then %1").arg(by) : by;
}

QString directionText(const Pane& pane, Point screen)
{
    const auto [right, down] = hungDirections(pane.image->facts());
    const Point hung = pane.turn.undo(screen);
    const char along = hung.x != 0 ? right : down;
    const char letter = hung.x + hung.y > 0 ? along : oppositeDirection(along);
    return letter ? QString(QLatin1Char(letter)) : QString();
}

QString fieldText(const Pane& pane, const ViewModel::Field& field)
{
    const int count = field.columns * field.rows;
    if (field.columns != 2 || field.rows != 2)
        return tr("field %1 of %2").arg(field.number() + 1).arg(count);
    const std::string& view = pane.image->facts().view;
    const bool craniocaudal = view == "CC" || view == "XCCL" || view == "XCCM"; // lateral is above, in both breasts
    const QString row =
        craniocaudal ? (field.row == 0 ? tr("lateral") : tr("medial")) : (field.row == 0 ? tr("upper") : tr("lower"));
    return tr("quadrant %1 of %2: %3, %4")
        .arg(field.number() + 1)
        .arg(count)
        .arg(row, field.column == 0 ? tr("at the chest wall") : tr("at the nipple"));
}

QString dateText(const std::string& date)
{
    return date.size() == 8 ? QString::fromStdString(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6))
                            : QString();
}

} // namespace mama::viewer
