#include "widgets/charts/curve_plot.h"

#include <QEvent>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

namespace mama {

CurvePlot::CurvePlot(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_plot);
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->setNoAntialiasingOnDrag(true);
    m_plot->setPlottingHint(QCP::phFastPolylines);
    m_plot->setMinimumHeight(160);
    m_plot->setAccessibleName(tr("Curves"));
    m_plot->setMouseTracking(true);
    const auto moved = [this] {
        if (!m_refreshing) {
            m_follow = false;
            refresh();
        }
    };
    connect(m_plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, moved);
    connect(m_plot->yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, moved);
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { showAll(); });
    connect(m_plot, &QCustomPlot::mousePress, this, &CurvePlot::press);
    connect(m_plot, &QCustomPlot::mouseRelease, this, &CurvePlot::pick);
    connect(m_plot, &QCustomPlot::mouseMove, this, &CurvePlot::read);
    connect(m_plot, &QCustomPlot::beforeReplot, this, [this] {
        if (m_dirty) {
            m_dirty = false;
            replotNow();
        }
    });
    applyColours();
    applyScales();
}

CurvePlot::~CurvePlot() = default;

CurvePlot::Curve& CurvePlot::curve(const QString& run)
{
    Curve& made = m_curves[run];
    if (!made.rawGraph) {
        made.title = run;
        made.colour = colourOf(m_made++, palette().color(QPalette::Base).lightness() < 128);
        made.smoother = CurveSmoother(m_smoothing);
        made.rawGraph = m_plot->addGraph();
        made.smoothGraph = m_plot->addGraph();
        for (QCPGraph* graph : {made.rawGraph, made.smoothGraph}) {
            graph->setAdaptiveSampling(false); // the series has done it
            graph->setAntialiased(graph == made.smoothGraph);
        }
        setColour(run, made.colour);
    }
    return made;
}

void CurvePlot::setTitle(const QString& run, const QString& title) { curve(run).title = title; }

void CurvePlot::append(const QString& run, const std::vector<CurveSample>& samples)
{
    Curve& to = curve(run);
    for (const CurveSample& sample : samples) {
        to.raw.append(sample);
        CurveSample smooth = sample;
        smooth.value = to.smoother.next(sample.value);
        to.smooth.append(smooth);
    }
    refresh();
}

void CurvePlot::addGap(const QString& run)
{
    Curve& of = curve(run);
    of.raw.addGap();
    of.smooth.addGap();
}

void CurvePlot::clear(const QString& run)
{
    Curve& of = curve(run);
    of.raw.clear();
    of.smooth.clear();
    of.smoother.reset();
    of.markers.clear();
    refresh();
}

void CurvePlot::remove(const QString& run)
{
    const auto found = m_curves.find(run);
    if (found == m_curves.end())
        return;
    m_plot->removeGraph(found->second.rawGraph);
    m_plot->removeGraph(found->second.smoothGraph);
    m_curves.erase(found);
    refresh();
}

void CurvePlot::setMarkers(const QString& run, std::vector<CurveMarker> markers)
{
    curve(run).markers = std::move(markers);
    refresh();
}

void CurvePlot::setColour(const QString& run, const QColor& colour)
{
    Curve& of = curve(run);
    of.colour = colour;
    // Mixed, not transparent: a transparent or wide line through every column takes seconds to draw.
    const QColor ground = palette().color(QPalette::Base);
    const auto mixed = [](int a, int b) { return (2 * a + 3 * b) / 5; };
    const QColor faint = m_smoothing > 0 ? QColor(mixed(colour.red(), ground.red()), mixed(colour.green(), ground.green()), mixed(colour.blue(), ground.blue())) : colour;
    of.rawGraph->setPen(QPen(faint, 1));
    of.smoothGraph->setPen(QPen(colour, 1));
    refresh();
}

std::size_t CurvePlot::points(const QString& run) const
{
    const auto found = m_curves.find(run);
    return found == m_curves.end() ? 0 : found->second.raw.size();
}

void CurvePlot::setAxis(CurveX axis)
{
    m_axis = axis;
    applyScales();
    showAll();
}

