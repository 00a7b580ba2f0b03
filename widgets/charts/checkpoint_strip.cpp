#include "widgets/charts/checkpoint_strip.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace mama {

CheckpointStrip::CheckpointStrip(QWidget* parent) : QAbstractSlider(parent)
{
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Checkpoints"));
    setRange(0, 0);
    setPageStep(5);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("Drag, or use the left and right keys, to go from checkpoint to checkpoint"));
}

void CheckpointStrip::setTicks(std::vector<Tick> ticks, double lastStep)
{
    const double last = std::max({1.0, lastStep, ticks.empty() ? 0.0 : ticks.back().step});
    if (ticks == m_ticks && last == m_last)
        return;
    const std::optional<double> at = step();
    const bool newest = !at || value() == maximum();
    m_ticks = std::move(ticks);
    m_last = last;
    const int count = static_cast<int>(m_ticks.size());
    {
        const QSignalBlocker blocked(this);
        setRange(0, std::max(0, count - 1));
    }
    if (newest)
        setValue(maximum());
    else
        goTo(*at);
    update();
}

void CheckpointStrip::setMark(std::optional<double> step, const QString& text)
{
    if (step == m_mark && text == m_markText)
        return;
    m_mark = step;
    m_markText = text;
    update();
}

void CheckpointStrip::setCurves(std::vector<Curve> curves)
{
    m_curves = std::move(curves);
    update();
}

void CheckpointStrip::setNote(const QString& text)
{
    if (text == m_note)
        return;
    m_note = text;
    setAccessibleDescription(text);
    update();
}

std::optional<double> CheckpointStrip::step() const
{
    const auto at = static_cast<std::size_t>(value());
    return at < m_ticks.size() ? std::optional(m_ticks[at].step) : std::nullopt;
}

void CheckpointStrip::goTo(double step)
{
    const auto nearest = std::min_element(m_ticks.begin(), m_ticks.end(), [&](const Tick& a, const Tick& b) {
        return std::abs(a.step - step) < std::abs(b.step - step);
    });
    if (nearest != m_ticks.end())
        setValue(static_cast<int>(nearest - m_ticks.begin()));
}

// Room for the similarities on the left and for the steps below.
QRectF CheckpointStrip::track() const
{
    const QFontMetricsF metrics(font());
    return QRectF(rect()).adjusted(metrics.horizontalAdvance(QStringLiteral("−0.000")) + 12, metrics.height() + 4, -24,
                                   -(metrics.height() + 10));
}

QPointF CheckpointStrip::placeOf(double step) const
{
    const QRectF area = track();
    return {area.left() + step / m_last * area.width(), area.bottom()};
}

void CheckpointStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.setPen(QPen(palette().color(QPalette::Button), 1));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    paintMark(painter);
    paintCurves(painter);
    paintTicks(painter);
    paintHand(painter);
    paintNote(painter);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush); // what was painted before has left its own
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void CheckpointStrip::paintTicks(QPainter& painter) const
{
    const QColor text = palette().color(QPalette::Text), dim = palette().color(QPalette::PlaceholderText);
    const QRectF area = track();
    painter.setPen(QPen(dim, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const QFontMetricsF metrics(font());
    double free = -1e9;
    for (const Tick& tick : m_ticks) {
        const QPointF at = placeOf(tick.step);
        painter.setPen(QPen(tick.there ? text : dim, 1.5));
        painter.setBrush(tick.there ? QBrush(text) : QBrush(palette().color(QPalette::Base)));
        painter.drawEllipse(at, 3.5, 3.5);
        const QString label = QString::number(tick.step, 'f', 0);
        const double width = metrics.horizontalAdvance(label);
        const double left = std::clamp(at.x() - width / 2, 2.0, std::max(2.0, this->width() - width - 4.0));
        if (left < free)
            continue;
        painter.setPen(tick.there ? text : dim);
        painter.drawText(QPointF(left, at.y() + 7 + metrics.ascent()), label);
        free = left + width + 10;
    }
}

void CheckpointStrip::paintCurves(QPainter& painter) const
{
    double low = INFINITY, high = -INFINITY;
    for (const Curve& curve : m_curves)
        for (const auto& [step, value] : curve.points)
            if (std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    if (!(high >= low))
        return;
    const QRectF area = track().adjusted(0, 2, 0, -8);
    const double span = std::max(high - low, 1e-3);
    const auto place = [&](double step, double value) {
        return QPointF(placeOf(step).x(), area.bottom() - (value - low) / span * area.height());
    };
    const QFontMetricsF metrics(font());
    painter.setPen(palette().color(QPalette::Text));
    const auto label = [&](double value, double y) {
        const QString text = QString::number(value, 'f', 3);
        painter.drawText(QPointF(area.left() - 10 - metrics.horizontalAdvance(text), y), text);
    };
    label(high, area.top() + metrics.ascent() / 2);
    if (high - low > 5e-4)
        label(low, area.bottom() + metrics.ascent() / 2);
    for (const Curve& curve : m_curves) {
        painter.setPen(QPen(curve.colour, curve.strong ? 2.2 : 1.2));
        painter.setBrush(curve.colour);
        for (std::size_t i = 0; i < curve.points.size(); ++i) {
            const auto& [step, value] = curve.points[i];
            if (!std::isfinite(value))
                continue;
            painter.drawEllipse(place(step, value), 1.8, 1.8);
            if (i > 0 && std::isfinite(curve.points[i - 1].second))
                painter.drawLine(place(curve.points[i - 1].first, curve.points[i - 1].second), place(step, value));
        }
    }
}

void CheckpointStrip::paintMark(QPainter& painter) const
{
    if (!m_mark || *m_mark > m_last)
        return;
    const double x = placeOf(*m_mark).x();
    painter.setPen(QPen(palette().color(QPalette::PlaceholderText), 1.5, Qt::DashLine));
    painter.drawLine(QPointF(x, 4), QPointF(x, track().bottom()));
    painter.setPen(palette().color(QPalette::Text));
    const QFontMetricsF metrics(font());
    const double width = metrics.horizontalAdvance(m_markText);
    painter.drawText(QPointF(x + 6 + width < this->width() ? x + 5 : x - 5 - width, 3 + metrics.ascent()), m_markText);
}

void CheckpointStrip::paintHand(QPainter& painter) const
{
    const auto at = step();
    if (!at)
        return;
    const QPointF foot = placeOf(*at);
    const QColor colour = palette().color(QPalette::Link);
    painter.setPen(QPen(colour, 2));
    painter.drawLine(QPointF(foot.x(), 4), foot);
    painter.setBrush(colour);
    painter.drawEllipse(foot, 6, 6);
}

void CheckpointStrip::paintNote(QPainter& painter) const
{
    painter.setPen(palette().color(QPalette::Active, QPalette::Text));
    painter.drawText(track().adjusted(12, 0, -12, -6), Qt::AlignCenter | Qt::TextWordWrap, m_note);
}

void CheckpointStrip::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    setSliderDown(true);
    mouseMoveEvent(event);
}

void CheckpointStrip::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton))
        return event->ignore();
    const QRectF area = track();
    goTo((event->position().x() - area.left()) / std::max(1.0, area.width()) * m_last);
}

void CheckpointStrip::mouseReleaseEvent(QMouseEvent*) { setSliderDown(false); }

void CheckpointStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QAbstractSlider::changeEvent(event);
}

} // namespace mama
