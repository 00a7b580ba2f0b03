#include "widgets/library/range_histogram.h"

#include "core/library/studies/study_order.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int side = 4, barsHeight = 44;

QString shown(double value, bool whole)
{
    return whole ? QString::number(value, 'f', 0) : QString::number(value, 'g', 4);
}

} // namespace

HistogramBars::HistogramBars(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::IBeamCursor);
    setAccessibleName(tr("Histogram"));
}

QSize HistogramBars::sizeHint() const { return {180, barsHeight + fontMetrics().height() + 4}; }

void HistogramBars::show(const std::optional<ValueHistogram>& histogram, const QString& low, const QString& high)
{
    m_histogram = histogram;
    m_first = 0;
    m_last = bins() - 1;
    if (m_histogram) {
        // The bins that lie in the range, by their middles.
        const auto middle = [&](int bin) {
            return m_histogram->low + m_histogram->step * (bin + 0.5) - (m_histogram->whole ? 0.5 : 0);
        };
        bool given = false;
        const double from = low.toDouble(&given);
        while (given && m_first < bins() && middle(m_first) < from)
            ++m_first;
        const double to = high.toDouble(&given);
        while (given && m_last >= 0 && middle(m_last) > to)
            --m_last;
    }
    const bool whole = low.isEmpty() && high.isEmpty();
    if (whole)
        m_last = -1;
    setAccessibleDescription(
        whole ? tr("all values")
              : tr("from %1 to %2")
                    .arg(low.isEmpty() ? tr("the lowest") : low, high.isEmpty() ? tr("the highest") : high));
    update();
}

void HistogramBars::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (hasFocus()) {
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
    if (!m_histogram)
        return;
    std::size_t most = 1;
    for (const std::size_t count : m_histogram->all)
        most = std::max(most, count);
    // Few beside many are still to be seen: heights go with the root.
    const auto height = [&](std::size_t count) {
        return count == 0
                   ? 0
                   : std::max(1, static_cast<int>(std::lround(barsHeight * std::sqrt(double(count) / double(most)))));
    };
    const double step = double(width() - 2 * side) / bins();
    QColor pale = palette().color(QPalette::Text), strong = palette().color(QPalette::Highlight);
    pale.setAlpha(60);
    for (int bin = 0; bin < bins(); ++bin) {
        const int x = side + static_cast<int>(step * bin), next = side + static_cast<int>(step * (bin + 1));
        const auto at = static_cast<std::size_t>(bin);
        const bool inside = m_last < m_first || (bin >= m_first && bin <= m_last);
        const auto bar = [&](std::size_t count, const QColor& colour) {
            painter.fillRect(x, 2 + barsHeight - height(count), std::max(1, next - x - 1), height(count), colour);
        };
        bar(m_histogram->all[at], pale);
        if (inside)
            bar(m_histogram->counts[at], strong);
    }
    painter.setPen(palette().color(QPalette::Text));
    const QRect words(side, barsHeight + 2, width() - 2 * side, fontMetrics().height() + 2);
    const bool chosen = m_last >= m_first;
    const int first = chosen ? m_first : 0, last = chosen ? m_last : bins() - 1;
    painter.drawText(words, Qt::AlignLeft, endText(first, false));
    painter.drawText(words, Qt::AlignRight, endText(last, true));
    if (chosen)
        painter.drawText(words, Qt::AlignHCenter, tr("in range"));
}

int HistogramBars::binAt(double x) const
{
    return std::clamp(static_cast<int>((x - side) / (width() - 2 * side) * bins()), 0, bins() - 1);
}

QString HistogramBars::endText(int bin, bool upper) const
{
    if (!m_histogram)
        return {};
    const double edge = m_histogram->low + m_histogram->step * (bin + (upper ? 1 : 0));
    return shown(upper && m_histogram->whole ? edge - 1 : edge, m_histogram->whole);
}

QString HistogramBars::wordsOf(int bin) const
{
    const QString from = endText(bin, false), to = endText(bin, true);
    const QLocale locale;
    const auto at = static_cast<std::size_t>(bin);
    return tr("%1: %2 of %3 studies")
        .arg(from == to ? from : tr("%1 to %2").arg(from, to), locale.toString(qulonglong(m_histogram->counts[at])),
             locale.toString(qulonglong(m_histogram->all[at])));
}

void HistogramBars::setRange(int first, int last)
{
    m_first = std::clamp(first, 0, bins() - 1);
    m_last = std::clamp(last, m_first, bins() - 1);
    const bool all = m_first == 0 && m_last == bins() - 1;
    Q_EMIT ranged(all || m_first == 0 ? QString() : endText(m_first, false),
                  all || m_last == bins() - 1 ? QString() : endText(m_last, true));
}

void HistogramBars::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_histogram)
        m_grip = binAt(event->position().x());
}

void HistogramBars::mouseMoveEvent(QMouseEvent* event)
{
    if (m_grip < 0)
        return;
    const int at = binAt(event->position().x());
    m_first = std::min(at, m_grip);
    m_last = std::max(at, m_grip);
    update();
}

void HistogramBars::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_grip < 0 || event->button() != Qt::LeftButton)
        return;
    const int at = binAt(event->position().x()), from = std::exchange(m_grip, -1);
    setRange(std::min(at, from), std::max(at, from));
}

void HistogramBars::keyPressEvent(QKeyEvent* event)
{
    if (!m_histogram)
        return QWidget::keyPressEvent(event);
    const bool chosen = m_last >= m_first, upper = event->modifiers().testFlag(Qt::ShiftModifier);
    const int first = chosen ? m_first : 0, last = chosen ? m_last : bins() - 1;
    const int by = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    if (by != 0)
        return upper ? setRange(first, std::max(last + by, first)) : setRange(std::min(first + by, last), last);
    if (event->key() == Qt::Key_Delete)
        return setRange(0, bins() - 1);
    QWidget::keyPressEvent(event);
}

bool HistogramBars::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_histogram) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), wordsOf(binAt(help->pos().x())), this);
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    return QWidget::event(event);
}

RangeHistogram::RangeHistogram(QWidget* parent)
    : QWidget(parent), m_field(new QComboBox(this)), m_bars(new HistogramBars(this))
{
    m_field->setAccessibleName(tr("Field of the histogram"));
    m_field->setToolTip(
        tr("Drag over the bars to keep a range; Left and Right, with Shift, move its ends, Delete takes it "
           "away. Pale: all studies; strong: those that the other conditions leave."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4, 2, 4, 2);
    column->setSpacing(2);
    column->addWidget(m_field);
    column->addWidget(m_bars);
    connect(m_field, &QComboBox::activated, this, [this] { Q_EMIT fieldChosen(m_field->currentData().toString()); });
    connect(m_bars, &HistogramBars::ranged, this, &RangeHistogram::ranged);
}

void RangeHistogram::setFields(const QStringList& fields, const QString& current)
{
    const QSignalBlocker quiet(m_field);
    m_field->clear();
    for (const QString& field : fields) {
        const auto model = modelOfScore(field.toStdString());
        m_field->addItem(model ? tr("score by %1").arg(QString::fromStdString(*model))
                               : QString(field).replace(QLatin1Char('_'), QLatin1Char(' ')),
                         field);
    }
    m_field->setCurrentIndex(static_cast<int>(fields.indexOf(current)));
    setVisible(!fields.isEmpty());
}

void RangeHistogram::show(const std::optional<ValueHistogram>& histogram, const QString& low, const QString& high)
{
    m_bars->show(histogram, low, high);
}

} // namespace mama
