#include "widgets/charts/scatter_plot.h"

#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <qcustomplot.h>

namespace mama {
namespace {

constexpr double reach = 10; // pixels

} // namespace

ScatterPlot::ScatterPlot(QWidget* parent) : QWidget(parent), m_plot(new QCustomPlot(this)), m_empty(new QLabel(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 2, 2, 2); // for the frame of the focus
    column->addWidget(m_plot);
    column->addWidget(m_empty);
    m_empty->setObjectName(QStringLiteral("noPoint"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setBackgroundRole(QPalette::Base);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setAutoFillBackground(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Scatter of runs"));
    m_plot->setMouseTracking(true);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->installEventFilter(this);
    m_plot->setAutoAddPlottableToLegend(false);
    setPoints({}, {}, {});
}

double ScatterPlot::at(const Point& point) const
{
    return m_words.isEmpty() ? point.x.number : static_cast<double>(m_words.indexOf(point.x.word));
}

void ScatterPlot::setPoints(const QString& xName, const QString& yName, std::vector<Point> points)
{
    const QString held = m_held ? m_points[*m_held].run : QString();
    m_xName = xName;
    m_yName = yName;
    m_points = std::move(points);
    m_words.clear();
    const bool words =
        std::any_of(m_points.begin(), m_points.end(), [](const Point& point) { return !point.x.word.isEmpty(); });
    for (Point& point : m_points)
        if (words) {
            if (point.x.word.isEmpty()) // a number among words is a word
                point.x.word = QString::number(point.x.number, 'g', 8);
            if (!m_words.contains(point.x.word))
                m_words << point.x.word;
        }
    m_words.sort();
    std::stable_sort(m_points.begin(), m_points.end(),
                     [this](const Point& a, const Point& b) { return at(a) < at(b); });
    m_held.reset();
    for (std::size_t i = 0; i < m_points.size(); ++i)
        if (!held.isEmpty() && m_points[i].run == held)
            m_held = i;
    m_plot->setVisible(!m_points.empty());
    m_empty->setVisible(m_points.empty());
    arrange();
    if (!held.isEmpty())
        tell(); // on other axes, or no more
}

void ScatterPlot::setEmptyText(const QString& text) { m_empty->setText(text); }

QPointF ScatterPlot::placeOf(const QString& run) const
{
    for (const Point& point : m_points)
        if (point.run == run)
            return m_plot->mapTo(this, QPoint(0, 0)) +
                   QPointF(m_plot->xAxis->coordToPixel(at(point)), m_plot->yAxis->coordToPixel(point.y));
    return {-1e6, -1e6};
}

std::optional<std::size_t> ScatterPlot::below(const QPointF& mouse) const
{
    std::optional<std::size_t> nearest;
    double least = reach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const double distance = std::hypot(m_plot->xAxis->coordToPixel(at(m_points[i])) - mouse.x(),
                                           m_plot->yAxis->coordToPixel(m_points[i].y) - mouse.y());
        if (distance <= least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

void ScatterPlot::hold(std::optional<std::size_t> point)
{
    if (point == m_held)
        return;
    m_held = point;
    arrange();
    tell();
}

void ScatterPlot::tell()
{
    if (!m_held) {
        Q_EMIT readOut({});
        return;
    }
    const Point& of = m_points[*m_held];
    Q_EMIT readOut(tr("%1: %2 = %3, %4 = %5")
                       .arg(of.title, m_xName, of.x.word.isEmpty() ? QString::number(of.x.number, 'g', 8) : of.x.word,
                            m_yName, QString::number(of.y, 'g', 6)));
}

bool ScatterPlot::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot)
        return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::Leave)
        hold({});
    if (event->type() == QEvent::MouseMove)
        hold(below(static_cast<QMouseEvent*>(event)->position()));
    if (event->type() == QEvent::MouseButtonPress && static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton) {
        setFocus(Qt::MouseFocusReason);
        if (const auto hit = below(static_cast<QMouseEvent*>(event)->position())) {
            hold(hit);
            Q_EMIT picked(QString(m_points[*hit].run));
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ScatterPlot::keyPressEvent(QKeyEvent* event)
{
    const std::size_t count = m_points.size();
    if (count > 0 && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        const bool right = event->key() == Qt::Key_Right;
        hold(!m_held ? (right ? 0 : count - 1) : right ? std::min(*m_held + 1, count - 1) : *m_held - (*m_held > 0));
    } else if (m_held && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        Q_EMIT picked(QString(m_points[*m_held].run));
    } else {
        QWidget::keyPressEvent(event);
    }
}

void ScatterPlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        arrange();
    QWidget::changeEvent(event);
}

} // namespace mama
