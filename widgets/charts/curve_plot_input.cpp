// The mouse on the curves, and the cursor that it drags.
#include "widgets/charts/curve_plot.h"

#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

namespace mama {

void CurvePlot::setCursor(const QString& run, std::optional<double> step)
{
    if (run == m_cursorRun && step == m_cursor)
        return;
    m_cursorRun = run;
    m_cursor = step;
    refresh();
}

std::optional<double> CurvePlot::cursorPlace() const
{
    const auto of = m_curves.find(m_cursorRun);
    if (!m_cursor || of == m_curves.end())
        return {};
    const CurveSeries& raw = of->second.raw;
    if (m_axis == CurveX::Step || raw.size() == 0)
        return m_axis == CurveX::Step ? m_cursor : std::nullopt;
    return raw.x(m_axis, std::min(raw.nearest(CurveX::Step, *m_cursor), raw.size() - 1));
}

void CurvePlot::drawCursor()
{
    const auto x = cursorPlace();
    if (!x || !m_plot->xAxis->range().contains(*x))
        return;
    auto* line = new QCPItemStraightLine(m_plot);
    line->point1->setCoords(*x, m_plot->yAxis->range().lower);
    line->point2->setCoords(*x, m_plot->yAxis->range().upper);
    line->setPen(QPen(palette().color(QPalette::Link), 2));
}

// Near the cursor the mouse takes hold of it instead of the axis.
void CurvePlot::press(QMouseEvent* event)
{
    const auto x = cursorPlace();
    m_draggingCursor =
        x && event->button() == Qt::LeftButton && std::abs(m_plot->xAxis->coordToPixel(*x) - event->position().x()) < 7;
    m_plot->setInteraction(QCP::iRangeDrag, !m_draggingCursor);
}

void CurvePlot::pick(QMouseEvent* event)
{
    if (m_draggingCursor) {
        m_draggingCursor = false;
        m_plot->setInteraction(QCP::iRangeDrag, true);
        return;
    }
    const QObject* hit = m_plot->plottableAt(event->position(), false);
    for (const auto& [run, of] : m_curves)
        if (of.has(hit)) {
            Q_EMIT runPicked(QString(run));
            return; // who listens may have changed the curves
        }
}

void CurvePlot::read(QMouseEvent* event)
{
    const double at = m_plot->xAxis->pixelToCoord(event->position().x());
    if (m_draggingCursor) {
        const auto of = m_curves.find(m_cursorRun);
        if (of != m_curves.end() && of->second.raw.size() > 0) {
            const CurveSeries& raw = of->second.raw;
            Q_EMIT cursorDragged(
                m_axis == CurveX::Step ? at : raw.x(CurveX::Step, std::min(raw.nearest(m_axis, at), raw.size() - 1)));
        }
        return;
    }
    const auto cursor = cursorPlace();
    m_plot->setCursor(cursor && std::abs(m_plot->xAxis->coordToPixel(*cursor) - event->position().x()) < 7
                          ? Qt::SizeHorCursor
                          : Qt::ArrowCursor);
    const bool inside = m_plot->axisRect()->rect().contains(event->position().toPoint());
    Q_EMIT readOut(inside ? values(at, event->position().y()) : QString());
}

QString CurvePlot::values(double at, double y) const
{
    struct Near
    {
        double distance;
        QString text;
    };
    std::vector<Near> near;
    const double reach = std::abs(m_plot->xAxis->pixelToCoord(5) - m_plot->xAxis->pixelToCoord(0));
    for (const auto& [run, of] : m_curves) {
        // A cross is taken hold of by pointing at it.
        const bool low = y > m_plot->axisRect()->bottom() - 14;
        const auto broken =
            low ? of.raw.notFinite({m_axis, at - reach, at + reach, 1, m_logX, false}) : std::vector<double>();
        if (!broken.empty())
            near.push_back({-1, tr("%1: not finite at %2").arg(of.title).arg(broken.front(), 0, 'g', 8)});
        const std::size_t nearest = of.raw.nearest(m_axis, at);
        if (nearest >= of.raw.size())
            continue;
        const double value = m_smoothing > 0 ? of.smooth.value(nearest) : of.raw.value(nearest);
        near.push_back(
            {std::abs(m_plot->yAxis->coordToPixel(value) - y), tr("%1: step %2, %3 (smoothed %4)")
                                                                   .arg(of.title)
                                                                   .arg(of.raw.x(CurveX::Step, nearest), 0, 'f', 0)
                                                                   .arg(of.raw.value(nearest), 0, 'g', 5)
                                                                   .arg(of.smooth.value(nearest), 0, 'g', 5)});
    }
    std::stable_sort(near.begin(), near.end(), [](const Near& a, const Near& b) { return a.distance < b.distance; });
    constexpr std::size_t most = 3; // what a line has room for
    QStringList parts;
    for (std::size_t i = 0; i < std::min(most, near.size()); ++i)
        parts << near[i].text;
    if (near.size() > most)
        parts << tr("and %1 more").arg(near.size() - most);
    return parts.join(QStringLiteral("   "));
}

// The mouse left: nothing is below it any more.
bool CurvePlot::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_plot && event->type() == QEvent::Leave)
        Q_EMIT readOut({});
    return QWidget::eventFilter(watched, event);
}

} // namespace mama