void CurvePlot::setLogarithmic(bool x, bool y)
{
    m_logX = x;
    m_logY = y;
    applyScales();
    showAll();
}

void CurvePlot::setSmoothing(double strength)
{
    m_smoothing = std::clamp(strength, 0.0, 0.9999);
    for (auto& [run, of] : m_curves) {
        smoothAgain(of);
        setColour(run, of.colour);
    }
}

void CurvePlot::smoothAgain(Curve& of)
{
    of.smoother = CurveSmoother(m_smoothing);
    of.smooth.clear();
    for (std::size_t i = 0; i < of.raw.size(); ++i)
        of.smooth.append({of.raw.x(CurveX::Step, i), of.raw.x(CurveX::Epoch, i), of.raw.x(CurveX::Samples, i), of.raw.x(CurveX::Time, i),
                          of.smoother.next(of.raw.value(i))});
}

void CurvePlot::showAll()
{
    m_follow = true;
    refresh();
}

void CurvePlot::showRange(double low, double high)
{
    m_plot->xAxis->setRange(low, high);
}

double CurvePlot::xOf(double place) const { return m_plot->xAxis->coordToPixel(place); }

// Many appends between two frames cost one drawing.
void CurvePlot::refresh()
{
    m_dirty = true;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::replotNow()
{
    m_refreshing = true;
    m_dirty = false;
    if (m_follow)
        fit();
    const CurveSeries::Stretch stretch{m_axis, m_plot->xAxis->range().lower, m_plot->xAxis->range().upper, std::max(1, m_plot->axisRect()->width()), m_logX, m_logY};
    for (auto& [run, of] : m_curves) {
        const auto fill = [&](const CurveSeries& from, QCPGraph* graph) {
            QVector<QCPGraphData> drawn;
            for (const CurvePoint& point : from.visible(stretch))
                drawn.push_back(QCPGraphData(point.x, point.y));
            graph->data()->set(drawn, true);
        };
        fill(of.raw, of.rawGraph);
        of.smoothGraph->setVisible(m_smoothing > 0);
        if (m_smoothing > 0)
            fill(of.smooth, of.smoothGraph);
    }
    drawMarkers();
    drawCursor();
    m_plot->replot(QCustomPlot::rpImmediateRefresh);
    m_refreshing = false;
}

void CurvePlot::fit()
{
    double low = INFINITY, high = -INFINITY, bottom = INFINITY, top = -INFINITY;
    for (const auto& [run, of] : m_curves) {
        if (of.raw.size() == 0)
            continue;
        double first = of.raw.x(m_axis, 0);
        const double last = of.raw.x(m_axis, of.raw.size() - 1);
        if (m_logX && first <= 0)
            first = last > 0 ? std::min(1.0, last / 10) : 0;
        if (m_logX && first <= 0)
            continue;
        low = std::min(low, first);
        high = std::max(high, last);
        const CurveSeries::Extent extent = of.raw.values(m_axis, first, last, m_logY);
        if (!extent.empty) {
            bottom = std::min(bottom, extent.low);
            top = std::max(top, extent.high);
        }
    }
    if (!(high >= low))
        low = m_logX ? 1 : 0, high = m_logX ? 10 : 1;
    if (!(top >= bottom))
        bottom = m_logY ? 1 : 0, top = m_logY ? 10 : 1;
    const double margin = top > bottom ? (top - bottom) * 0.05 : std::max(std::abs(top) * 0.05, 1e-6);
    m_plot->xAxis->setRange(low, high > low ? high : low + 1);
    m_plot->yAxis->setRange(m_logY ? bottom / 1.2 : bottom - margin, m_logY ? top * 1.2 : top + margin);
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
    for (const auto& [run, of] : m_curves)
        for (const CurveMarker& marker : of.markers) {
            const double x = place(of, marker);
            if (!m_plot->xAxis->range().contains(x))
                continue;
            auto* line = new QCPItemStraightLine(m_plot);
            line->point1->setCoords(x, m_plot->yAxis->range().lower);
            line->point2->setCoords(x, m_plot->yAxis->range().upper);
            line->setPen(QPen(of.colour, marker.strong ? 1.5 : 1, marker.strong ? Qt::DashLine : Qt::DotLine));
            if (!marker.strong)
                continue;
            auto* text = new QCPItemText(m_plot);
            text->position->setTypeX(QCPItemPosition::ptPlotCoords);
            text->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
            text->position->setCoords(x, 0.02);
            text->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
            text->setPadding(QMargins(4, 0, 0, 0));
            text->setText(marker.text);
            text->setColor(palette().color(QPalette::Text));
        }
}

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
    m_draggingCursor = x && event->button() == Qt::LeftButton && std::abs(m_plot->xAxis->coordToPixel(*x) - event->position().x()) < 7;
    m_plot->setInteraction(QCP::iRangeDrag, !m_draggingCursor);
}

