// The grid in a real window: what is drawn where, keys, mouse, and that the place is kept.
#include "widgets/library/study_grid.h"
#include "widgets/library/tile_painter.h"

#include <QAccessible>
#include <QApplication>
#include <QPainter>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <set>

using namespace mama;

namespace {

// A picture that is bright at its chest wall and dark at its other edge.
TilePicture picture(bool right, const QString& name, int columns = 80)
{
    QImage image(columns, 100, QImage::Format_Grayscale8);
    for (int y = 0; y < 100; ++y)
        for (int x = 0; x < columns; ++x) {
            const int grey = (right ? x : columns - 1 - x) * 255 / columns;
            image.scanLine(y)[x] = uchar(grey);
        }
    return {TilePicture::State::Ready, image, name, {}, -1, {columns * 10, 1000}};
}

StudyTile tile(int row)
{
    StudyTile out{QStringLiteral("study %1").arg(row), {}};
    const char* names[] = {"R CC", "L CC", "R MLO", "L MLO"};
    for (int i = 0; i < 4; ++i)
        out.pictures[std::size_t(i)] = picture(i % 2 == 0, QString::fromLatin1(names[i]));
    return out;
}

class Window : public QWidget
{
public:
    StudyPlace place;
    StudyGrid grid{&place, this};
    Window(int rows, const QSize& size = {1044, 640})
    {
        place.setRows(std::vector<bool>(std::size_t(rows)), 0);
        grid.setSource(tile);
        const int bar = grid.verticalScrollBar()->sizeHint().width();
        resize(size.width() + bar, size.height());
        grid.resize(width(), height());
        show();
        QVERIFY2(QTest::qWaitForWindowExposed(this), "no window");
        grid.setFocus();
        activateWindow();
        QTRY_VERIFY(grid.hasFocus());
    }
    QImage grab() { return grid.viewport()->grab().toImage(); }
    QPoint middle(int row) const { return grid.tileRect(row).center(); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&grid, key, modifiers); }
    void click(int row, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, modifiers, middle(row));
    }
};

} // namespace

