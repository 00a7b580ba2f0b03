#pragma once
#include "widgets/library/study_place.h"
#include "widgets/library/study_tile.h"

#include <QImage>
#include <QWidget>
#include <array>
#include <functional>
#include <memory>
#include <span>

namespace mama {

class TilePainter;

// A map of studies or images as points, drawn into an image of its own: half a million of them at once. It shows the
// list of a StudyPlace: points that are not in the list are faint, what is selected in it is larger, nothing ever
// disappears. A lasso, a rectangle or a click selects in the list, like grid and table.
class MapView : public QWidget
{
    Q_OBJECT
public:
    enum class Tool { Lasso, Rectangle, Pan };

    explicit MapView(StudyPlace* place, QWidget* parent = nullptr);
    ~MapView() override;

    void setPoints(std::vector<float> places); // [points, 2]; all of them come into view
    std::size_t points() const { return m_rows.size(); }
    // Of each point the row of the list, -1: it is not in it. Several may have one row.
    void setRows(std::vector<int> rows);
    // Of each point a kind, and of each kind its colour. Lower kinds are drawn first.
    void setKinds(std::vector<std::uint8_t> kinds, std::vector<QColor> colours);
    // What is shown of a study under the cursor. It must not wait for anything.
    void setSource(std::function<StudyTile(int row)> source);
    // Whether a lasso, a rectangle or a press with Control chooses single points: of a map of images. The list shows
    // whose they are; what is selected there chooses all points of its studies again.
    void setChoosesPoints(bool on);
    std::vector<std::uint32_t> chosenPoints() const; // one by one; none: they follow the list
    void setTool(Tool tool);
    Tool tool() const { return m_tool; }
    void fit(); // all points in view
    void zoomBy(double factor, const QPointF& around);
    void panBy(const QPointF& pixels);
    void setHovered(int row); // of a tile elsewhere; -1: none
    void refresh();           // pictures have come
    int hoveredRow() const;   // under the cursor; -1: none

    QPointF placeOf(std::size_t point) const; // in the widget
    int pointAt(const QPointF& at) const;     // of the list's, the nearest within reach; -1: none
    void select(const QPolygonF& around, Qt::KeyboardModifiers modifiers); // in the widget

Q_SIGNALS:
    void opened(int row);  // Enter, double click
    void hovered(int row); // under the cursor now; -1: none
    void pointsChosen();   // others than before, one by one

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    // map_view_paint.cpp
    void drawPoints();
    void sortPoints(double ratio);
    void paintRings(QPainter& painter);
    void paintCard(QPainter& painter);
    void paintBand(QPainter& painter);
    int dotSize() const;
    void repaintAll(); // points too
    // map_view.cpp, map_view_input.cpp
    void takeList();
    void hover(int point);
    void step(const QPointF& direction); // to the next point that way
    bool act(QKeyEvent* event);
    void endDrag();
    std::span<const std::uint32_t> pointsOf(int row) const;
    bool isChosen(std::size_t point) const
    {
        return m_chosen.empty() ? m_place->isSelected(m_rows[point]) : bool(m_chosen[point]);
    }
    bool isListedAndChosen(std::size_t point) const { return m_rows[point] >= 0 && isChosen(point); }
    void choose(std::vector<bool> points);

    StudyPlace* m_place;
    std::unique_ptr<TilePainter> m_painter;
    std::function<StudyTile(int)> m_source;
    std::vector<float> m_places;       // [points, 2]
    std::vector<int> m_rows;           // [points]
    std::vector<std::uint8_t> m_kinds; // [points]
    std::vector<QColor> m_colours;     // of kinds
    std::vector<bool> m_chosen;        // [points]; empty: those of selected rows
    bool m_choosesPoints = false, m_isChoosing = false;
    std::vector<std::uint32_t> m_firstOf, m_byRow; // [list's rows + 1], places in the points by row
    struct Dot
    {
        std::int16_t x, y; // on the image
        std::uint8_t kind;
    };
    std::array<std::vector<Dot>, 4> m_layers; // as drawn last
    QImage m_image;
    bool m_isStale = true;
    QPointF m_centre;      // of the view, on the map
    double m_scale = 1;    // pixels a unit of the map
    QRectF m_bounds;       // of all points
    bool m_isWhole = true; // all points are in view, and stay so in another size
    Tool m_tool = Tool::Lasso;
    int m_hovered = -1, m_hoveredRow = -1; // point under the cursor; row of a tile elsewhere
    QPolygonF m_band;                      // of lasso or rectangle
    QPointF m_pressed, m_last;
    bool m_isPressed = false, m_isDragging = false, m_isPanning = false;
    int m_wheel = 0;
};

} // namespace mama
