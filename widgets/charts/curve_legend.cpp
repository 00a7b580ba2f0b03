#include "widgets/charts/curve_legend.h"

#include "widgets/charts/run_look.h"

#include <QPainter>
#include <algorithm>

namespace mama {
namespace {

constexpr int gap = 14, beside = 4; // between entries; between sign and name

} // namespace

CurveLegend::CurveLegend(QWidget* parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Legend of the curves"));
    hide();
}

void CurveLegend::setEntries(const QList<DrawnCurve>& entries)
{
    if (entries == m_entries)
        return;
    m_entries = entries;
    QStringList titles;
    for (const DrawnCurve& entry : entries)
        titles << entry.title;
    setAccessibleDescription(titles.join(QStringLiteral(", ")));
    setVisible(!entries.isEmpty());
    updateGeometry();
    update();
}

int CurveLegend::rowHeight() const { return fontMetrics().height() + 2; }

QList<QRect> CurveLegend::places(int width) const
{
    QList<QRect> all;
    const int sign = fontMetrics().height();
    int x = 0, y = 0;
    for (const DrawnCurve& entry : m_entries) {
        const int wide = std::min(width, sign + beside + fontMetrics().horizontalAdvance(entry.title));
        if (x > 0 && x + wide > width) {
            x = 0;
            y += rowHeight();
        }
        all.append({x, y, wide, rowHeight()});
        x += wide + gap;
    }
    return all;
}

int CurveLegend::heightForWidth(int width) const
{
    const QList<QRect> all = places(width);
    return all.isEmpty() ? 0 : all.last().bottom() + 1;
}

QSize CurveLegend::sizeHint() const { return {400, heightForWidth(std::max(400, width()))}; }

QSize CurveLegend::minimumSizeHint() const { return {1, m_entries.isEmpty() ? 0 : rowHeight()}; }

void CurveLegend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    const int sign = fontMetrics().height();
    const QList<QRect> all = places(width());
    for (int i = 0; i < all.size(); ++i) {
        const QRect& place = all[i];
        const QPixmap swatch = runSwatch(m_entries[i].number, palette(), devicePixelRatioF());
        const QSizeF size = swatch.deviceIndependentSize();
        painter.drawPixmap(
            QPointF(place.left() + (sign - size.width()) / 2, place.top() + (place.height() - size.height()) / 2),
            swatch);
        const QRect name = place.adjusted(sign + beside, 0, 0, 0);
        painter.drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(m_entries[i].title, Qt::ElideMiddle, name.width()));
    }
}

} // namespace mama