void CurvePlot::pick(QMouseEvent* event)
{
    if (m_draggingCursor) {
        m_draggingCursor = false;
        m_plot->setInteraction(QCP::iRangeDrag, true);
        return;
    }
    const QCPGraph* hit = qobject_cast<QCPGraph*>(m_plot->plottableAt(event->position(), false));
    for (const auto& [run, of] : m_curves)
        if (hit && (of.rawGraph == hit || of.smoothGraph == hit))
            Q_EMIT runPicked(run);
}

void CurvePlot::read(QMouseEvent* event)
{
    const double at = m_plot->xAxis->pixelToCoord(event->position().x());
    if (m_draggingCursor) {
        const auto of = m_curves.find(m_cursorRun);
        if (of != m_curves.end() && of->second.raw.size() > 0) {
            const CurveSeries& raw = of->second.raw;
            Q_EMIT cursorDragged(m_axis == CurveX::Step ? at : raw.x(CurveX::Step, std::min(raw.nearest(m_axis, at), raw.size() - 1)));
        }
        return;
    }
    const auto cursor = cursorPlace();
    m_plot->setCursor(cursor && std::abs(m_plot->xAxis->coordToPixel(*cursor) - event->position().x()) < 7 ? Qt::SizeHorCursor : Qt::ArrowCursor);
    QStringList parts;
    if (m_plot->axisRect()->rect().contains(event->position().toPoint())) {
        for (const auto& [run, of] : m_curves)
            if (const std::size_t nearest = of.raw.nearest(m_axis, at); nearest < of.raw.size())
                parts << tr("%1: step %2, %3 (smoothed %4)")
                             .arg(of.title).arg(of.raw.x(CurveX::Step, nearest), 0, 'f', 0).arg(of.raw.value(nearest), 0, 'g', 5).arg(of.smooth.value(nearest), 0, 'g', 5);
    }
    Q_EMIT readOut(parts.join(QStringLiteral("   ")));
}

void CurvePlot::applyScales()
{
    const auto scale = [](QCPAxis* axis, bool logarithmic, bool clock) {
        axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        QSharedPointer<QCPAxisTicker> ticker(logarithmic ? new QCPAxisTickerLog : new QCPAxisTicker);
        if (clock) {
            QSharedPointer<QCPAxisTickerDateTime> times(new QCPAxisTickerDateTime);
            times->setDateTimeFormat(QStringLiteral("HH:mm:ss\nyyyy-MM-dd"));
            ticker = times;
        }
        axis->setTicker(ticker);
        axis->setNumberFormat(QStringLiteral("gb"));
    };
    scale(m_plot->xAxis, m_logX, m_axis == CurveX::Time && !m_logX);
    scale(m_plot->yAxis, m_logY, false);
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
    int number = 0;
    for (auto& [run, of] : m_curves)
        setColour(run, colourOf(number++, colours.color(QPalette::Base).lightness() < 128));
}

QColor CurvePlot::colourOf(int number, bool darkGround)
{
    static constexpr QRgb onDark[] = {0xff5aa9ff, 0xffffa94d, 0xff5fd38d, 0xffff7b8a, 0xffc59bff, 0xffe3d35a};
    static constexpr QRgb onLight[] = {0xff1f62a8, 0xffb35300, 0xff1c7a43, 0xffb4233a, 0xff6b3fb0, 0xff756400};
    return QColor((darkGround ? onDark : onLight)[number % 6]);
}

void CurvePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        applyColours();
    QWidget::changeEvent(event);
}

} // namespace mama
