#include "widgets/viewer/cursor_info.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>

namespace mama::viewer {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

} // namespace

CursorInfo cursorInfo(const ViewModel& model, Point screen)
{
    CursorInfo info;
    const HungCell* cell = model.cellAt(screen);
    const Pane* pane = cell && cell->pane ? model.pane(*cell->pane) : nullptr;
    if (!pane)
        return info;
    const ViewImage& image = *pane->image;
    const Point stored = model.transform(*cell->pane)->toStored(screen);
    if (!(stored.x >= 0 && stored.y >= 0 && stored.x < image.columns() && stored.y < image.rows()))
        return info;
    info.inside = true;
    info.pane = *cell->pane;
    info.name = cell->name;
    info.column = static_cast<int>(stored.x);
    info.row = static_cast<int>(stored.y);
    info.padded = image.padded(info.column, info.row);
    info.value = image.value(info.column, info.row);
    info.air = !image.inBreast(info.column, info.row);
    if (const auto& mm = image.facts().spacing.mm) {
        info.mm = Point{stored.x * mm->column, stored.y * mm->row};
        info.depthMm = model.toDepth(*cell->pane, screen).x;
    }
    if (pane->overlay) {
        info.similarity = pane->overlay->valueAt(stored);
        info.seen = info.similarity.has_value();
        info.cell = pane->overlay->geometry.patchAt(stored);
        info.difference = pane->overlay->difference;
    }
    return info;
}

QString toText(const CursorInfo& info)
{
    if (!info.inside)
        return {};
    QString text =
        QStringLiteral("%1   x %2  y %3   ").arg(QString::fromStdString(info.name)).arg(info.column).arg(info.row);
    text += info.padded ? tr("padding") : tr("value %1").arg(info.value, 0, 'g', 7);
    if (info.mm)
        text += QStringLiteral("   %1, %2 mm").arg(info.mm->x, 0, 'f', 1).arg(info.mm->y, 0, 'f', 1);
    if (info.depthMm)
        text += tr("   %1 mm from the chest wall").arg(*info.depthMm, 0, 'f', 1);
    if (info.similarity)
        text += (info.difference ? tr("   difference of patch similarities %1") : tr("   patch similarity %1"))
                    .arg(shownNumber(static_cast<double>(*info.similarity), 3));
    if (info.cell && info.similarity)
        text += tr(", cell row %1 column %2").arg(info.cell->first).arg(info.cell->second);
    return text;
}

} // namespace mama::viewer
