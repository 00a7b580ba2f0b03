#pragma once
#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

class QCPGraph;
class QCustomPlot;
class QLabel;

namespace mama {

// Runs as points: a figure against a setting. A setting of words has a place for each word. An axis whose positive
// numbers span decades is logarithmic. A point names its run below the mouse and is picked by a click, or by the left
// and right keys and Enter.
class ScatterPlot : public QWidget
{
    Q_OBJECT
public:
    explicit ScatterPlot(QWidget* parent = nullptr);

    struct Place
    {
        double number = 0;
        QString word; // instead of the number, if there is one
    };
    struct Point
    {
        QString run, title;
        Place x;
        double y = 0;
        int look = 0; // number of the run's colour and sign; below 0: a plain point
        bool chosen = false;
    };
    void setPoints(const QString& xName, const QString& yName, std::vector<Point> points);
    void setEmptyText(const QString& text);    // instead of axes while there is no point
    QPointF placeOf(const QString& run) const; // widget's pixels; without it far outside
    bool logarithmicX() const { return m_logX; }
    bool logarithmicY() const { return m_logY; }

Q_SIGNALS:
    void picked(const QString& run);
    void readOut(const QString& text); // empty: no point is below the mouse or at hand

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void arrange();
    void scaleX();
    void scaleY();
    void applyColours();
    double at(const Point& point) const; // on the horizontal axis
    std::optional<std::size_t> below(const QPointF& mouse) const;
    void hold(std::optional<std::size_t> point);
    void tell();

    QCustomPlot* m_plot;
    QLabel* m_empty;
    QString m_xName, m_yName;
    std::vector<Point> m_points; // from left to right
    QStringList m_words;         // of the horizontal axis
    bool m_logX = false, m_logY = false;
    std::optional<std::size_t> m_held; // named at the moment
};

} // namespace mama
