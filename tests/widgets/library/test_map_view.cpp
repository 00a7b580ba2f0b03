// The map in a real window: which points are drawn where, and that what is chosen on it is what a plain look finds.
#include "widgets/library/map_colours.h"
#include "widgets/library/map_view.h"

#include <QApplication>
#include <QMouseEvent>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

using namespace mama;

namespace {

class Window : public QWidget
{
public:
    StudyPlace place;
    MapView map{&place, this};
    std::vector<float> places;
    std::vector<int> rows;
    explicit Window(std::size_t points, int studies = -1)
    {
        const int count = studies < 0 ? int(points) : studies;
        place.setRows(std::vector<bool>(std::size_t(count)), 0);
        QRandomGenerator random(1);
        for (std::size_t i = 0; i < points; ++i) {
            places.push_back(float(random.bounded(10.0)));
            places.push_back(float(random.bounded(6.0)));
            rows.push_back(int(i) % count);
        }
        map.setPoints(places);
        map.setRows(rows);
        map.setKinds(std::vector<std::uint8_t>(points, 1), {Qt::gray, Qt::red});
        resize(600, 400);
        map.resize(size());
        map.fit();
        show();
        QVERIFY2(QTest::qWaitForWindowExposed(this), "no window");
        map.setFocus();
        activateWindow();
        QTRY_VERIFY(map.hasFocus());
    }
    QImage grab() { return map.grab().toImage().convertToFormat(QImage::Format_RGB32); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&map, key, modifiers); }
    void drag(const QPolygon& way, Qt::KeyboardModifiers modifiers = {}, Qt::MouseButton button = Qt::LeftButton)
    {
        QTest::mousePress(&map, button, modifiers, way.front());
        for (const QPoint& at : way) {
            QMouseEvent move(QEvent::MouseMove, at, map.mapToGlobal(at), Qt::NoButton, button, modifiers);
            QApplication::sendEvent(&map, &move);
        }
        QTest::mouseRelease(&map, button, modifiers, way.back());
    }
    void pointAt(const QPoint& at)
    {
        QMouseEvent move(QEvent::MouseMove, at, map.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&map, &move);
    }
    // Rows of points within a polygon, further than a pixel from its edge, and those near it.
    std::pair<std::set<int>, std::set<int>> within(const QPolygonF& polygon) const
    {
        std::pair<std::set<int>, std::set<int>> out;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            int inside = 0;
            for (int dy = -2; dy <= 2; ++dy)
                for (int dx = -2; dx <= 2; ++dx)
                    inside += polygon.containsPoint(map.placeOf(i) + QPointF(dx, dy) / 2, Qt::WindingFill);
            if (inside == 25 && rows[i] >= 0)
                out.first.insert(rows[i]);
            else if (inside > 0)
                out.second.insert(rows[i]);
        }
        return out;
    }
    void sameAs(const QPolygonF& polygon)
    {
        const auto [surely, perhaps] = within(polygon);
        for (int row = 0; row < place.rows(); ++row)
            if (surely.contains(row) || !perhaps.contains(row))
                QCOMPARE(place.isSelected(row), surely.contains(row));
    }
};

} // namespace

