#pragma once
#include "widgets/charts/curve_series.h"

#include <QColor>
#include <QStringList>
#include <QWidget>
#include <iosfwd>
#include <map>
#include <optional>
#include <vector>

class QCustomPlot;
class QCPGraph;
class QLabel;
class QMouseEvent;

namespace mama {

struct CurveMarker
{
    double step = 0, epoch = 0, samples = 0, time = 0;
    QString text;
    bool strong = false; // the start of a loss, as against a checkpoint
};

// Curves of several runs over a common axis: raw values faint under smoothed ones, a run's sign at its end, crosses at
// the lower edge where a value is not finite. The wheel zooms, dragging pans, a double click shows all again. Colours
// follow the palette.
class CurvePlot : public QWidget
{
    Q_OBJECT
public:
    explicit CurvePlot(QWidget* parent = nullptr);
    ~CurvePlot() override;

    // A curve is made by its first sample. `run` names it in signals, `title` in the read-out.
    void setTitle(const QString& run, const QString& title);
    void setNumber(const QString& run, int number); // of its colour and sign; without it the first free one
    void append(const QString& run, const std::vector<CurveSample>& samples);
    void addGap(const QString& run);
    void clear(const QString& run); // its values and markers; the colour stays
    void remove(const QString& run);
    void setMarkers(const QString& run, std::vector<CurveMarker> markers);
    // A line across the plot at a step of a run, to be dragged with the mouse; empty: none.
    void setCursor(const QString& run, std::optional<double> step);
    QColor colour(const QString& run) const; // invalid: no such curve
    std::size_t points(const QString& run) const;

    void setAxis(CurveX axis);
    void setLogarithmic(bool x, bool y);
    void setSmoothing(double strength);     // 0: raw only; below 1
    void setEmptyText(const QString& text); // instead of axes while no curve has a value; empty: axes
    void showAll();
    // Replaces the range by hand, as dragging does.
    void showRange(double low, double high);
    double xOf(double place) const; // widget's pixels of a place on the horizontal axis
    QStringList labels() const;     // at marks, as drawn last
    void replotNow();               // for measurements; else drawn at most once a frame

    // What is shown as a picture with a legend on white, by the file's ending (.svg, else PNG), by rename. Error(Io).
    void savePicture(const QString& file, const QString& title);
    // Every value of the curves, which show the figure of this name, and its average where they are smoothed. One that
    // is not finite is nan.
    void writeCsv(std::ostream& out, const QString& figure) const;

Q_SIGNALS:
    void runPicked(const QString& run);
    void cursorDragged(double step);
    void readOut(const QString& text); // values below the mouse; empty outside

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Curve
    {
        QString title;
        int number = -1; // of its colour
        QColor colour;
        CurveSeries raw, smooth;
        CurveSmoother smoother;
        std::vector<CurveMarker> markers;
        QCPGraph *rawGraph = nullptr, *smoothGraph = nullptr, *endGraph = nullptr, *brokenGraph = nullptr;
        bool has(const QObject* graph) const;
    };
    struct Label;
    Curve& curve(const QString& run);
    int freeNumber() const;
    void smoothAgain(Curve& curve);
    void applyColours();
    QPalette colours() const; // the widget's, or a sheet of paper's while a picture is drawn
    void applyScales();
    void setColour(Curve& curve);
    void refresh();
    void showOrHide();
    void arrange(); // ranges and lines across the curves
    void fill();    // as many points as the width can show
    void fill(Curve& curve, const CurveSeries::Stretch& stretch);
    void fit();
    void drawMarkers();
    void drawLabels(const std::vector<Label>& labels);
    void clipToAxes();
    void pick(QMouseEvent* event);
    void read(QMouseEvent* event);
    QString values(double at, double y) const; // of the curves nearest to the mouse
    void press(QMouseEvent* event);
    void drawCursor();
    std::optional<double> cursorPlace() const; // on the axis that is shown
    double place(const Curve& curve, const CurveMarker& marker) const;

    QCustomPlot* m_plot;
    QLabel* m_empty;
    std::map<QString, Curve> m_curves;
    CurveX m_axis = CurveX::Step;
    bool m_logX = false, m_logY = false, m_follow = true, m_refreshing = false, m_dirty = false, m_looking = false,
         m_onPaper = false;
    double m_smoothing = 0.9;
    int m_columns = 0; // of pixels that the curves were drawn for
    QString m_cursorRun;
    std::optional<double> m_cursor; // step
    bool m_draggingCursor = false;
};

} // namespace mama
