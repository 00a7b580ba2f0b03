#pragma once
#include "core/library/studies/value_histogram.h"

#include <QComboBox>
#include <QWidget>

namespace mama {

// The bars of a histogram: pale for all studies, strong for those that the other clauses leave. A range is drawn with
// the mouse, or by keys: Left and Right move its lower end, with Shift its upper one, Delete takes it away.
class HistogramBars : public QWidget
{
    Q_OBJECT
public:
    explicit HistogramBars(QWidget* parent = nullptr);
    // low, high: the range's ends as written, empty: open.
    void show(const std::optional<ValueHistogram>& histogram, const QString& low, const QString& high);
    QSize sizeHint() const override;

Q_SIGNALS:
    void ranged(const QString& low, const QString& high); // ends of bins; empty: open

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int bins() const { return m_histogram ? static_cast<int>(m_histogram->all.size()) : 0; }
    int binAt(double x) const;
    QString endText(int bin, bool upper) const; // of a bin, as a filter writes it
    QString wordsOf(int bin) const;
    void setRange(int first, int last); // and tells

    std::optional<ValueHistogram> m_histogram;
    int m_first = 0, m_last = -1; // bins in the range; last < first: none
    int m_grip = -1;              // bin where the mouse went down
};

// A field of numbers as a histogram that filters, and the choice of the field.
class RangeHistogram : public QWidget
{
    Q_OBJECT
public:
    explicit RangeHistogram(QWidget* parent = nullptr);
    void setFields(const QStringList& fields, const QString& current); // none: hidden
    void show(const std::optional<ValueHistogram>& histogram, const QString& low, const QString& high);
    HistogramBars& bars() { return *m_bars; }

Q_SIGNALS:
    void fieldChosen(const QString& field);
    void ranged(const QString& low, const QString& high);

private:
    QComboBox* m_field;
    HistogramBars* m_bars;
};

} // namespace mama
