#pragma once
#include "widgets/library/study_place.h"
#include "widgets/library/study_tile.h"

#include <QAbstractScrollArea>
#include <QBasicTimer>
#include <QCache>
#include <QPixmap>
#include <functional>
#include <memory>

namespace mama {

// Studies as tiles of their four views: right breast on the left, chest walls inward. Holds nothing of a study: it asks
// for the tiles that it draws, so that a list of any length scrolls at once.
class StudyGrid : public QAbstractScrollArea
{
    Q_OBJECT
public:
    static constexpr int leastZoom = 120, usualZoom = 200, mostZoom = 480;

    explicit StudyGrid(StudyPlace* place, QWidget* parent = nullptr);

    StudyPlace* place() const { return m_place; }
    // Called for every tile that is drawn, on the window's thread: it must not wait for anything.
    void setSource(std::function<StudyTile(int row)> source);
    void refresh();        // tiles have changed
    void refresh(int row); // one has
    // The least width of a tile in pixels; columns are as many as fit, and share the width.
    void setZoom(int width);
    int zoom() const { return m_zoom; }
    int columns() const;
    int shownLines() const;            // whole lines of tiles on screen
    QRect tileRect(int row) const;     // in the viewport
    int rowAt(const QPoint& at) const; // in the viewport; -1: none
    std::pair<int, int> shown() const; // first and last row on screen; last < first: none

Q_SIGNALS:
    void shownChanged(int first, int last); // after scrolling, another size or another list
    void opened(int row);                   // Enter, double click
    void zoomed(int width);                 // by the user
    void menuAsked(int row, const QPoint& global);

protected:
    bool event(QEvent* event) override;
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
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    class Painter;
    struct Layout
    {
        int columns = 1, lines = 0, width = 0, height = 0; // of a tile with its margin
    };
    void layOut();
    void keepPlace(int row, int y);
    void takeRows();
    void takeCurrent(int row);
    void showRow(int row);
    void tellShown();
    int lineStep(int lines) const;
    bool moveBy(QKeyEvent* event);
    bool zoomBy(int key);
    void zoomTo(int width);
    void drag(const QPoint& at);
    void updateTile(int row);
    void showTip(const QPoint& at, const QPoint& global);

    StudyPlace* m_place;
    std::function<StudyTile(int)> m_source;
    std::unique_ptr<Painter> m_painter;
    Layout m_layout;
    int m_zoom = usualZoom, m_current = -1;
    std::pair<int, int> m_shown{0, -1};
    QPoint m_pressed{-1, -1}, m_pointer; // pressed: in the whole list, not the viewport
    std::vector<bool> m_before;          // selected when the rubber band began
    QRect m_band;                        // in the whole list; null: none
    QBasicTimer m_scrolling;
};

} // namespace mama
