#include "widgets/charts/checkpoint_strip.h"
#include "widgets/charts/curve_plot.h"
#include "widgets/charts/curve_series.h"
#include "widgets/charts/run_look.h"
#include "widgets/charts/scatter_plot.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

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
        std::set<QRgb> onDark, onLight;
        for (int number = 0; number < 300; ++number) {
            onDark.insert(runColour(number, dark).rgb());
            onLight.insert(runColour(number, light).rgb());
            QVERIFY((luminance(runColour(number, dark)) + 0.05) / (luminance(dark.color(QPalette::Base)) + 0.05) >= 3);
            QVERIFY(1.05 / (luminance(runColour(number, light)) + 0.05) >= 3);
        }
        QCOMPARE(onDark.size(), std::size_t(300)); // none comes twice
        QCOMPARE(onLight.size(), std::size_t(300));
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

    void whatIsNotFiniteIsMarkedAndAGapIsNot()
    {
        CurveSeries series;
        for (int i = 0; i < 100; ++i)
            series.append({double(i), 0, 0, 0, i == 40 || i == 41 ? NAN : i == 70 ? INFINITY : 1.0});
        series.addGap();
        series.append({120, 0, 0, 0, 1});
        QCOMPARE(series.notFinite({CurveX::Step, 0, 120, 1000, false, false}), (std::vector<double>{40, 41, 70}));
        QCOMPARE(series.notFinite({CurveX::Step, 0, 120, 10, false, false}), (std::vector<double>{40, 70})); // a column
        QVERIFY(series.isGap(100) && !series.isGap(40));
        series.clear();
        QVERIFY(series.notFinite({CurveX::Step, 0, 120, 10, false, false}).empty());
    }

    // Sixteen runs side by side for eyes that lack a cone (Machado 2009, severity 1): CIELAB distances of the first ten
    // at least 12, of all at least 8.
    void colourBlindEyesTellRunsApart()
    {
        using Row = std::array<double, 3>;
        const std::array<std::array<Row, 3>, 3> eyes = {
            {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
             {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
             {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}}}};
        const auto seen = [](const QColor& colour, const std::array<Row, 3>& eye) {
            const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
            const Row rgb = {linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())};
            Row as{};
            for (std::size_t i = 0; i < 3; ++i)
                as[i] = std::clamp(eye[i][0] * rgb[0] + eye[i][1] * rgb[1] + eye[i][2] * rgb[2], 0.0, 1.0);
            const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
            const double x = f((0.4124 * as[0] + 0.3576 * as[1] + 0.1805 * as[2]) / 0.95047),
                         y = f(0.2126 * as[0] + 0.7152 * as[1] + 0.0722 * as[2]),
                         z = f((0.0193 * as[0] + 0.1192 * as[1] + 0.9505 * as[2]) / 1.08883);
            return Row{116 * y - 16, 500 * (x - y), 200 * (y - z)};
        };
        QPalette dark, light;
        dark.setColor(QPalette::Base, QColor(0x17, 0x19, 0x1b));
        light.setColor(QPalette::Base, Qt::white);
        for (const QPalette& ground : {dark, light})
            for (const auto& eye : eyes)
                for (int a = 0; a < distinctRunColours; ++a)
                    for (int b = 0; b < a; ++b) {
                        const Row one = seen(runColour(a, ground), eye), two = seen(runColour(b, ground), eye);
                        const double distance = std::hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2]);
                        QVERIFY2(distance >= (a < 10 ? 12 : 8),
                                 qPrintable(QStringLiteral("%1 %2 %3").arg(a).arg(b).arg(distance)));
                    }
    }

    void picturesAndTablesOfCurves()
    {
        const QTemporaryDir folder;
        CurvePlot plot;
        plot.resize(700, 400);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        const QString a = QStringLiteral("a"), b = QStringLiteral("b");
        plot.append(a, {{1, 0.5, 10, 100, 4}, {2, 1, 20, 101, NAN}, {3, 1.5, 30, 102, 0, true}, {3, 1.5, 30, 102, 2}});
        plot.append(b, {{1, 0.5, 10, 100, 1.25}, {2, 1, 20, 101, 1.25}});
        plot.setTitle(a, QStringLiteral("first \"run\", & <co>"));
        plot.setSmoothing(0.5);
        std::ostringstream table;
        plot.writeCsv(table, QStringLiteral("term \"x\""));
        // By hand: the average of 4 and 2 with strength 0.5 and without bias is (0.5 * 0.5 * 4 + 0.5 * 2) / 0.75.
        QCOMPARE(
            table.str(),
            std::string("run,step,epoch,samples,time,\"term \"\"x\"\"\",\"term \"\"x\"\" exponential average 0.50\"\n"
                        "\"first \"\"run\"\", & <co>\",1,0.5,10,100,4,4\n"
                        "\"first \"\"run\"\", & <co>\",2,1,20,101,nan,nan\n"
                        "\"first \"\"run\"\", & <co>\",3,1.5,30,102,2,2.6666666666666665\n"
                        "\"b\",1,0.5,10,100,1.25,1.25\n"
                        "\"b\",2,1,20,101,1.25,1.25\n"));
        plot.setSmoothing(0);
        std::ostringstream plain;
        plot.writeCsv(plain, QStringLiteral("loss"));
        QVERIFY(plain.str().starts_with("run,step,epoch,samples,time,\"loss\"\n"));
        QVERIFY(plain.str().ends_with("\"b\",2,1,20,101,1.25\n"));
        plot.setSmoothing(0.5);
        const QString png = folder.filePath(QStringLiteral("curves.png")),
                      svg = folder.filePath(QStringLiteral("curves.svg"));
        const QPalette bright = plot.palette();
        QPalette dark;
        dark.setColor(QPalette::Base, QColor(0x17, 0x19, 0x1b));
        dark.setColor(QPalette::Text, Qt::white);
        plot.setPalette(dark);
        plot.savePicture(png, QStringLiteral("loss"));
        const QImage onDark = plot.grab().toImage();
        QCOMPARE(onDark.pixelColor(1, 1), QColor(0x17, 0x19, 0x1b)); // the window's own stays
        plot.setPalette(bright);
        const QImage picture(png);
        QVERIFY(picture.width() >= 1200 && picture.height() >= 700);
        for (const QPoint corner : {QPoint(0, 0), QPoint(picture.width() - 1, picture.height() - 1)})
            QCOMPARE(picture.pixelColor(corner), QColor(Qt::white)); // for papers, whatever the theme
        int coloured = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                coloured += picture.pixelColor(x, y).rgb() == plot.colour(b).rgb();
        QVERIFY(coloured > 100);
        plot.showRange(1.25, 1.5); // what lies outside of the axes is not drawn over them
        plot.savePicture(svg, QStringLiteral("loss"));
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        QVERIFY(text.contains(QStringLiteral("exponential average 0.50")) && text.contains(QStringLiteral("&lt;co")));
        QXmlStreamReader reader(text);
        while (!reader.atEnd())
            reader.readNext();
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QVERIFY_THROWS_EXCEPTION(std::exception,
                                 plot.savePicture(QStringLiteral("/proc/none/x.png"), QStringLiteral("loss")));
        QCOMPARE(plot.size(), QSize(700, 400));
    }

    void marksOfTheSameWordsAreOne()
    {
        CurvePlot plot;
        plot.resize(700, 400);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        for (int run = 0; run < 9; ++run) {
            const QString name = QString::number(run);
            plot.append(name, {{0, 0, 0, 0, 1}, {100, 0, 0, 0, 2}});
            plot.setMarkers(name, {{50.0 + 0.1 * run, 0, 0, 0, QStringLiteral("local loss begins"), true}});
        }
        plot.append(QStringLiteral("other"), {{0, 0, 0, 0, 1}, {100, 0, 0, 0, 2}});
        plot.setMarkers(QStringLiteral("other"), {{50, 0, 0, 0, QStringLiteral("resumed"), true},
                                                  {90, 0, 0, 0, QStringLiteral("resumed"), true}});
        plot.replotNow();
        QCOMPARE(plot.labels(), (QStringList{QStringLiteral("local loss begins ×9"), QStringLiteral("resumed"),
                                             QStringLiteral("resumed")}));
    }

    void theScatterNamesAndPicksItsRuns()
    {
        ScatterPlot plot;
        plot.resize(700, 400);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSignalSpy picked(&plot, &ScatterPlot::picked), told(&plot, &ScatterPlot::readOut);
        plot.setPoints(QStringLiteral("max_lr"), QStringLiteral("loss"),
                       {{QStringLiteral("/a"), QStringLiteral("a"), {1e-5, {}}, 0.5},
                        {QStringLiteral("/b"), QStringLiteral("b"), {1e-2, {}}, 0.6, 3, true},
                        {QStringLiteral("/c"), QStringLiteral("c"), {1e-3, {}}, 0.7}});
        QVERIFY(plot.logarithmicX() && !plot.logarithmicY());
        QTest::qWait(50); // laid out
        QWidget* inner = plot.childAt(plot.placeOf(QStringLiteral("/c")).toPoint());
        QVERIFY(inner);
        const QPoint place = inner->mapFrom(&plot, plot.placeOf(QStringLiteral("/c")).toPoint());
        QTest::mouseMove(inner, place);
        QTRY_COMPARE(told.size(), 1);
        QCOMPARE(told.last().first().toString(), QStringLiteral("c: max_lr = 0.001, loss = 0.7"));
        QTest::mouseClick(inner, Qt::LeftButton, {}, place);
        QCOMPARE(picked.last().first().toString(), QStringLiteral("/c"));
        QTest::keyClick(&plot, Qt::Key_Right); // from left to right
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(picked.last().first().toString(), QStringLiteral("/b"));
        QTest::mouseMove(inner, QPoint(3, 3));
        QTRY_VERIFY(told.last().first().toString().isEmpty());
        plot.setPoints(QStringLiteral("start"), QStringLiteral("loss"),
                       {{QStringLiteral("/a"), QStringLiteral("a"), {0, QStringLiteral("demo")}, 0.001},
                        {QStringLiteral("/b"), QStringLiteral("b"), {7, {}}, 10},
                        {QStringLiteral("/c"), QStringLiteral("c"), {0, QStringLiteral("none")}, 1}});
        QVERIFY(!plot.logarithmicX() && plot.logarithmicY());
        plot.setPoints({}, {}, {});
        QVERIFY(plot.placeOf(QStringLiteral("/a")).x() < -1e5);
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

    // With the focus: a frame of the highlight's colour and nothing else changed inside it, wherever the hand stands.
    void theFocusIsAFrame()
    {
        CheckpointStrip strip;
        strip.resize(600, 110);
        strip.show();
        strip.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&strip));
        strip.setTicks({{100, true}, {200, false}, {400, true}}, 450);
        strip.setCurves({{Qt::red, true, {{100, 0.1}, {400, 0.3}}}});
        strip.setMark(250, QStringLiteral("local loss"));
        const QRgb highlight = strip.palette().color(QPalette::Highlight).rgb();
        for (const double step : {100.0, 200.0, 400.0}) {
            strip.goTo(step);
            strip.clearFocus();
            const QImage without = strip.grab().toImage().convertToFormat(QImage::Format_RGB32);
            strip.setFocus();
            QVERIFY(strip.hasFocus());
            const QImage with = strip.grab().toImage().convertToFormat(QImage::Format_RGB32);
            const QRect inside = with.rect().adjusted(3, 3, -3, -3);
            QVERIFY(with.copy(inside) == without.copy(inside)); // ticks, curve and hand stay to be seen
            QCOMPARE(with.pixel(with.width() / 2, 1), highlight);
            QCOMPARE(with.pixel(1, with.height() / 2), highlight);
        }
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
        QTRY_VERIFY(dots() >= 2 && dots() <= 12); // its sign lies over it
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
