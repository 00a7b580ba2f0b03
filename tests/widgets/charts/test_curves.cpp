#include "widgets/charts/checkpoint_strip.h"
#include "widgets/charts/curve_plot.h"
#include "widgets/charts/curve_series.h"

#include <QLabel>
#include <QtTest>
#include <cmath>
#include <limits>

using namespace mama;

class TestCurves : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSpikeOfOnePointStaysVisible()
    {
        CurveSeries series;
        for (int i = 0; i < 100000; ++i)
            series.append({double(i), 0, 0, 0, i == 54321 ? 7.0 : i == 77777 ? -3.0 : std::sin(i)});
        const auto points = series.visible({CurveX::Step, 0, 99999, 500, false, false});
        QVERIFY(points.size() <= 3 * 502);
        double low = 0, high = 0, last = -1;
        for (const CurvePoint& point : points) {
            low = std::min(low, point.y);
            high = std::max(high, point.y);
            QVERIFY(point.x >= last);
            last = point.x;
        }
        QCOMPARE(high, 7.0);
        QCOMPARE(low, -3.0);
    }

    // Against the plain search, at sizes around the pyramid's blocks.
    void extremesAreThoseOfEveryStretch()
    {
        CurveSeries series;
        std::vector<double> plain;
        for (int i = 0; i < 4200; ++i) {
            plain.push_back(std::fmod(i * 2654435761.0, 1009.0));
            series.append({double(i), 0, 0, 0, plain.back()});
            if (i % 67 != 0 && i != 4199)
                continue;
            for (const auto& [low, high] : {std::pair{0, i}, {i / 3, i}, {i / 3, i / 2}, {i, i}}) {
                const auto [least, most] = std::minmax_element(plain.begin() + low, plain.begin() + high + 1);
                const auto extent = series.values(CurveX::Step, low, high, false);
                QVERIFY(!extent.empty);
                QCOMPARE(extent.low, *least);
                QCOMPARE(extent.high, *most);
            }
        }
    }

    void logAxesShowPositiveNumbersOnly()
    {
        CurveSeries series;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const double values[] = {0, 10, -1, nan, 0.5, 100};
        for (int i = 0; i < 6; ++i)
            series.append({double(i), 0, 0, 0, values[i]});
        int finite = 0;
        for (const CurvePoint& point : series.visible({CurveX::Step, 0, 5, 200, true, true})) {
            QVERIFY(point.x > 0);
            QVERIFY(std::isnan(point.y) || point.y > 0);
            finite += std::isfinite(point.y);
        }
        QCOMPARE(finite, 3);
        const auto extent = series.values(CurveX::Step, 0, 5, true);
        QCOMPARE(extent.low, 0.5);
        QCOMPARE(extent.high, 100.0);
    }

    void aGapBreaksTheLine()
    {
        CurveSeries series;
        series.append({0, 0, 0, 0, 1});
        series.addGap();
        series.addGap();
        series.append({5, 0, 0, 0, 2});
        QCOMPARE(series.size(), std::size_t(3));
        const auto points = series.visible({CurveX::Step, 0, 5, 100, false, false});
        QCOMPARE(points.size(), std::size_t(3));
        QVERIFY(std::isnan(points[1].y));
        QCOMPARE(series.nearest(CurveX::Step, 4), std::size_t(2));
        QCOMPARE(series.nearest(CurveX::Step, 1), std::size_t(0));
    }

    // Closed form: for a constant the average is that constant from the first value on.
    void smoothingHasNoBias()
    {
        CurveSmoother smoother(0.9);
        QVERIFY(std::abs(smoother.next(4) - 4) < 1e-12);
        QVERIFY(std::isnan(smoother.next(std::numeric_limits<double>::quiet_NaN())));
        QVERIFY(std::abs(smoother.next(4) - 4) < 1e-12);
        QVERIFY(std::abs(smoother.next(0) - 4 * (0.09 + 0.081) / 0.271) < 1e-12);
    }

    void coloursReadOnTheirGround()
    {
        const auto luminance = [](const QColor& colour) {
            const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
            return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
        };
        QPalette dark, light;
        dark.setColor(QPalette::Base, QColor(0x17, 0x19, 0x1b));
        light.setColor(QPalette::Base, Qt::white);
        for (int number = 0; number < 6; ++number) {
            QVERIFY((luminance(CurvePlot::colourOf(number, dark)) + 0.05) /
                        (luminance(dark.color(QPalette::Base)) + 0.05) >=
                    3);
            QVERIFY(1.05 / (luminance(CurvePlot::colourOf(number, light)) + 0.05) >= 3);
        }
    }

    void thePlotTakesWhatIsNotFinite()
    {
        CurvePlot plot;
        plot.resize(600, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.append(QStringLiteral("a"), {{0, 0, 0, 0, 0}, {1, 0, 0, 0, NAN}, {2, 0, 0, 0, INFINITY}, {3, 0, 0, 0, 2}});
        plot.setLogarithmic(true, true);
        plot.replotNow();
        plot.setAxis(CurveX::Relative);
        plot.setSmoothing(0);
        plot.replotNow();
        QCOMPARE(plot.points(QStringLiteral("a")), std::size_t(4));
        plot.remove(QStringLiteral("a"));
        plot.replotNow();
        QCOMPARE(plot.points(QStringLiteral("a")), std::size_t(0));
    }

    void theStripGoesFromCheckpointToCheckpoint()
    {
        CheckpointStrip strip;
        strip.resize(600, 110);
        strip.show();
        QVERIFY(QTest::qWaitForWindowExposed(&strip));
        QVERIFY(!strip.step());
        strip.setTicks({{100, true}, {200, true}, {400, true}}, 450);
        QCOMPARE(strip.step(), std::optional(400.0)); // the newest
        strip.setFocus();
        QTest::keyClick(&strip, Qt::Key_Left);
        QCOMPARE(strip.step(), std::optional(200.0));
        strip.setTicks({{100, true}, {150, true}, {200, false}, {400, true}}, 500); // at hand stays at hand
        QCOMPARE(strip.step(), std::optional(200.0));
        QTest::keyClick(&strip, Qt::Key_Home);
        QCOMPARE(strip.step(), std::optional(100.0));
        const QPoint from = strip.placeOf(140).toPoint(), to = strip.placeOf(380).toPoint();
        QTest::mousePress(&strip, Qt::LeftButton, {}, from);
        QCOMPARE(strip.step(), std::optional(150.0));
        QTest::mouseMove(&strip, to);
        QTest::mouseRelease(&strip, Qt::LeftButton, {}, to);
        QTRY_COMPARE(strip.step(), std::optional(400.0));
        strip.setTicks({{100, true}}, 500); // the one at hand vanished
        QCOMPARE(strip.step(), std::optional(100.0));
    }

    // A wider plot shows more of the points, without anything else being asked of it.
    void aResizeDrawsForTheNewWidth()
    {
        CurvePlot plot;
        plot.resize(200, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        std::vector<CurveSample> samples;
        for (int i = 0; i < 3000; ++i)
            samples.push_back({double(i), 0, 0, 0, std::sin(i * 1.7)});
        plot.append(QStringLiteral("a"), samples);
        plot.replotNow();
        plot.resize(1200, 300);
        const auto asDrawnAnew = [&] {
            const QImage now = plot.grab().toImage();
            plot.replotNow();
            return plot.grab().toImage() == now;
        };
        QVERIFY(asDrawnAnew());
    }

    // Without values: words instead of axes. One value: a dot of the run's colour where the axis begins.
    void wordsThenADot()
    {
        CurvePlot plot;
        plot.resize(600, 300);
        plot.setEmptyText(QStringLiteral("Nothing yet."));
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        const auto* words = plot.findChild<QLabel*>(QStringLiteral("noCurve"));
        QTRY_VERIFY(words->isVisible());
        plot.append(QStringLiteral("a"), {{1, 0.1, 8, 100, 2.5}});
        QTRY_VERIFY(!words->isVisible());
        const QRgb colour = plot.colour(QStringLiteral("a")).rgb();
        const auto dots = [&] {
            plot.replotNow();
            const QImage image = plot.grab().toImage();
            const int x = static_cast<int>(plot.xOf(1) * image.devicePixelRatio());
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                count += image.pixel(x + 1, y) == colour ? 1 : 0;
            return count;
        };
        QTRY_VERIFY(dots() >= 2 && dots() <= 6);
        plot.clear(QStringLiteral("a"));
        QTRY_VERIFY(words->isVisible());
    }

    void aRunKeepsItsColour()
    {
        CurvePlot plot;
        plot.append(QStringLiteral("second by name"), {{0, 0, 0, 0, 1}});
        plot.append(QStringLiteral("first by name"), {{0, 0, 0, 0, 1}});
        const QColor before = plot.colour(QStringLiteral("second by name"));
        QPalette colours = plot.palette();
        colours.setColor(QPalette::Highlight, Qt::red); // another palette, the same ground
        plot.setPalette(colours);
        QCOMPARE(plot.colour(QStringLiteral("second by name")), before);
        plot.remove(QStringLiteral("second by name"));
        plot.append(QStringLiteral("third"), {{0, 0, 0, 0, 1}});
        QCOMPARE(plot.colour(QStringLiteral("third")), before); // the one that is free
        QVERIFY(!plot.colour(QStringLiteral("second by name")).isValid());
    }

    void theCursorIsDragged()
    {
        CurvePlot plot;
        plot.resize(600, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        std::vector<CurveSample> samples;
        for (int i = 0; i <= 100; ++i)
            samples.push_back({double(i), i / 10.0, i * 4.0, 1e9 + i, 1.0 / (i + 1)});
        plot.append(QStringLiteral("a"), samples);
        plot.setCursor(QStringLiteral("a"), 50);
        plot.replotNow();
        QWidget* inner = plot.findChild<QWidget*>();
        std::vector<double> steps;
        connect(&plot, &CurvePlot::cursorDragged, this, [&](double step) { steps.push_back(step); });
        const auto drag = [&](int from, int to) {
            QTest::mousePress(inner, Qt::LeftButton, {}, QPoint(from, 100));
            QMouseEvent move(QEvent::MouseMove, QPointF(to, 100), inner->mapToGlobal(QPointF(to, 100)), Qt::NoButton,
                             Qt::LeftButton, {});
            QCoreApplication::sendEvent(inner, &move);
            QTest::mouseRelease(inner, Qt::LeftButton, {}, QPoint(to, 100));
        };
        const double at = plot.xOf(50);
        drag(static_cast<int>(at) + 60, static_cast<int>(at) + 90); // off the cursor: pans
        QVERIFY(steps.empty());
        plot.showAll();
        plot.replotNow();
        drag(static_cast<int>(at), static_cast<int>(std::lround(plot.xOf(80))));
        QVERIFY(!steps.empty() && std::abs(steps.back() - 80) < 1);
    }
};

QTEST_MAIN(TestCurves)
#include "test_curves.moc"
