// How the curves look: colours, axes, and the lines across them.
#include "widgets/charts/curve_plot.h"
#include "widgets/look/tone.h"

#include <QEvent>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

namespace mama {
namespace {

// `colour` on `ground`, by its share in fifths.
QColor mixed(const QColor& colour, const QColor& ground, int fifths)
{
    const auto one = [fifths](int a, int b) { return (fifths * a + (5 - fifths) * b) / 5; };
    return {one(colour.red(), ground.red()), one(colour.green(), ground.green()), one(colour.blue(), ground.blue())};
}

// There is no half a step.
class WholeTicker : public QCPAxisTicker
{
    double getTickStep(const QCPRange& range) override
    {
        return std::max(1.0, std::ceil(QCPAxisTicker::getTickStep(range)));
    }
};

} // namespace

void CurvePlot::setColour(const QString& run, const QColor& colour)
{
    Curve& of = curve(run);
    of.colour = colour;
    // Mixed, not transparent: a transparent or wide line through every column takes seconds to draw.
    of.rawGraph->setPen(QPen(m_smoothing > 0 ? mixed(colour, palette().color(QPalette::Base), 2) : colour, 1));
    of.smoothGraph->setPen(QPen(colour, 1));
    refresh();
}

QColor CurvePlot::colour(const QString& run) const
{
    const auto found = m_curves.find(run);
    return found == m_curves.end() ? QColor() : found->second.colour;
}

double CurvePlot::place(const Curve& of, const CurveMarker& marker) const
{
    switch (m_axis) {
    case CurveX::Step: return marker.step;
    case CurveX::Epoch: return marker.epoch;
    case CurveX::Samples: return marker.samples;
    case CurveX::Time: return marker.time;
    case CurveX::Relative: return of.raw.size() > 0 ? marker.time - of.raw.x(CurveX::Time, 0) : 0;
    }
    return 0;
}

void CurvePlot::drawMarkers()
{
    m_plot->clearItems();
    const QColor ground = palette().color(QPalette::Base);
    std::vector<QRectF> labels; // in pixels; runs may have theirs at the same step
    for (const auto& [run, of] : m_curves)
        for (const CurveMarker& marker : of.markers) {
            const double x = place(of, marker);
            if (!m_plot->xAxis->range().contains(x))
                continue;
            auto* line = new QCPItemStraightLine(m_plot);
            line->point1->setCoords(x, m_plot->yAxis->range().lower);
            line->point2->setCoords(x, m_plot->yAxis->range().upper);
            line->setPen(QPen(marker.strong ? of.colour : mixed(of.colour, ground, 2), marker.strong ? 1.5 : 1,
                              marker.strong ? Qt::DashLine : Qt::DotLine));
            if (!marker.strong)
                continue;
            auto* text = new QCPItemText(m_plot);
            text->position->setTypeX(QCPItemPosition::ptPlotCoords);
            text->position->setTypeY(QCPItemPosition::ptAbsolute);
            const double at = m_plot->xAxis->coordToPixel(x), width = fontMetrics().horizontalAdvance(marker.text) + 8,
                         height = fontMetrics().height();
            const bool inside = at + width < m_plot->axisRect()->right();
            QRectF label(inside ? at : at - width, m_plot->axisRect()->top() + 2, width, height);
            while (
                std::any_of(labels.begin(), labels.end(), [&](const QRectF& other) { return other.intersects(label); }))
                label.translate(0, height);
            labels.push_back(label);
            text->position->setCoords(x, label.top());
            text->setPositionAlignment((inside ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
            text->setPadding(QMargins(4, 0, 4, 0));
            text->setText(marker.text);
            text->setColor(palette().color(QPalette::Text));
        }
}

void CurvePlot::applyScales()
{
    const auto scale = [](QCPAxis* axis, bool logarithmic, bool clock, bool whole) {
        axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        QSharedPointer<QCPAxisTicker> ticker(logarithmic ? new QCPAxisTickerLog
                                             : whole     ? new WholeTicker
                                                         : new QCPAxisTicker);
        if (clock) {
            QSharedPointer<QCPAxisTickerDateTime> times(new QCPAxisTickerDateTime);
            times->setDateTimeFormat(QStringLiteral("HH:mm:ss\nyyyy-MM-dd"));
            ticker = times;
        }
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("gb"));
    };
    scale(m_plot->xAxis, m_logX, m_axis == CurveX::Time && !m_logX,
          m_axis == CurveX::Step || m_axis == CurveX::Samples);
    scale(m_plot->yAxis, m_logY, false, false);
    const QString names[] = {tr("step"), tr("epoch"), tr("samples"), tr("time"), tr("seconds from the first step")};
    m_plot->xAxis->setLabel(names[static_cast<int>(m_axis)]);
}

void CurvePlot::applyColours()
{
    const QPalette colours = palette();
    const QColor text = colours.color(QPalette::Text), grid = colours.color(QPalette::Button);
    m_plot->setBackground(colours.color(QPalette::Base));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(text));
        axis->setTickPen(QPen(text));
        axis->setSubTickPen(QPen(text));
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->grid()->setPen(QPen(grid, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(QPen(grid));
    }
    for (auto& [run, of] : m_curves)
        setColour(run, colourOf(of.number, colours));
}

QColor CurvePlot::colourOf(int number, const QPalette& palette)
{
    static constexpr QRgb onDark[] = {0xff5aa9ff, 0xffffa94d, 0xff5fd38d, 0xffff7b8a, 0xffc59bff, 0xffe3d35a};
    static constexpr QRgb onLight[] = {0xff1f62a8, 0xffb35300, 0xff1c7a43, 0xffb4233a, 0xff6b3fb0, 0xff756400};
    return QColor((isDark(palette, QPalette::Base) ? onDark : onLight)[number % 6]);
}

void CurvePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        applyColours();
    QWidget::changeEvent(event);
}

} // namespace mama