class TestStudyGrid : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void asManyTilesAsTheNotesSay()
    {
        // The page's list at 1280x800 (facets 220) and at 1600x1000 (facets 240, details 320), scroll bar off.
        Window small(1000, {1044, 640});
        QCOMPARE(small.grid.columns(), 5);
        QCOMPARE(small.grid.linesShown(), 3);
        Window large(1000, {1024, 840});
        QCOMPARE(large.grid.columns(), 5);
        QCOMPARE(large.grid.linesShown(), 4);
    }

    void viewsHangChestWallsInward()
    {
        Window window(7);
        const StudyTile first = tile(0);
        const QImage image = window.grab();
        for (int view = 0; view < 4; ++view) {
            const QRect cell = TilePainter::cell(window.grid.tileRect(0), first, view, window.grid.fontMetrics());
            const bool right = view % 2 == 0;
            const int inner = right ? cell.right() - 1 : cell.x() + 1, outer = right ? cell.x() + 1 : cell.right() - 1;
            QVERIFY2(qGray(image.pixel(inner, cell.center().y())) > 200, qPrintable(QString::number(view)));
            QVERIFY(qGray(image.pixel(outer, cell.center().y())) < 40);
        }
        const QRect rightCell = TilePainter::cell(window.grid.tileRect(0), first, 0, window.grid.fontMetrics()),
                    leftCell = TilePainter::cell(window.grid.tileRect(0), first, 1, window.grid.fontMetrics());
        QVERIFY(rightCell.right() < leftCell.x() && leftCell.x() - rightCell.right() <= 3); // back to back
    }

    // What lies beyond the chest wall is cut off, and said to lie where it would.
    void chestWallsAreAligned()
    {
        QImage target(200, 100, QImage::Format_RGB32);
        QPainter painter(&target);
        TilePainter tiles;
        TilePicture view = picture(true, QStringLiteral("R CC"), 100);
        view.wall = 0.8;
        const QRectF whole = tiles.paintView(painter, {0, 0, 90, 100}, view, true);
        QCOMPARE(whole, QRectF(10, 0, 100, 100));
        view = picture(false, QStringLiteral("L CC"), 100);
        view.wall = 0.25;
        QCOMPARE(tiles.paintView(painter, {100, 0, 90, 100}, view, false), QRectF(75, 0, 100, 100));
        view.state = TilePicture::State::Waiting;
        QVERIFY(tiles.paintView(painter, {0, 0, 90, 100}, view, true).isEmpty());
    }

    void noTileIsBlank()
    {
        Window window(5);
        const auto differs = [&](TilePicture::State state) {
            window.grid.setSource([state](int) {
                StudyTile out{QStringLiteral("a study"), {}};
                for (TilePicture& each : out.pictures)
                    each = {state, {}, QStringLiteral("R CC")};
                return out;
            });
            const QRect cell = TilePainter::cell(window.grid.tileRect(0), StudyTile{}, 0, window.grid.fontMetrics());
            const QImage image = window.grab().copy(cell);
            int words = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    words += qGray(image.pixel(x, y)) > 100;
            return words;
        };
        for (const auto state : {TilePicture::State::None, TilePicture::State::Waiting, TilePicture::State::Missing,
                                 TilePicture::State::Refused})
            QVERIFY2(differs(state) > 30, qPrintable(QString::number(int(state))));
    }

    void keysMoveSelectAndOpen()
    {
        Window window(23);
        StudyPlace& place = window.place;
        QSignalSpy opened(&window.grid, &StudyGrid::opened);
        window.key(Qt::Key_Right);
        window.key(Qt::Key_Down);
        QCOMPARE(place.current(), 6);
        window.key(Qt::Key_Up);
        window.key(Qt::Key_Up); // there is no line above: stays
        QCOMPARE(place.current(), 1);
        window.key(Qt::Key_Left);
        window.key(Qt::Key_Left);
        QCOMPARE(place.current(), 0);
        window.key(Qt::Key_End);
        QCOMPARE(place.current(), 22);
        window.key(Qt::Key_Down);
        QCOMPARE(place.current(), 22);
        window.key(Qt::Key_Home);
        window.key(Qt::Key_PageDown);
        QCOMPARE(place.current(), 15);
        window.key(Qt::Key_Right);
        window.key(Qt::Key_Right);
        window.key(Qt::Key_Right);
        window.key(Qt::Key_Down); // the last line is not full
        QCOMPARE(place.current(), 22);
        QCOMPARE(place.selected(), 0);
        window.key(Qt::Key_Space);
        QCOMPARE(place.selection(), std::vector<int>{22});
        window.key(Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(place.selection(), (std::vector<int>{21, 22}));
        window.key(Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(place.selected(), 7);
        window.key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(place.selected(), 23);
        window.key(Qt::Key_Escape);
        QCOMPARE(place.selected(), 0);
        window.key(Qt::Key_Return);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.at(0).at(0).toInt(), 16);
    }

    void mouseSelectsAndOpens()
    {
        Window window(23);
        QSignalSpy opened(&window.grid, &StudyGrid::opened);
        window.click(2);
        QCOMPARE(window.place.current(), 2);
        QCOMPARE(window.place.selected(), 0);
        window.click(6, Qt::ShiftModifier);
        QCOMPARE(window.place.selected(), 5);
        window.click(9, Qt::ControlModifier);
        window.click(3, Qt::ControlModifier);
        QCOMPARE(window.place.selection(), (std::vector<int>{2, 4, 5, 6, 9}));
        QTest::mouseDClick(window.grid.viewport(), Qt::LeftButton, {}, window.middle(7));
        QCOMPARE(opened.at(0).at(0).toInt(), 7);
        QCOMPARE(window.grid.rowAt(window.middle(11)), 11);
        QCOMPARE(window.grid.rowAt({-5, 10}), -1);
    }

    // A rubber band over two columns and two lines; with Control it adds; Escape takes it back.
    void rubberBand()
    {
        Window window(23);
        QWidget* view = window.grid.viewport();
        const auto band = [&](int from, int to, Qt::KeyboardModifiers modifiers) {
            QTest::mousePress(view, Qt::LeftButton, modifiers, window.middle(from));
            QMouseEvent move(QEvent::MouseMove, window.middle(to), view->mapToGlobal(window.middle(to)), Qt::NoButton,
                             Qt::LeftButton, modifiers);
            QApplication::sendEvent(view, &move);
        };
        band(1, 7, {});
        QCOMPARE(window.place.selection(), (std::vector<int>{1, 2, 6, 7}));
        QTest::mouseRelease(view, Qt::LeftButton, {}, window.middle(7));
        band(13, 14, Qt::ControlModifier);
        QCOMPARE(window.place.selection(), (std::vector<int>{1, 2, 6, 7, 13, 14}));
        window.key(Qt::Key_Escape);
        QCOMPARE(window.place.selection(), (std::vector<int>{1, 2, 6, 7, 13})); // the one pressed stays
    }

    void zoomKeepsTheStudyOnScreen()
    {
        Window window(125000);
        QSignalSpy zoomed(&window.grid, &StudyGrid::zoomed);
        window.place.setCurrent(60000);
        const int columns = window.grid.columns();
        for (int i = 0; i < 20; ++i) {
            window.key(Qt::Key_Plus);
            QVERIFY(window.grid.tileRect(60000).intersects(window.grid.viewport()->rect()));
        }
        QCOMPARE(window.grid.zoom(), StudyGrid::mostZoom);
        QVERIFY(window.grid.columns() < columns);
        for (int i = 0; i < 20; ++i) {
            QWheelEvent wheel({300, 300}, window.grid.viewport()->mapToGlobal(QPointF(300, 300)), {}, {0, -120},
                              Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(window.grid.viewport(), &wheel);
            QVERIFY(window.grid.tileRect(60000).intersects(window.grid.viewport()->rect()));
        }
        QCOMPARE(window.grid.zoom(), StudyGrid::leastZoom);
        QVERIFY(zoomed.count() > 10);
    }

    // Another list: the study stays at its height on screen, whatever its row is now.
    void theListChangesAndThePlaceStays()
    {
        Window window(125000);
        window.place.setCurrent(50003);
        const int y = window.grid.tileRect(50003).y();
        QSignalSpy shown(&window.grid, &StudyGrid::shownChanged);
        window.place.setRows(std::vector<bool>(90000), 31000);
        QCOMPARE(window.grid.tileRect(31000).y(), y);
        QCOMPARE(shown.count(), 1);
        window.place.setRows(std::vector<bool>(4), 2);
        QVERIFY(window.grid.viewport()->rect().contains(window.grid.tileRect(2)));
        QCOMPARE(window.grid.shown(), (std::pair{0, 3}));
        window.place.setRows({}, -1);
        QCOMPARE(window.grid.shown(), (std::pair{0, -1}));
        window.grab();
    }

    // Only what is on screen is asked for.
    void asksForNothingElse()
    {
        Window window(125000);
        std::set<int> asked;
        window.grid.setSource([&](int row) {
            asked.insert(row);
            return tile(row);
        });
        window.grid.verticalScrollBar()->setValue(window.grid.verticalScrollBar()->maximum() / 2);
        asked.clear();
        window.grab();
        const auto [first, last] = window.grid.shown();
        QCOMPARE(*asked.begin(), first);
        QCOMPARE(*asked.rbegin(), last);
        QVERIFY(asked.size() <= 20);
    }

    void anySizeAndAnyTile()
    {
        Window window(30);
        window.grid.setSource([](int row) {
            StudyTile out = tile(row);
            out.title = QString(300, QLatin1Char('W'));
            out.note = QString(300, QChar(0x4e2d));
            out.others = QString(300, QLatin1Char('o'));
            out.tags.assign(60, Qt::red);
            out.best = row % 5 - 1;
            out.pictures[0].picture = {};
            out.pictures[1].wall = 7;
            out.pictures[2].wall = 0;
            out.pictures[3].picture = QImage(1, 3000, QImage::Format_ARGB32);
            return out;
        });
        for (const QSize size : {QSize(1, 1), QSize(60, 30), QSize(200, 2000), QSize(3000, 40), QSize(1400, 900)}) {
            window.grid.resize(size);
            for (const int zoom : {0, 130, 480, 9999}) {
                window.grid.setZoom(zoom);
                window.place.setCurrent(29);
                window.place.setCurrent(0);
                window.grab();
                QCOMPARE(window.grid.zoom(), std::clamp(zoom, 120, 480));
            }
        }
        QCOMPARE(window.grid.rowAt({-1, -1}), -1);
    }

    // What other models say stands at the right of the note, in smaller type, and is read out with it.
    void otherModelsStandBesideTheNote()
    {
        Window window(3);
        QString others;
        window.grid.setSource([&others](int row) {
            StudyTile out = tile(row);
            out.note = QStringLiteral("0.3");
            out.others = others;
            return out;
        });
        const QRect place = window.grid.tileRect(0);
        const QImage alone = window.grab().copy(place).convertToFormat(QImage::Format_RGB32);
        others = QStringLiteral("second 0.281");
        window.grid.refresh();
        const QImage both = window.grab().copy(place).convertToFormat(QImage::Format_RGB32);
        QRect changed;
        for (int y = 0; y < alone.height(); ++y)
            for (int x = 0; x < alone.width(); ++x)
                if (alone.pixel(x, y) != both.pixel(x, y))
                    changed |= QRect(x, y, 1, 1);
        QVERIFY(changed.isValid() && changed.left() > place.width() / 4 && changed.right() > place.width() * 3 / 4);
        QVERIFY(changed.top() > place.height() / 2);
        QVERIFY(window.grid.describe(0).contains(QStringLiteral("0.3, second 0.281")));
    }

    void selectionCanBeSeenWithoutColour()
    {
        Window window(10);
        window.place.setCurrent(7);
        const QImage plain = window.grab().convertToFormat(QImage::Format_Grayscale8).copy(window.grid.tileRect(1));
        window.place.setCurrent(1);
        const QImage current = window.grab().convertToFormat(QImage::Format_Grayscale8).copy(window.grid.tileRect(1));
        window.place.toggle();
        const QImage selected = window.grab().convertToFormat(QImage::Format_Grayscale8).copy(window.grid.tileRect(1));
        const auto changed = [](const QImage& a, const QImage& b) {
            int count = 0;
            for (int y = 0; y < a.height(); ++y)
                for (int x = 0; x < a.width(); ++x)
                    count += std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y))) > 60;
            return count;
        };
        QVERIFY(changed(plain, current) > 500);   // a frame
        QVERIFY(changed(current, selected) > 15); // a tick, and the title moves
    }

    void saysWhatItStandsOn()
    {
        Window window(10);
        window.place.setCurrent(3);
        window.place.toggle();
        QAccessibleInterface* seen = QAccessible::queryAccessibleInterface(&window.grid);
        QVERIFY(seen);
        QCOMPARE(seen->role(), QAccessible::List);
        QCOMPARE(seen->text(QAccessible::Name), QStringLiteral("Studies"));
        QCOMPARE(seen->text(QAccessible::Value), QStringLiteral("study 3, 4 of 10, selected"));
    }
};

QTEST_MAIN(TestStudyGrid)
#include "test_study_grid.moc"
