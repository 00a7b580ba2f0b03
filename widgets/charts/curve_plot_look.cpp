// How the curves look: colours, axes, and the lines across them.
#include "widgets/charts/curve_plot.h"
#include "widgets/charts/plot_look.h"
#include "widgets/charts/run_look.h"

#include <QEvent>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>
#include <utility>

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

// What stands at a marker's line, in pixels. Runs may have the same at the same step.
struct CurvePlot::Label
{
    double place = 0; // on the axis
    QRectF box;
    QString text;
    int count = 1;
    bool inside = true; // reads to the right of its line

    QString shown() const { return count > 1 ? text + QStringLiteral(" ×%1").arg(count) : text; }
};

void CurvePlot::setColour(Curve& of)
{
    of.colour = runColour(of.number, colours());
    // Mixed, not transparent: a transparent or wide line through every column takes seconds to draw.
    of.rawGraph->setPen(QPen(m_smoothing > 0 ? mixed(of.colour, colours().color(QPalette::Base), 2) : of.colour, 1));
    of.smoothGraph->setPen(QPen(of.colour, 1));
    QPen edge(colours().color(QPalette::Base), 1);
    edge.setCosmetic(true);
    of.endGraph->setScatterStyle(QCPScatterStyle(runSign(of.number, 6), edge, of.colour, 11)); // 6: QCustomPlot's unit
    of.brokenGraph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCross, QPen(of.colour, 2), Qt::NoBrush, 8));
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
    const QColor ground = colours().color(QPalette::Base);
    std::vector<Label> labels;
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
            if (marker.strong)
                labels.push_back({x, {}, marker.text});
        }
    drawLabels(labels);
}

// One label for those of the same words that would meet; others give way downwards, and are left out where they would
// cover the curves.
void CurvePlot::drawLabels(const std::vector<Label>& labels)
{
    const QRect area = m_plot->axisRect()->rect();
    std::vector<Label> drawn;
    for (Label label : labels) {
        const double at = m_plot->xAxis->coordToPixel(label.place), height = fontMetrics().height(),
                     width = fontMetrics().horizontalAdvance(label.text + QStringLiteral(" ×00")) + 8;
        label.inside = at + width < area.right();
        label.box = QRectF(label.inside ? at : at - width, area.top() + 2, width, height);
        const auto twin = std::find_if(drawn.begin(), drawn.end(), [&](const Label& other) {
            return other.text == label.text && (std::abs(m_plot->xAxis->coordToPixel(other.place) - at) < width);
        });
        if (twin != drawn.end()) {
            ++twin->count;
            continue;
        }
        while (std::any_of(drawn.begin(), drawn.end(),
                           [&](const Label& other) { return other.box.intersects(label.box); }))
            label.box.translate(0, height);
        if (label.box.bottom() < area.top() + area.height() / 2.0)
            drawn.push_back(label);
    }
    for (const Label& label : drawn) {
        auto* text = new QCPItemText(m_plot);
        text->position->setTypeX(QCPItemPosition::ptPlotCoords);
        text->position->setTypeY(QCPItemPosition::ptAbsolute);
        text->position->setCoords(label.place, label.box.top());
        text->setPositionAlignment((label.inside ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
        text->setPadding(QMargins(4, 0, 4, 0));
        text->setText(label.shown());
        text->setColor(colours().color(QPalette::Text));
    }
}

QStringList CurvePlot::labels() const
{
    QStringList texts;
    for (int i = 0; i < m_plot->itemCount(); ++i)
        if (const auto* text = qobject_cast<QCPItemText*>(m_plot->item(i)))
            texts << text->text();
    return texts;
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

QPalette CurvePlot::colours() const
{
    QPalette own = palette();
    if (m_onPaper)
        for (const auto& [role, colour] : {std::pair{QPalette::Base, Qt::white},
                                           {QPalette::Window, Qt::white},
                                           {QPalette::Text, Qt::black},
                                           {QPalette::WindowText, Qt::black},
                                           {QPalette::Button, Qt::lightGray}})
            own.setColor(role, colour);
    return own;
}

void CurvePlot::applyColours()
{
    const QPalette now = colours();
    colourAxes(*m_plot, now);
    m_plot->legend->setTextColor(now.color(QPalette::Text));
    m_plot->legend->setBrush(now.color(QPalette::Base));
    m_plot->legend->setBorderPen(Qt::NoPen);
    for (auto& [run, of] : m_curves)
        setColour(of);
    refresh();
}

void CurvePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        applyColours();
    QWidget::changeEvent(event);
}

} // namespace mama
