#include "widgets/charts/curve_plot.h"

#include "widgets/charts/run_look.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>
#include <utility>

namespace mama {
namespace {

constexpr int fewPoints = 24;

} // namespace

CurvePlot::CurvePlot(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)), m_empty(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_plot);
    column->addWidget(m_empty);
    m_empty->setObjectName(QStringLiteral("noCurve"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setBackgroundRole(QPalette::Base);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setAutoFillBackground(true);
    m_empty->setMinimumHeight(120);
    m_empty->hide();
    m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    m_plot->setNoAntialiasingOnDrag(true);
    m_plot->setPlottingHint(QCP::phFastPolylines);
    m_plot->setMinimumHeight(120);
    m_plot->setAccessibleName(tr("Curves"));
    m_plot->setMouseTracking(true);
    m_plot->setAutoAddPlottableToLegend(false); // a legend is for pictures: on screen the list of runs is one
    m_plot->installEventFilter(this);
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
    // How many points a curve needs is known when the axes have been laid out: a resize alone changes it.
    connect(m_plot, &QCustomPlot::beforeReplot, this, &CurvePlot::arrange);
    connect(m_plot, &QCustomPlot::afterLayout, this, qOverload<>(&CurvePlot::fill));
    applyColours();
    applyScales();
}

CurvePlot::~CurvePlot() = default;

CurvePlot::Curve& CurvePlot::curve(const QString& run)
{
    Curve& made = m_curves[run];
    if (!made.rawGraph) {
        made.title = run;
        made.number = freeNumber();
        made.smoother = CurveSmoother(m_smoothing);
        for (QCPGraph** graph : {&made.rawGraph, &made.smoothGraph, &made.endGraph, &made.brokenGraph}) {
            *graph = m_plot->addGraph();
            (*graph)->setAdaptiveSampling(false); // the series has done it
            (*graph)->setAntialiased(graph != &made.rawGraph);
        }
        for (QCPGraph* signs : {made.endGraph, made.brokenGraph})
            signs->setLineStyle(QCPGraph::lsNone);
        setColour(made);
    }
    return made;
}

int CurvePlot::freeNumber() const
{
    int number = 0;
    while (std::any_of(m_curves.begin(), m_curves.end(),
                       [number](const auto& each) { return each.second.number == number; }))
        ++number;
    return number;
}

bool CurvePlot::Curve::has(const QObject* graph) const
{
    return graph && (graph == rawGraph || graph == smoothGraph || graph == endGraph || graph == brokenGraph);
}

void CurvePlot::setNumber(const QString& run, int number)
{
    Curve& of = curve(run);
    if (of.number == number)
        return;
    of.number = number;
    setColour(of);
    refresh();
}

void CurvePlot::setTitle(const QString& run, const QString& title) { curve(run).title = title; }

void CurvePlot::append(const QString& run, const std::vector<CurveSample>& samples)
{
    Curve& to = curve(run);
    for (const CurveSample& sample : samples) {
        to.raw.append(sample);
        CurveSample smooth = sample;
        smooth.value = to.smoother.next(sample.gap ? std::nan("") : sample.value);
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
    for (QCPGraph* graph :
         {found->second.rawGraph, found->second.smoothGraph, found->second.endGraph, found->second.brokenGraph})
        m_plot->removeGraph(graph);
    m_curves.erase(found);
    refresh();
}

void CurvePlot::setMarkers(const QString& run, std::vector<CurveMarker> markers)
{
    curve(run).markers = std::move(markers);
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
        setColour(of);
    }
    refresh();
}

void CurvePlot::smoothAgain(Curve& of)
{
    of.smoother = CurveSmoother(m_smoothing);
    of.smooth.clear();
    for (std::size_t i = 0; i < of.raw.size(); ++i)
        of.smooth.append({of.raw.x(CurveX::Step, i), of.raw.x(CurveX::Epoch, i), of.raw.x(CurveX::Samples, i),
                          of.raw.x(CurveX::Time, i), of.smoother.next(of.raw.value(i)), of.raw.isGap(i)});
}

void CurvePlot::showAll()
{
    m_follow = true;
    refresh();
}

void CurvePlot::showRange(double low, double high) { m_plot->xAxis->setRange(low, high); }

double CurvePlot::xOf(double place) const { return m_plot->xAxis->coordToPixel(place); }

// Many appends between two frames cost one drawing.
void CurvePlot::refresh()
{
    m_dirty = true;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    if (!std::exchange(m_looking, true)) // a curve is often emptied to be filled again at once
        QMetaObject::invokeMethod(this, &CurvePlot::showOrHide, Qt::QueuedConnection);
}

void CurvePlot::setEmptyText(const QString& text)
{
    if (text == m_empty->text())
        return;
    m_empty->setText(text);
    refresh();
}

void CurvePlot::showOrHide()
{
    m_looking = false;
    const bool axes = m_empty->text().isEmpty() || std::any_of(m_curves.begin(), m_curves.end(), [](const auto& each) {
                          return each.second.raw.size() > 0;
                      });
    m_empty->setVisible(!axes);
    m_plot->setVisible(axes);
}

void CurvePlot::replotNow()
{
    m_dirty = true;
    m_plot->replot(QCustomPlot::rpImmediateRefresh);
}

void CurvePlot::arrange()
{
    m_plot->yAxis->ticker()->setTickCount(
        std::clamp(2 * m_plot->axisRect()->height() / (3 * fontMetrics().height()), 2, 5)); // labels must not meet
    if (!m_dirty)
        return;
    m_refreshing = true;
    if (m_follow)
        fit();
    drawMarkers();
    drawCursor();
    m_refreshing = false;
}

void CurvePlot::fill()
{
    const int columns = std::max(1, m_plot->axisRect()->width());
    if (!std::exchange(m_dirty, false) && columns == m_columns)
        return;
    m_columns = columns;
    const CurveSeries::Stretch stretch{
        m_axis, m_plot->xAxis->range().lower, m_plot->xAxis->range().upper, columns, m_logX, m_logY};
    for (auto& [run, of] : m_curves)
        fill(of, stretch);
}

void CurvePlot::fill(Curve& of, const CurveSeries::Stretch& stretch)
{
    const auto draw = [&](const CurveSeries& from, QCPGraph* graph) {
        QVector<QCPGraphData> drawn;
        for (const CurvePoint& point : from.visible(stretch))
            drawn.push_back(QCPGraphData(point.x, point.y));
        // Few values are seen one by one; a single one would not be seen at all.
        graph->setScatterStyle(graph == of.rawGraph && drawn.size() <= fewPoints
                                   ? QCPScatterStyle(QCPScatterStyle::ssDisc, of.colour, of.colour, 5)
                                   : QCPScatterStyle());
        graph->data()->set(drawn, true);
    };
    draw(of.raw, of.rawGraph);
    of.smoothGraph->setVisible(m_smoothing > 0);
    if (m_smoothing > 0)
        draw(of.smooth, of.smoothGraph);
    const CurveSeries& line = m_smoothing > 0 ? of.smooth : of.raw;
    QVector<QCPGraphData> end, broken;
    const std::size_t last = line.size() == 0 ? 0 : line.nearest(m_axis, line.x(m_axis, line.size() - 1));
    if (last < line.size() && (!m_logY || line.value(last) > 0))
        end.push_back(QCPGraphData(line.x(m_axis, last), line.value(last)));
    of.endGraph->data()->set(end, true);
    const double edge = m_plot->yAxis->pixelToCoord(m_plot->axisRect()->bottom() - 6);
    for (const double place : of.raw.notFinite(stretch))
        broken.push_back(QCPGraphData(place, edge));
    of.brokenGraph->data()->set(broken, true);
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
    if (!(high > low))
        high = low + 1;
    constexpr double room = 0.008; // for the signs at the ends
    m_plot->xAxis->setRange(low, m_logX ? high * std::pow(high / low, room) : high + room * (high - low));
    m_plot->yAxis->setRange(m_logY ? bottom / 1.2 : bottom - margin, m_logY ? top * 1.2 : top + margin);
}

} // namespace mama
