// How the scatter looks: axes, points and colours.
#include "widgets/charts/plot_look.h"
#include "widgets/charts/run_look.h"
#include "widgets/charts/scatter_plot.h"

#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

namespace mama {
namespace {

constexpr double decades = 30; // highest over lowest, from which on an axis is logarithmic

struct Span
{
    double low = INFINITY, high = -INFINITY;
    void take(double value)
    {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    bool logarithmic() const { return low > 0 && high / low >= decades; }
    QCPRange range(bool asLogarithm) const
    {
        if (!(high >= low))
            return {0, 1};
        if (asLogarithm)
            return {low / std::pow(high / low, 0.06), high * std::pow(high / low, 0.06)};
        const double margin = high > low ? 0.06 * (high - low) : std::max(0.05 * std::abs(high), 1e-6);
        return {low - margin, high + margin};
    }
};

void scale(QCPAxis* axis, const Span& span, bool logarithmic)
{
    axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setTicker(QSharedPointer<QCPAxisTicker>(logarithmic ? new QCPAxisTickerLog : new QCPAxisTicker));
    axis->setNumberFormat(QStringLiteral("gb"));
    axis->setRange(span.range(logarithmic));
}

} // namespace

void ScatterPlot::scaleX()
{
    Span span;
    for (const Point& point : m_points)
        span.take(at(point));
    m_logX = m_words.isEmpty() && span.logarithmic();
    scale(m_plot->xAxis, span, m_logX);
    m_plot->xAxis->setTickLabelRotation(0);
    if (!m_words.isEmpty()) {
        auto* words = new QCPAxisTickerText;
        const int room = std::max(40, m_plot->width() / static_cast<int>(m_words.size()) - 12);
        for (int i = 0; i < m_words.size(); ++i) // the end of a path tells more than its beginning
            words->addTick(i, fontMetrics().elidedText(m_words[i], Qt::ElideLeft, room));
        m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(words));
        m_plot->xAxis->setRange(-0.5, static_cast<double>(m_words.size()) - 0.5);
    }
    m_plot->xAxis->setLabel(m_logX ? tr("%1 (logarithmic)").arg(m_xName) : m_xName);
}

void ScatterPlot::scaleY()
{
    Span span;
    for (const Point& point : m_points)
        span.take(point.y);
    m_logY = span.logarithmic();
    scale(m_plot->yAxis, span, m_logY);
    m_plot->yAxis->setLabel(m_logY ? tr("%1 (logarithmic)").arg(m_yName) : m_yName);
}

void ScatterPlot::arrange()
{
    m_plot->clearGraphs();
    m_plot->clearItems();
    applyColours();
    scaleX();
    scaleY();
    const QColor plain = palette().color(QPalette::PlaceholderText), text = palette().color(QPalette::Text);
    const auto mark = [this](const Point& point, const QCPScatterStyle& style) {
        QCPGraph* graph = m_plot->addGraph();
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setScatterStyle(style);
        graph->addData(at(point), point.y);
    };
    QPen edge(palette().color(QPalette::Base), 1);
    edge.setCosmetic(true);
    QCPGraph* others = m_plot->addGraph(); // those that are not drawn in the curves: one graph for all
    others->setLineStyle(QCPGraph::lsNone);
    others->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(plain, 1.5), Qt::NoBrush, 8));
    for (const Point& point : m_points)
        if (point.look < 0)
            others->addData(at(point), point.y);
        else
            mark(point, QCPScatterStyle(runSign(point.look, 6), edge, runColour(point.look, palette()), 13));
    for (const Point& point : m_points)
        if (point.chosen)
            mark(point, QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(text, 2), Qt::NoBrush, 19));
    if (m_held) {
        const Point& point = m_points[*m_held];
        mark(point,
             QCPScatterStyle(QCPScatterStyle::ssSquare, QPen(palette().color(QPalette::Link), 2), Qt::NoBrush, 21));
        auto* name = new QCPItemText(m_plot);
        const bool right = at(point) > m_plot->xAxis->range().center();
        name->position->setCoords(at(point), point.y);
        name->setPositionAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        name->setPadding(QMargins(right ? 4 : 16, 1, right ? 16 : 4, 1));
        name->setText(fontMetrics().elidedText(point.title, Qt::ElideMiddle, std::max(80, m_plot->width() / 3)));
        name->setColor(text);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ScatterPlot::applyColours() { colourAxes(*m_plot, palette()); }

} // namespace mama