class TestMapView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // In the middle of each dot its colour; what is not in the list is faint but there.
    void pointsAreDrawnWhereTheyAre()
    {
        Window window(60);
        window.places[0] = 1;
        std::vector<std::uint8_t> kinds(60, 1);
        kinds[7] = 2;
        window.map.setKinds(kinds, {Qt::gray, Qt::red, Qt::blue});
        window.rows[3] = -1;
        window.map.setRows(window.rows);
        window.place.setCurrent(20);
        const QImage image = window.grab();
        int red = 0;
        for (std::size_t i = 0; i < 60; ++i) {
            const QRgb is = image.pixel(window.map.placeOf(i).toPoint());
            red += is == qRgb(255, 0, 0);
        }
        QVERIFY2(red > 45, qPrintable(QString::number(red)));
        QCOMPARE(image.pixel(window.map.placeOf(7).toPoint()), qRgb(0, 0, 255));
        QVERIFY(image.pixel(window.map.placeOf(3).toPoint()) != window.palette().color(QPalette::Base).rgb());
        for (std::size_t i = 0; i < 60; ++i)
            QVERIFY(window.map.rect().contains(window.map.placeOf(i).toPoint()));
    }

    // A region's studies are those of a look at every point; Control adds, Shift takes out; Escape takes none.
    void lassoAndBoxSelect()
    {
        Window window(5000, 1700); // three images a study
        QRandomGenerator random(2);
        for (int attempt = 0; attempt < 20; ++attempt) {
            QPolygon way;
            for (int corner = 0; corner < 3 + attempt; ++corner)
                way << QPoint(int(random.bounded(600)), int(random.bounded(400)));
            if ((way[1] - way[0]).manhattanLength() < 30)
                continue;
            window.drag(way);
            window.sameAs(QPolygonF(way));
        }
        window.map.setTool(MapView::Tool::Rectangle);
        window.drag({{50, 50}, {300, 200}});
        window.sameAs(QRectF(50, 50, 250, 150));
        const std::vector<int> first = window.place.selection();
        window.drag({{350, 220}, {500, 380}}, Qt::ControlModifier);
        QVERIFY(window.place.selected() > int(first.size()));
        for (const int row : first)
            QVERIFY(window.place.isSelected(row));
        window.drag({{1, 1}, {598, 398}}, Qt::ShiftModifier);
        QVERIFY(window.place.selected() < 20);
        window.drag({{1, 1}, {598, 398}});
        QVERIFY(window.place.selected() > 1600);
        window.key(Qt::Key_Escape);
        QCOMPARE(window.place.selected(), 0);
        QCOMPARE(window.map.points(), std::size_t(5000)); // nothing went
    }

    void whatIsNotInTheListIsNeverChosen()
    {
        Window window(500);
        for (std::size_t i = 0; i < 500; i += 2)
            window.rows[i] = -1;
        window.map.setRows(window.rows);
        window.map.select(QRectF(-10, -10, 700, 500), {});
        QCOMPARE(window.place.selected(), 250);
        for (std::size_t i = 0; i < 500; i += 2)
            if (const int found = window.map.pointAt(window.map.placeOf(i)); found >= 0)
                QVERIFY(found % 2 == 1);
    }

    // The nearest by a plain look, at any zoom.
    void theNearestPointIsUnderTheCursor()
    {
        Window window(3000);
        QSignalSpy told(&window.map, &MapView::hovered);
        QRandomGenerator random(3);
        for (int attempt = 0; attempt < 100; ++attempt) {
            if (attempt % 10 == 9)
                window.map.zoomBy(1.5, {300, 200});
            const QPoint at(int(random.bounded(600)), int(random.bounded(400)));
            double nearest = INFINITY;
            int expected = -1;
            for (std::size_t i = 0; i < 3000; ++i)
                if (const QPointF way = window.map.placeOf(i) - at; QPointF::dotProduct(way, way) < nearest) {
                    nearest = QPointF::dotProduct(way, way);
                    expected = int(i);
                }
            const int is = window.map.pointAt(at);
            if (std::sqrt(nearest) < 8)
                QVERIFY(is >= 0 && std::abs(QLineF(window.map.placeOf(std::size_t(is)), at).length() -
                                            QLineF(window.map.placeOf(std::size_t(expected)), at).length()) < 0.01);
            if (std::sqrt(nearest) > 10)
                QCOMPARE(is, -1);
            window.pointAt(at);
            QCOMPARE(window.map.hoveredRow(), is < 0 ? -1 : window.rows[std::size_t(is)]);
        }
        QVERIFY(told.count() > 10);
    }

    // Zooming keeps what is under the cursor there; dragging moves it with the mouse; 0 shows all again.
    void zoomsAndMoves()
    {
        Window window(100);
        const QPointF before = window.map.placeOf(5);
        window.map.zoomBy(2.5, before);
        QVERIFY(QLineF(window.map.placeOf(5), before).length() < 0.01);
        const QPointF other = window.map.placeOf(9);
        window.drag({{300, 200}, {310, 190}, {320, 180}}, {}, Qt::MiddleButton);
        QVERIFY(window.map.placeOf(9) != other);
        QCOMPARE(window.place.selected(), 0);
        window.key(Qt::Key_0);
        for (std::size_t i = 0; i < 100; ++i)
            QVERIFY(window.map.rect().contains(window.map.placeOf(i).toPoint()));
        for (int i = 0; i < 200; ++i)
            window.map.zoomBy(i < 100 ? 1.5 : 0.5, {10, 10});
        QVERIFY(std::isfinite(window.map.placeOf(0).x()));
        window.grab();
    }

    // Every study can be reached by keys; Space selects, Enter opens, a click goes there.
    void keysAndClicks()
    {
        Window window(40);
        QSignalSpy opened(&window.map, &MapView::opened);
        std::set<int> seen{window.place.current()};
        QRandomGenerator random(4);
        for (int i = 0; i < 3000 && seen.size() < 40; ++i) {
            window.key(std::array{Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down}[random.bounded(4U)]);
            seen.insert(window.place.current());
        }
        QVERIFY2(seen.size() >= 38, qPrintable(QString::number(seen.size())));
        window.key(Qt::Key_Space);
        QCOMPARE(window.place.selection(), std::vector<int>{window.place.current()});
        window.key(Qt::Key_Return);
        QCOMPARE(opened.at(0).at(0).toInt(), window.place.current());
        const QPoint at = window.map.placeOf(11).toPoint();
        const int row = window.rows[std::size_t(window.map.pointAt(at))];
        QTest::mouseClick(&window.map, Qt::LeftButton, {}, at);
        QCOMPARE(window.place.current(), row);
        QCOMPARE(window.place.selected(), 0);
    }

    // No points, one, all in one place, or where no number is: nothing crashes, and all is in view.
    void oddMaps()
    {
        Window window(3);
        for (const std::vector<float>& places :
             {std::vector<float>{}, {1, 1}, {2, 2, 2, 2, 2, 2}, {1e30F, 0, -1e30F, 0}, {0, 0, 1e-30F, 0}}) {
            window.map.setPoints(places);
            window.map.setRows(std::vector<int>(places.size() / 2, 0));
            window.grab();
            window.map.select(QRectF(0, 0, 600, 400), {});
            QCOMPARE(window.place.isSelected(0), !places.empty());
            window.key(Qt::Key_Plus);
            window.key(Qt::Key_Right);
            window.pointAt({300, 200});
            window.place.selectNone();
        }
    }

    // At least 3:1 between a colour and the ground it stands on, in both themes.
    void coloursAreSeen()
    {
        const auto light = [](const QColor& colour) {
            const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
            return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
        };
        std::vector<float> scores;
        for (int i = 0; i < 100; ++i)
            scores.push_back(float(i) / 100);
        scores.push_back(NAN);
        for (const QColor& ground : {QColor(0x1e, 0x1e, 0x1e), QColor(Qt::white)}) {
            QPalette palette;
            palette.setColor(QPalette::Base, ground);
            palette.setColor(QPalette::Text, light(ground) < 0.5 ? Qt::white : Qt::black);
            const MapColours ramp = coloursOfScores(scores, palette);
            QCOMPARE(ramp.kinds.back(), std::uint8_t{0});
            QVERIFY(std::is_sorted(ramp.kinds.begin(), ramp.kinds.end() - 1) && ramp.kinds.front() == 1);
            for (std::size_t kind = 0; kind < ramp.colours.size(); ++kind) {
                const double a = light(ramp.colours[kind]) + 0.05, b = light(ground) + 0.05;
                QVERIFY2(std::max(a, b) / std::min(a, b) > (kind == 0 ? 2.2 : 1.9),
                         qPrintable(ramp.colours[kind].name()));
            }
        }
    }
};

QTEST_MAIN(TestMapView)
#include "test_map_view.moc"
