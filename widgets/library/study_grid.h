#pragma once
#include "widgets/library/study_place.h"
#include "widgets/library/study_tile.h"

#include <QAbstractScrollArea>
#include <QBasicTimer>
#include <functional>
#include <memory>

namespace mama {

class TilePainter;

// Studies as tiles of their four views: right breast on the left, chest walls inward. Holds nothing of a study: it asks
// for the tiles that it draws, so that a list of any length scrolls at once.
class StudyGrid : public QAbstractScrollArea
{
    Q_OBJECT
public:
    static constexpr int leastZoom = 120, usualZoom = 200, mostZoom = 480;

    explicit StudyGrid(StudyPlace* place, QWidget* parent = nullptr);
    ~StudyGrid() override;

    StudyPlace* place() const { return m_place; }
    // Called for every tile that is drawn, on the window's thread: it must not wait for anything.
    void setSource(std::function<StudyTile(int row)> source);
    void refresh();        // tiles have changed
    void refresh(int row); // one has
    // The least width of a tile in pixels; columns are as many as fit, and share the width.
    void setZoom(int width);
    int zoom() const { return m_zoom; }
    int columns() const { return m_layout.columns; }
    int linesShown() const;            // whole lines of tiles on screen
    QRect tileRect(int row) const;     // in the viewport
    int rowAt(const QPoint& at) const; // in the viewport; -1: none
    std::pair<int, int> shown() const; // first and last row on screen; last < first: none
    void showRow(int row);             // scrolls as little as brings it on screen
    QString describe(int row) const;   // for who cannot see it
    void setHovered(int row);          // the study is under the cursor elsewhere; -1: none

Q_SIGNALS:
    void shownChanged(int first, int last); // after scrolling, another size or another list
    void opened(int row);                   // Enter, double click
    void relinkAsked();                     // a click on what stands in place of a missing file's picture
    void zoomed(int width);                 // by the user
    void hovered(int row);                  // under the cursor now; -1: none

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    struct Layout
    {
        int columns = 1, lines = 0, width = usualZoom, height = usualZoom; // of a tile with its margin
    };
    void layOut();
    void layOutAround(int row);
    void takeRows();
    void takeCurrent(int row);
    void tellShown();
    void updateTile(int row);
    void paintBand(QPainter& painter);
    bool isShown(int row) const;
    int steps(int key) const;
    bool act(QKeyEvent* event);
    void zoomTo(int width);
    void drag(const QPoint& at);
    void endDrag();
    void showTip(const QPoint& at, const QPoint& global);
    void hover(int row);
    bool isLink(const QPoint& at) const;

    StudyPlace* m_place;
    std::function<StudyTile(int)> m_source;
    std::unique_ptr<TilePainter> m_painter;
    Layout m_layout;
    int m_zoom = usualZoom, m_current = -1, m_wheel = 0, m_under = -1, m_hovered = -1; // under the cursor; elsewhere
    std::pair<int, int> m_shown{0, -1};
    QPoint m_pressed{-1, -1}; // in the whole list, not the viewport; -1: no button is held
    bool m_dragging = false, m_adding = false, m_placing = false; // placing: where it scrolls to is not settled yet
    QRect m_band;                                                 // in the whole list
    std::vector<bool> m_before;                                   // selected when the rubber band began
    QBasicTimer m_scrolling;
};

} // namespace mama
