#pragma once
#include <QAbstractSlider>
#include <QColor>
#include <QString>
#include <optional>
#include <vector>

namespace mama {

// A slider along a run's checkpoints, placed by step, over small curves of what was scored at each. Left and right go
// to the neighbour, Home and End to the ends; a drag snaps. The value is the checkpoint's index.
class CheckpointStrip : public QAbstractSlider
{
    Q_OBJECT
public:
    explicit CheckpointStrip(QWidget* parent = nullptr);

    struct Tick
    {
        double step = 0;
        bool there = true; // false: deleted by its run, drawn hollow
        bool operator==(const Tick&) const = default;
    };
    struct Curve
    {
        QColor colour;
        bool strong = false;
        std::vector<std::pair<double, double>> points; // step, similarity; by step
    };
    // The checkpoint at hand stays at hand, but the newest gives its place to a newer one.
    void setTicks(std::vector<Tick> ticks, double lastStep);
    void setMark(std::optional<double> step, const QString& text); // a dashed line: the start of a loss
    void setCurves(std::vector<Curve> curves);
    void setNote(const QString& text); // above the track, where there is little to go along
    const std::vector<Tick>& ticks() const { return m_ticks; }
    std::optional<double> step() const; // of the checkpoint at hand
    // Goes to the checkpoint that is nearest to a step.
    void goTo(double step);
    QPointF placeOf(double step) const; // widget's pixels, on the track
    QSize sizeHint() const override { return {600, 110}; }
    QSize minimumSizeHint() const override { return {240, 84}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QRectF track() const;
    void paintTicks(QPainter& painter) const;
    void paintCurves(QPainter& painter) const;
    void paintMark(QPainter& painter) const;
    void paintHand(QPainter& painter) const;
    void paintNote(QPainter& painter) const;

    std::vector<Tick> m_ticks;
    double m_last = 1;
    std::optional<double> m_mark;
    QString m_markText, m_note;
    std::vector<Curve> m_curves;
};

} // namespace mama
