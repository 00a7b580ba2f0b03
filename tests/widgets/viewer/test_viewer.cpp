#include "core/study/study.h"
#include "tests/support/test_data.h"
#include "tests/widgets/viewer/view_fixture.h"
#include "widgets/viewer/annotations.h"
#include "widgets/viewer/label_places.h"
#include "widgets/viewer/legend.h"

#include <QApplication>
#include <QHelpEvent>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <cmath>

// The view in a real window: the displayed frame against closed forms and core/image's displayImage.
using namespace mama;
using namespace mama::viewer;
using namespace mama::test;

class TestViewer : public QObject
{
    Q_OBJECT

    // At one pixel on one pixel, every visible pixel is what core/image computes, within one step of 255.
    static void compareWithDisplayImage(SyntheticImage description, int choice, bool expectMirror = false)
    {
        auto view = show({700, 500});
        StoredImage stored;
        auto image = makeImage(description, &stored);
        view->setImage(paneOf(description.slot), image);
        view->setZoomMode(ZoomMode::Pixels);
        view->setVoiChoice(paneOf(description.slot), choice);
        const auto expected = displayImage(stored, description.pipeline, static_cast<std::size_t>(choice));
        const QImage frame = grab(*view);
        QCOMPARE(view->transform(paneOf(description.slot))->scaleX < 0, expectMirror);
        int compared = 0, worst = 0;
        for (int r = 0; r < description.rows; ++r)
            for (int c = 0; c < description.columns; ++c) {
                const QPoint p = screenOf(*view, description.slot, c, r);
                if (p.x() < 2 || p.y() < 2 || p.x() >= 348 || p.y() >= (500 - legendHeight(700)) / 2 - 2)
                    continue; // the active view's border, other cells
                worst = std::max(worst, std::abs(grey(frame, p.x(), p.y()) - expected.at(r, c)));
                ++compared;
            }
        QVERIFY(compared > 20000);
        QVERIFY2(worst <= 1, qPrintable(QStringLiteral("differs by %1 of 255").arg(worst)));
    }

    static SyntheticImage ramp(Slot slot)
    {
        SyntheticImage image;
        image.rows = 220;
        image.columns = 261;
        image.slot = slot;
        image.value = [](int c, int r) { return (c * 17 + r * 5) % 4096; };
        return image;
    }

    static double lengthOf(const Shape& shape, const PaneView& view)
    {
        return measure(shape, view.image(paneOf(Slot::RCC))->facts().spacing.mm)->value;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(QGuiApplication::platformName() != QLatin1String("offscreen"),
                 "needs a real window: run under Xvfb with QT_QPA_PLATFORM=xcb");
    }

    void windowsEqualDisplayImage_data()
    {
        QTest::addColumn<int>("function");
        QTest::addColumn<double>("centre");
        QTest::addColumn<double>("width");
        QTest::addColumn<bool>("inverted");
        const char* names[]{"linear", "exact", "sigmoid"};
        for (int f = 0; f < 3; ++f)
            for (const bool inverted : {false, true}) {
                const auto tag = [&](const char* what) {
                    return QByteArray(names[f]) + ' ' + what + (inverted ? " monochrome1" : "");
                };
                QTest::newRow(tag("wide")) << f << 2048.0 << 4096.0 << inverted;
                QTest::newRow(tag("narrow")) << f << 1000.5 << 37.0 << inverted;
                QTest::newRow(tag("width 1")) << f << 2000.0 << 1.0 << inverted;
            }
    }

    void windowsEqualDisplayImage()
    {
        QFETCH(int, function);
        QFETCH(double, centre);
        QFETCH(double, width);
        QFETCH(bool, inverted);
        SyntheticImage image = ramp(Slot::RCC);
        image.pipeline.voi.push_back({Window{centre, width, static_cast<WindowFunction>(function), "W"}, {}});
        image.pipeline.inverted = inverted;
        compareWithDisplayImage(image, 0);
    }

    void tableEqualsDisplayImage()
    {
        LookupTable table;
        table.firstMapped = 100;
        table.bits = 12;
        for (int i = 0; i < 3000; ++i)
            table.entries.push_back(static_cast<std::uint16_t>(i * i / 2250));
        SyntheticImage image = ramp(Slot::RCC);
        image.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
        image.pipeline.voi.push_back({{}, table});
        for (const bool inverted : {false, true}) {
            image.pipeline.inverted = inverted;
            compareWithDisplayImage(image, 1);
        }
    }

    void modalitySignAndPadding()
    {
        SyntheticImage image = ramp(Slot::RCC);
        image.type = SampleType::S16;
        image.value = [](int c, int r) { return c < 30 ? -2000 : (c * 13 + r * 7) % 3000 - 1000; };
        image.pipeline.padding = {-2000, -1990};
        image.pipeline.slope = 1.5;
        image.pipeline.intercept = -24;
        image.pipeline.voi.push_back({Window{300, 2500, WindowFunction::LinearExact, "W"}, {}});
        compareWithDisplayImage(image, 0);
        image.pipeline.inverted = true; // padding stays black
        compareWithDisplayImage(image, 0);
        image.pipeline.voi.clear(); // automatic window
        compareWithDisplayImage(image, 0);
    }

    void wideValuesAndModalityTable()
    {
        SyntheticImage image = ramp(Slot::RCC);
        image.type = SampleType::S32;
        image.value = [](int c, int r) { return (c - 100) * 3000 + r * 11; };
        image.pipeline.voi.push_back({Window{50000, 400000, WindowFunction::Linear, "W"}, {}});
        compareWithDisplayImage(image, 0);

        image = ramp(Slot::RCC);
        LookupTable table;
        for (int i = 0; i < 4096; ++i)
            table.entries.push_back(static_cast<std::uint16_t>(65535 - 16 * i));
        image.pipeline.modalityTable = table;
        image.pipeline.padding = {0, 5};
        image.pipeline.voi.push_back({Window{32768, 65536, WindowFunction::Linear, "W"}, {}});
        compareWithDisplayImage(image, 0);
    }

    void mirroredDisplayEqualsDisplayImage()
    {
        SyntheticImage image = ramp(Slot::RCC);
        image.mirror = true;
        image.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
        compareWithDisplayImage(image, 0, true);
    }

    void invertKeepsAirAndPaddingBlack()
    {
        SyntheticImage image = breastLike(Slot::RCC, 800, 600, 0.1);
        image.pipeline.padding = {7, 7};
        const auto inner = image.value;
        image.value = [inner](int c, int r) { return r < 40 ? 7 : inner(c, r); };
        auto view = show({1200, 1000});
        view->setImage(paneOf(Slot::RCC), makeImage(image));
        view->perform(ViewCommand::Invert);
        const QImage frame = grab(*view);
        const auto at = [&](int c, int r) {
            const QPoint p = screenOf(*view, Slot::RCC, c, r);
            return grey(frame, p.x(), p.y());
        };
        QCOMPARE(at(20, 400), 0); // air
        QCOMPARE(at(590, 10), 0); // padding
        const int shown = at(560, 400);
        const double value = inner(560, 400), share = (value - (1200 - 0.5 - 1199.5)) / 2399;
        QVERIFY2(std::abs(shown - 255 * (1 - share)) < 24,
                 qPrintable(QString::number(shown))); // neighbours are averaged
        QVERIFY(shown > 20);
    }

    void minificationIsTheMean()
    {
        SyntheticImage image;
        image.rows = image.columns = 2048;
        image.slot = Slot::LCC;
        image.value = [](int c, int r) { return (c + r) % 2 ? 4000 : 0; }; // the finest pattern there is
        image.pipeline.voi.push_back({Window{2000, 4000, WindowFunction::LinearExact, "W"}, {}});
        auto view = show({900, 700});
        view->setImage(paneOf(Slot::LCC), makeImage(image));
        const QImage frame = grab(*view);
        for (const double at : {0.1, 0.37, 0.5, 0.81}) {
            const QPoint p = screenOf(*view, Slot::LCC, static_cast<int>(at * 2048), static_cast<int>((1 - at) * 2048));
            QVERIFY2(std::abs(grey(frame, p.x(), p.y()) - 128) <= 2,
                     qPrintable(QString::number(grey(frame, p.x(), p.y()))));
        }
    }

    void samePhysicalSizeAndChestWallsMeet()
    {
        auto view = show({1200, 900});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 2000, 1500, 0.07)));
        view->setImage(paneOf(Slot::LCC), makeImage(breastLike(Slot::LCC, 1600, 1200, 0.1, true)));
        view->setImage(paneOf(Slot::LMLO), makeImage(breastLike(Slot::LMLO, 1600, 1200, 0.1)));
        for (int round = 0; round < 3; ++round) {
            const auto right = *view->transform(paneOf(Slot::RCC)), left = *view->transform(paneOf(Slot::LCC)),
                       lower = *view->transform(paneOf(Slot::LMLO));
            QVERIFY(std::abs(std::abs(10 / 0.07 * right.scaleX) - std::abs(10 / 0.1 * left.scaleX)) < 1e-9);
            QVERIFY(std::abs(std::abs(10 / 0.07 * right.scaleY) - std::abs(10 / 0.1 * lower.scaleY)) < 1e-9);
            if (round != 1) { // chest walls on the shared line; a panned view only keeps the same depth
                QCOMPARE(right.toScreen({1500, 0}).x, 600.0);
                QCOMPARE(left.toScreen({1200, 0}).x, 600.0); // stored mirrored: its wall is the last column
                QVERIFY(left.scaleX < 0);
                const QImage frame = grab(*view);
                QVERIFY(grey(frame, 599, 225) > 20);
                QVERIFY(grey(frame, 600, 225) > 20);
            }
            if (round == 0)
                view->setPose(paneOf(Slot::RCC), {5.3, 12, -7});
            else
                view->perform(ViewCommand::Reset);
        }
    }

    // Of one view; of views beside each other the height, while the chest walls stay where they meet.
    void zoomKeepsThePlaceUnderThePointer()
    {
        auto view = show({1000, 800});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        view->setImage(paneOf(Slot::LCC), makeImage(breastLike(Slot::LCC, 1000, 800, 0.1)));
        const Point at{350, 180};
        for (const bool alone : {false, true}) {
            if (alone)
                view->setViewLayout(ViewLayout::Single);
            const Point before = view->transform(paneOf(Slot::RCC))->toStored(at);
            turnWheel(*view, {at.x, at.y}, 360);
            const Point after = view->transform(paneOf(Slot::RCC))->toStored(at);
            const double pixel = std::abs(1 / view->transform(paneOf(Slot::RCC))->scaleX);
            QVERIFY(std::abs(before.y - after.y) <= 0.51 * pixel); // anchors are whole pixels
            QVERIFY(!alone || std::abs(before.x - after.x) <= 0.51 * pixel);
            QCOMPARE(view->zoomMode(), ZoomMode::Free);
            if (alone)
                continue;
            QCOMPARE(view->pose(paneOf(Slot::LCC)).pixelsPerMm, view->pose(paneOf(Slot::RCC)).pixelsPerMm);
            QCOMPARE(view->transform(paneOf(Slot::RCC))->toScreen({800, 0}).x, 500.0);
            QCOMPARE(view->transform(paneOf(Slot::LCC))->toScreen({0, 0}).x, 500.0);
        }
    }

    void dragWindows()
    {
        auto view = show({1000, 800});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        QSignalSpy changed(view.get(), &PaneView::windowChanged);
        const Window before = view->shade(paneOf(Slot::RCC)).window;
        QTest::mousePress(view.get(), Qt::RightButton, {}, {300, 200});
        QTest::mouseMove(view.get(), {310, 200});
        QMouseEvent move(QEvent::MouseMove, QPointF(350, 180), view->mapToGlobal(QPointF(350, 180)), Qt::NoButton,
                         Qt::RightButton, {});
        QCoreApplication::sendEvent(view.get(), &move);
        QTest::mouseRelease(view.get(), Qt::RightButton, {}, {350, 180});
        QVERIFY(changed.count() > 0);
        QVERIFY(view->shade(paneOf(Slot::RCC)).window.width > before.width);
        QVERIFY(view->shade(paneOf(Slot::RCC)).window.function == before.function);
        view->perform(ViewCommand::Reset);
        QCOMPARE(view->shade(paneOf(Slot::RCC)).window.width, before.width);
        view->perform(ViewCommand::Invert);
        QVERIFY(view->aids().inverted);
        QTest::mouseDClick(view.get(), Qt::LeftButton, {}, {300, 200});
        QCOMPARE(view->viewLayout(), ViewLayout::Single);
        view->perform(ViewCommand::Maximise);
        QCOMPARE(view->viewLayout(), ViewLayout::Grid);
    }

    void overlayDotLiesWhereThePatchLies_data()
    {
        QTest::addColumn<int>("slot");
        QTest::addColumn<bool>("mirror");
        QTest::addColumn<bool>("flip");
        QTest::addColumn<double>("zoom");
        for (int s = 0; s < 4; ++s)
            for (const bool mirror : {false, true})
                for (const bool flip : {false, true})
                    for (const double zoom : {1.0, 1.7})
                        QTest::addRow("slot %d %s %s zoom %.1f", s, mirror ? "mirrored" : "", flip ? "flipped" : "",
                                      zoom)
                            << s << mirror << flip << zoom;
    }

    void overlayDotLiesWhereThePatchLies()
    {
        QFETCH(int, slot);
        QFETCH(bool, mirror);
        QFETCH(bool, flip);
        QFETCH(double, zoom);
        const Slot s = static_cast<Slot>(slot);
        SyntheticImage black;
        black.rows = 901;
        black.columns = 703;
        black.slot = s;
        black.mirror = mirror;
        black.flip = flip;
        black.value = [](int, int) { return 0; };
        black.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
        auto image = makeImage(black);
        auto view = show({1100, 1000});
        view->setImage(paneOf(s), image);
        OverlayStyle style;
        style.opacity = 1;
        style.threshold = 0.9;
        style.cells = true;
        view->setOverlayStyle(style);
        const int row = 20, column = 15;
        const MapOverlay map = makeMap(*image, {100, 57, 611, 823}, 518,
                                       [&](int r, int c) { return r == row && c == column ? 1.0F : 0.0F; });
        view->setOverlay(paneOf(s), std::make_shared<MapOverlay>(map));
        ViewPose pose = view->pose(paneOf(s));
        pose.pixelsPerMm *= zoom;
        view->setPose(paneOf(s), pose);
        const QImage frame = grab(*view);
        const HungCell* cell = nullptr;
        const auto hung = laidOut(fourUp(ViewLayout::Grid, test::fourViews()), {0, 0, 1100, 1000 - legendHeight(1100)});
        for (const auto& h : hung)
            cell = h.pane == paneOf(s) ? &h : cell;
        double sumX = 0, sumY = 0;
        int count = 0;
        for (int y = cell->area.y + 2; y < cell->area.y + cell->area.height - 2; ++y)
            for (int x = cell->area.x + 2; x < cell->area.x + cell->area.width - 2; ++x) {
                const QRgb p = frame.pixel(x, y);
                if (qRed(p) > qBlue(p) + 60) { // the scale's upper end is yellow
                    sumX += x + 0.5;
                    sumY += y + 0.5;
                    ++count;
                }
            }
        QVERIFY(count > 4);
        // Closed form: the patch's middle in stored pixels, to the screen.
        const Point stored{100 + (column + 0.5) * 14 * 512.0 / 518, 57 + (row + 0.5) * 14 * 767.0 / 518};
        const Point expected = view->transform(paneOf(s))->toScreen(stored);
        QVERIFY2(std::abs(sumX / count - expected.x) < 1 && std::abs(sumY / count - expected.y) < 1,
                 qPrintable(QStringLiteral("%1,%2 instead of %3,%4")
                                .arg(sumX / count)
                                .arg(sumY / count)
                                .arg(expected.x)
                                .arg(expected.y)));
        const CursorInfo info = view->infoAt({sumX / count, sumY / count});
        QVERIFY(info.similarity && *info.similarity == 1.0F);
        QVERIFY(std::abs(info.column + 0.5 - stored.x) < 14 && std::abs(info.row + 0.5 - stored.y) < 21);
    }

    void unseenIsHatchedAndAirIsBare()
    {
        auto view = show({1000, 1000});
        SyntheticImage description = breastLike(Slot::LCC, 1000, 1000, 0.1);
        auto image = makeImage(description);
        view->setImage(paneOf(Slot::LCC), image);
        view->setOverlay(paneOf(Slot::LCC),
                         std::make_shared<MapOverlay>(makeMap(*image, {0, 100, 799, 899}, 518, [](int r, int) {
                             return r == 18 ? std::nanf("") : 0.5F;
                         })));
        const QImage bare = [&] {
            OverlayStyle off;
            off.visible = false;
            view->setOverlayStyle(off);
            return grab(*view);
        }();
        view->setOverlayStyle({});
        const QImage frame = grab(*view);
        const auto changed = [&](int c0, int r0, int c1, int r1) {
            int n = 0, all = 0;
            for (int r = r0; r < r1; r += 2)
                for (int c = c0; c < c1; c += 2, ++all) {
                    const QPoint p = screenOf(*view, Slot::LCC, c, r);
                    n += frame.pixel(p) != bare.pixel(p);
                }
            return static_cast<double>(n) / all;
        };
        const double outside = changed(850, 200, 990, 800), insideBreast = changed(100, 300, 500, 420),
                     air = changed(700, 120, 790, 200);
        QVERIFY2(outside < 0.01, qPrintable(QString::number(outside))); // air is bare beside the crop too
        QVERIFY2(changed(801, 300, 803, 700) > 0.3,
                 qPrintable(QString::number(changed(801, 300, 803, 700)))); // its line
        const double unseen = changed(100, 100 + 18 * 14 * 800 / 518 + 2, 500, 100 + 19 * 14 * 800 / 518 - 2);
        QVERIFY2(unseen > 0.03 && unseen < 0.5, qPrintable(QString::number(unseen))); // lines, not a fill
        QVERIFY2(insideBreast > 0.98, qPrintable(QString::number(insideBreast)));
        QVERIFY2(air < 0.01, qPrintable(QString::number(air)));
        const QPoint p = screenOf(*view, Slot::LCC, 300, 100 + static_cast<int>(18.5 * 14 * 800 / 518));
        QVERIFY(!view->infoAt(p).seen);
        QVERIFY(!view->infoAt(p).similarity);
    }

    // Outlines alone: lines where the map passes the middle and the upper end of its scale, and nothing between them.
    void outlinesLeaveTissueBare()
    {
        auto view = show({1000, 1000});
        auto image = makeImage(breastLike(Slot::LCC, 1000, 1000, 0.1));
        view->setImage(paneOf(Slot::LCC), image);
        const auto columns = 37.0;
        view->setOverlay(paneOf(Slot::LCC),
                         std::make_shared<MapOverlay>(makeMap(*image, {0, 0, 999, 999}, 518, [&](int, int c) {
                             return static_cast<float>((c + 0.5) / columns); // the share of the width, exactly
                         })));
        OverlayStyle style;
        style.visible = false;
        style.low = 0;
        style.high = 0.5;
        view->setOverlayStyle(style);
        const QImage bare = grab(*view);
        style.visible = true;
        QCOMPARE(outlineLevels(style), (std::vector{0.25, 0.5}));
        view->perform(ViewCommand::ToggleOutline); // of the style that is set
        style.outline = true;
        view->setOverlayStyle(style);
        const QImage frame = grab(*view);
        const auto changedAt = [&](double share) {
            const QPoint p = screenOf(*view, Slot::LCC, static_cast<int>(share * 1000), 500);
            int changed = 0;
            for (int dx = -2; dx <= 2; ++dx)
                changed += frame.pixel(p + QPoint(dx, 0)) != bare.pixel(p + QPoint(dx, 0)) ? 1 : 0;
            return changed;
        };
        QVERIFY(changedAt(0.25) >= 2 && changedAt(0.5) >= 2);
        for (const double between : {0.05, 0.15, 0.35, 0.45, 0.57})
            QCOMPARE(changedAt(between), 0);
        style.threshold = 0.4; // a line of its own, and none below
        QCOMPARE(outlineLevels(style), (std::vector{0.4, 0.5}));
        view->setOverlayStyle(style);
        const QImage above = grab(*view);
        const QPoint low = screenOf(*view, Slot::LCC, 250, 500), at = screenOf(*view, Slot::LCC, 400, 500);
        QCOMPARE(above.pixel(low), bare.pixel(low));
        QVERIFY(above.pixel(at) != bare.pixel(at));
        style.cells = true; // along the edges of the raw cells
        style.threshold = -2;
        view->setOverlayStyle(style);
        const QImage raw = grab(*view);
        const auto edge = screenOf(*view, Slot::LCC, static_cast<int>(9 * 1000 / columns), 500); // 9.5 / 37 > 0.25
        int lit = 0;
        for (int dx = -2; dx <= 2; ++dx)
            lit += raw.pixel(edge + QPoint(dx, 0)) != bare.pixel(edge + QPoint(dx, 0)) ? 1 : 0;
        QVERIFY(lit >= 1);
    }

    // With the raw grid the value of the cell under the pointer stands beside it; what rounds to zero has no sign.
    void rawGridShowsValuesAtThePointer()
    {
        auto view = show({1000, 1000});
        auto image = makeImage(breastLike(Slot::LCC, 1000, 1000, 0.1));
        view->setImage(paneOf(Slot::LCC), image);
        MapOverlay map =
            makeMap(*image, {0, 0, 999, 999}, 518, [](int r, int c) { return r == 18 && c == 9 ? -0.0004F : 0.3F; });
        map.difference = true;
        view->setOverlay(paneOf(Slot::LCC), std::make_shared<MapOverlay>(map));
        const QPoint at =
            screenOf(*view, Slot::LCC, static_cast<int>(9.5 * 1000 / 37), static_cast<int>(18.5 * 1000 / 37));
        const CursorInfo info = view->infoAt(at);
        QVERIFY(info.cell && info.cell->first == 18 && info.cell->second == 9);
        const QString said = toText(info);
        QVERIFY2(said.contains(QStringLiteral("difference of patch similarities 0.000, cell row 18 column 9")),
                 qPrintable(said));
        view->perform(ViewCommand::ToggleCells);
        const QImage before = grab(*view);
        QMouseEvent move(QEvent::MouseMove, QPointF(at), view->mapToGlobal(QPointF(at)), Qt::NoButton, Qt::NoButton,
                         {});
        QCoreApplication::sendEvent(view.get(), &move);
        const QImage after = grab(*view);
        int changed = 0;
        for (int y = at.y() - 40; y < at.y(); ++y)
            for (int x = at.x() + 10; x < at.x() + 120; ++x)
                changed += after.pixel(x, y) != before.pixel(x, y) ? 1 : 0;
        QVERIFY2(changed > 200, qPrintable(QString::number(changed)));
        view->perform(ViewCommand::ToggleCells);
        QCOMPARE(view->isOn(ViewCommand::ToggleCells), std::optional(false));
    }

    // The legend's words are whole at every width: with more room below nothing more appears. It keeps clear of panels.
    void theLegendIsNeverCut()
    {
        LegendFacts facts;
        facts.maps = true;
        facts.sentence =
            QStringLiteral("“There is an irregular spiculated mass in the upper outer quadrant of the breast.”");
        facts.range =
            QStringLiteral("scale: 50th to 99th percentile in 500 synthetic studies (seeds 2000000 to 2000499)");
        facts.provenance =
            QStringLiteral("patch similarity (cosine) · demo 6049d8e0 · mama v1 · trained on: synthetic "
                           "phantoms with lesion masks (not patients); image tower warmed up on masks · ")
                .repeated(2) +
            QStringLiteral("x").repeated(150);
        const auto ink = [](const QImage& image) {
            int count = 0;
            for (int y = 2; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += qGreen(image.pixel(x, y)) > 60 ? 1 : 0;
            return count;
        };
        for (const double width : {1552.0, 1232.0, 852.0, 600.0, 420.0}) {
            const int height = legendHeight(facts, width, 450);
            QVERIFY(height >= legendHeight(width) && height <= 450);
            const QImage painted = paintLegend(facts, static_cast<int>(width), height, 1);
            QCOMPARE(ink(painted), ink(paintLegend(facts, static_cast<int>(width), height + 60, 1)));
        }
        QVERIFY(legendHeight(facts, 420, 200) <= 200); // smaller letters first
        auto view = show({1200, 800});
        view->setImage(paneOf(Slot::LCC), makeImage(breastLike(Slot::LCC, 1000, 1000, 0.1)));
        OverlayLegend legend;
        legend.sentence = facts.sentence.toStdString();
        legend.model = facts.provenance.toStdString();
        view->setLegend(legend);
        const QImage free = grab(*view);
        view->setCovered(0, 400);
        const QImage covered = grab(*view);
        int left = 0, right = 0, before = 0;
        for (int y = 740; y < 798; ++y)
            for (int x = 0; x < 1200; ++x) {
                (x < 800 ? left : right) += qGreen(covered.pixel(x, y)) > 60 ? 1 : 0;
                before += x >= 800 && qGreen(free.pixel(x, y)) > 60 ? 1 : 0;
            }
        QVERIFY(before > 100 && left > 100 && right == 0);
        QCOMPARE(view->hung().size(), std::size_t{4});
        QCOMPARE(view->hung()[1].area.x, 600); // four views stay where they are
        view->setActivePane(paneOf(Slot::LCC));
        view->perform(ViewCommand::Maximise); // one alone is not hidden by a panel
        grab(*view);
        QVERIFY(view->hung()[0].area.x == 0 && view->hung()[0].area.width == 800);
        view->setCovered(0, 0);
        grab(*view);
        QCOMPARE(view->hung()[0].area.width, 1200);
    }

    // Drawn by the graphics card into the window or off screen and copied there: the same picture, and the mouse and
    // the news of a frame come through either.
    void bothWaysIntoTheWindowShowTheSame()
    {
        QImage shown[2];
        for (const Presentation way : {Presentation::Direct, Presentation::Copied}) {
            PaneView view(nullptr, way);
            view.resize(800, 600);
            view.setStandardViews(test::fourViews());
            OverlayLegend legend;
            legend.sentence = "mass"; // the strip is there from the first frame on
            view.setLegend(legend);
            view.show();
            QVERIFY(QTest::qWaitForWindowExposed(&view));
            const auto image = makeImage(breastLike(Slot::RCC, 1300, 1001, 0.1));
            view.setImage(paneOf(Slot::RCC), image);
            view.setOverlay(paneOf(Slot::RCC),
                            std::make_shared<MapOverlay>(makeMap(*image, {100, 100, 900, 1200}, 518, [](int r, int c) {
                                return static_cast<float>(std::cos(r * 0.3 + c * 0.1));
                            })));
            QSignalSpy frames(&view, &PaneView::frameShown), moved(&view, &PaneView::cursorMoved);
            view.redraw();
            QTRY_VERIFY(!frames.isEmpty());
            QTest::mouseMove(view.windowHandle(), QPoint(200, 100));
            QTest::mouseMove(view.windowHandle(), QPoint(210, 110));
            QTRY_VERIFY(!moved.isEmpty());
            shown[way == Presentation::Copied] = grab(view);
            QCOMPARE(shown[way == Presentation::Copied], view.grab().toImage().convertToFormat(QImage::Format_RGB32));
        }
        QVERIFY(!shown[0].isNull());
        QCOMPARE(shown[0], shown[1]);
    }

    // A panel that lies over the pictures and changes costs no frame where frames are copied.
    void whatUncoversAFrameDrawsNone()
    {
        int drawn = 0, shown = 0;
        QWidget window;
        window.resize(300, 200);
        const auto canvas =
            makeCanvas(&window, Presentation::Copied,
                       {[] {}, [&](bool) { return ++drawn < 0; }, [] {}, [&] { ++shown; }, [](const QString&) {}});
        canvas->widget().resize(300, 200);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(shown > 0);
        QCOMPARE(drawn, 1);
        canvas->widget().repaint();
        canvas->widget().repaint();
        QCOMPARE(drawn, 1);
        canvas->redraw();
        QTRY_COMPARE(drawn, 2);
        canvas->widget().resize(200, 200);
        QTRY_COMPARE(drawn, 3);
        canvas->grab();
        QCOMPARE(drawn, 4);
    }

    // Where a frame takes long, those that follow at once may be drafts, until there is rest; a grabbed one is none.
    void framesThatTakeLongAreFollowedByDrafts()
    {
        std::vector<bool> quick;
        QWidget window;
        window.resize(300, 200);
        const auto paint = [&](bool asked) {
            quick.push_back(asked);
            if (!asked)
                QTest::qSleep(40);
            return asked;
        };
        const auto canvas =
            makeCanvas(&window, Presentation::Copied, {[] {}, paint, [] {}, [] {}, [](const QString&) {}});
        canvas->widget().resize(300, 200);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(!quick.empty());
        QTest::qWait(300);
        quick.clear();
        for (int i = 0; i < 3; ++i) {
            canvas->redraw();
            canvas->widget().repaint();
        }
        QVERIFY((quick == std::vector{false, true, true}));
        canvas->grab();
        QVERIFY(!quick.back());
        canvas->redraw();
        canvas->widget().repaint();
        QVERIFY(quick.back());
        QTRY_COMPARE(quick.size(), std::size_t{6}); // by itself
        QVERIFY(!quick.back());
        QTest::qWait(300);
        QCOMPARE(quick.size(), std::size_t{6});
    }

    void oddMapsDoNoHarm()
    {
        auto view = show({900, 700});
        auto image = makeImage(breastLike(Slot::RMLO, 800, 600, 0));
        view->setImage(paneOf(Slot::RMLO), image);
        const float nan = std::nanf("");
        for (const float value : {0.25F, nan, INFINITY, -3.0F}) {
            view->setOverlay(paneOf(Slot::RMLO), std::make_shared<MapOverlay>(makeMap(
                                                     *image, {0, 0, 599, 799}, 518, [&](int, int) { return value; })));
            for (const auto& [low, high] : {std::pair{-1.0, 1.0}, {1.0, -1.0}, {0.3, 0.3}})
                for (const bool outline : {false, true}) {
                    OverlayStyle style;
                    style.low = low;
                    style.high = high;
                    style.isolines = true;
                    style.outline = outline;
                    view->setOverlayStyle(style);
                    QVERIFY(!grab(*view).isNull());
                }
        }
        view->setOverlay(paneOf(Slot::RMLO), std::make_shared<MapOverlay>());
        QVERIFY(!grab(*view).isNull());
        QVERIFY(!view->infoAt({10, 600}).mm);
    }

    void equalEndsAndTurnedScale()
    {
        auto view = show({900, 700});
        SyntheticImage black = ramp(Slot::LCC);
        black.value = [](int, int) { return 0; };
        auto image = makeImage(black);
        view->setImage(paneOf(Slot::LCC), image);
        view->setOverlay(paneOf(Slot::LCC), std::make_shared<MapOverlay>(
                                                makeMap(*image, {0, 0, 259, 219}, 518, [](int, int) { return 0.5F; })));
        const auto shown = [&](double low, double high) {
            OverlayStyle style;
            style.opacity = 1;
            style.opacityByValue = false;
            style.low = low;
            style.high = high;
            view->setOverlayStyle(style);
            const QPoint p = screenOf(*view, Slot::LCC, 130, 110);
            const QRgb rgb = grab(*view).pixel(p);
            return std::array<int, 3>{qRed(rgb), qGreen(rgb), qBlue(rgb)};
        };
        const auto expected = [](int index) {
            const auto& c = colours(ColourMap::Even)[static_cast<std::size_t>(index)];
            return std::array<int, 3>{c[0], c[1], c[2]};
        };
        QCOMPARE(shown(-1, 1), expected(191)); // (0.5 + 1) / 2 * 255 = 191.25
        QCOMPARE(shown(1, -1), expected(64));
        QCOMPARE(shown(0.5, 0.5), expected(128));
    }

    void loupeKeepsThePixelUnderThePointer()
    {
        for (const bool mirror : {false, true}) {
            SyntheticImage image;
            image.rows = image.columns = 400;
            image.slot = Slot::LCC;
            image.mirror = mirror;
            image.value = [](int c, int r) { return c / 10 % 2 == 0 && r / 10 % 2 == 0 ? 4000 : 400; };
            image.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
            auto view = show({900, 900});
            view->setImage(paneOf(Slot::LCC), makeImage(image));
            view->setZoomMode(ZoomMode::Pixels);
            const QPoint at = screenOf(*view, Slot::LCC, 205, 205);
            QMouseEvent move(QEvent::MouseMove, at, view->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
            QCoreApplication::sendEvent(view.get(), &move);
            const QImage bare = grab(*view);
            Aids aids = view->aids();
            aids.loupe = true;
            aids.loupeMagnification = 4;
            aids.loupeSide = 200;
            view->setAids(aids);
            const QImage frame = grab(*view);
            QCOMPARE(frame.pixel(at), bare.pixel(at));
            // 10 stored pixels are 40 screen pixels under it: still the same square 12 pixels away, another at 32.
            QCOMPARE(frame.pixel(at + QPoint(12, 0)), bare.pixel(at));
            QVERIFY(frame.pixel(at + QPoint(32, 0)) != bare.pixel(at));
            QVERIFY(frame.pixel(at + QPoint(120, 0)) == bare.pixel(at + QPoint(120, 0)));
        }
    }

    // Lengths are those of the spacing, whatever zoom and mirroring do to the screen.
    void distancesAreOfTheSpacing()
    {
        const Shape along{ShapeKind::Ruler, {10, 20, 40, 60}}; // 30 columns, 40 rows
        QCOMPARE(valueText(along, {Spacing{0.1, 0.1}, "calibrated"}), QStringLiteral("5.00 mm"));
        QCOMPARE(basisText(along, {Spacing{0.1, 0.1}, "calibrated"}), QStringLiteral("calibrated"));
        QCOMPARE(valueText(along, {Spacing{0.3, 0.3}, ""}), QStringLiteral("15.0 mm"));
        QVERIFY(valueText(along, {std::nullopt, "none"}).startsWith(QStringLiteral("50")));
        QCOMPARE(basisText(along, {std::nullopt, "none"}), QStringLiteral("no mm scale in this file"));

        auto view = show({1000, 800});
        Keeper keeper(*view);
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        const auto drawn = [&] { return view->notes(paneOf(Slot::RCC)); };
        const QPoint from(300, 120), to(380, 180);
        view->perform(ViewCommand::DrawRuler);
        QCOMPARE(view->isOn(ViewCommand::DrawRuler), std::optional(true));
        const ViewPose pose = view->pose(paneOf(Slot::RCC));
        const QImage bare = grab(*view);
        drag(*view, from, to);
        QVERIFY(view->pose(paneOf(Slot::RCC)) == pose); // not panned
        QCOMPARE(drawn().size(), std::size_t{1});
        const Shape first = drawn().front().shape;
        const double expected = 100 / pose.pixelsPerMm; // 80 and 60 pixels of the screen
        QVERIFY(std::abs(lengthOf(first, *view) - expected) < 0.01 * expected);
        const QPoint middle = (from + to) / 2;
        const QRgb line = grab(*view).pixel(middle);
        QVERIFY(qRed(line) > 200 && qBlue(line) < 140 && bare.pixel(middle) != line);
        view->setTurn(paneOf(Slot::RCC), {0, true});
        view->perform(ViewCommand::ZoomIn);
        QVERIFY(drawn().front().shape == first);
        const QPointF beyond(900, 120); // in the other breast's cell: at its own edge
        drag(*view, from, beyond.toPoint());
        QCOMPARE(drawn().size(), std::size_t{2}); // several stay
        const float end = drawn().back().shape.numbers[2];
        QVERIFY(end == 0 || end == static_cast<float>(view->image(paneOf(Slot::RCC))->columns()));
        view->perform(ViewCommand::DrawRuler); // the tool goes, what was drawn stays
        QCOMPARE(view->tool(), LeftTool::Pan);
        QCOMPARE(drawn().size(), std::size_t{2});
    }

    // Between two stored pixels that are clicked, on every spacing there is, with the loupe and without, at any zoom:
    // the length is that of the pixels, within one.
    void lengthsAreRightWithinOnePixel_data()
    {
        QTest::addColumn<double>("imager");
        QTest::addColumn<double>("factor");
        QTest::addColumn<double>("loupe");
        for (const auto& [imager, factor] : {std::pair{0.05, 0.0}, {0.07, 0.0}, {0.1, 0.0}, {0.1, 1.8}})
            for (const double loupe : {0.0, 2.0, 4.0})
                QTest::addRow("%g mm, ERMF %g, loupe %g", imager, factor, loupe) << imager << factor << loupe;
    }

    void lengthsAreRightWithinOnePixel()
    {
        QFETCH(double, imager);
        QFETCH(double, factor);
        QFETCH(double, loupe);
        auto view = show({1400, 1100});
        Keeper keeper(*view);
        const double mm = factor > 0 ? imager / factor : imager;
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 3000, 2400, mm)));
        view->perform(ViewCommand::DrawRuler);
        Aids aids = view->aids();
        aids.loupe = loupe > 0;
        aids.loupeMagnification = std::max(1.0, loupe);
        view->setAids(aids);
        for (const ZoomMode zoom : {ZoomMode::Pixels, ZoomMode::SameSize}) {
            view->setZoomMode(zoom);
            const auto transform = *view->transform(paneOf(Slot::RCC));
            const QPoint from(420, 140), to(600, 390);
            const Point a = transform.toStored({420, 140}), b = transform.toStored({600, 390});
            drag(*view, from, to);
            const Shape shape = view->notes(paneOf(Slot::RCC)).back().shape;
            const double truth = std::hypot(b.x - a.x, b.y - a.y) * mm;
            QVERIFY2(std::abs(lengthOf(shape, *view) - truth) < mm, qPrintable(QString::number(truth)));
            // As it is written: the digits are finer than a pixel.
            const QString said = valueText(shape, {Spacing{mm, mm}, ""});
            QVERIFY2(std::abs(said.section(QLatin1Char(' '), 0, 0).toDouble() - truth) < mm, qPrintable(said));
        }
    }

    // A line drawn under the loupe lies on the tissue in the loupe's own scale too.
    void theRulerFollowsTheTissueInTheLoupe()
    {
        auto view = show({1000, 800});
        Keeper keeper(*view);
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        Aids aids = view->aids();
        aids.loupe = true;
        aids.loupeMagnification = 2;
        aids.loupeSide = 320;
        view->setAids(aids);
        view->perform(ViewCommand::DrawRuler);
        const QPoint from(300, 140), to(360, 180);
        drag(*view, from, to);
        const auto lines = view->notes(paneOf(Slot::RCC));
        QCOMPARE(lines.size(), std::size_t{1});
        const double expected = std::hypot(60, 40) / view->pose(paneOf(Slot::RCC)).pixelsPerMm;
        QVERIFY(std::abs(lengthOf(lines.front().shape, *view) - expected) < 0.01 * expected);
        const QImage frame = grab(*view);
        const auto isLine = [&](QPoint at) { // the line is three pixels wide
            for (int y = -1; y <= 1; ++y)
                if (const QRgb seen = frame.pixel(at + QPoint(0, y)); qRed(seen) > 200 && qBlue(seen) < 140)
                    return true;
            return false;
        };
        QVERIFY(isLine(to + (from - to) * 3 / 2)); // three quarters of the line, at the loupe's scale
        QVERIFY(!isLine(to + QPoint(40, 60)));
    }

    // Every kind by the mouse: a drag, clicks, a closed line; Esc takes back what is half drawn.
    void everyKindIsDrawn()
    {
        auto view = show({1000, 800});
        Keeper keeper(*view);
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        const auto drawn = [&] { return view->notes(paneOf(Slot::RCC)); };
        const auto click = [&](QPoint at) { QTest::mouseClick(view.get(), Qt::LeftButton, {}, at); };
        std::size_t count = 0;
        for (const auto& [command, kind] : {std::pair{ViewCommand::DrawRuler, ShapeKind::Ruler},
                                            {ViewCommand::DrawCircle, ShapeKind::Circle},
                                            {ViewCommand::DrawEllipse, ShapeKind::Ellipse},
                                            {ViewCommand::DrawRectangle, ShapeKind::Rectangle},
                                            {ViewCommand::DrawBox, ShapeKind::Box}}) {
            view->perform(command);
            drag(*view, {300, 100}, {360, 150});
            QCOMPARE(drawn().size(), ++count);
            QVERIFY(drawn().back().shape.kind == kind && isPossible(drawn().back().shape));
            const Shape byDrag = drawn().back().shape;
            view->selectNote({});
            click({300, 100}); // the same by two clicks
            move(*view, {340, 130}, Qt::NoButton);
            click({360, 150});
            QCOMPARE(drawn().size(), ++count);
            QVERIFY(drawn().back().shape == byDrag);
        }
        view->perform(ViewCommand::DrawAngle);
        drag(*view, {360, 100}, {300, 100});
        QCOMPARE(drawn().size(), count); // its second arm is missing
        move(*view, {300, 150}, Qt::NoButton);
        click({300, 160});
        QCOMPARE(drawn().size(), ++count);
        QVERIFY(std::abs(measure(drawn().back().shape, Spacing{0.1, 0.1})->value - 90) < 0.5);
        view->perform(ViewCommand::DrawArea);
        for (const QPoint at : {QPoint(300, 100), QPoint(360, 100), QPoint(360, 160), QPoint(300, 160)})
            click(at);
        click({301, 101}); // on the first: closed
        QCOMPARE(drawn().size(), ++count);
        const double scale = view->pose(paneOf(Slot::RCC)).pixelsPerMm;
        QVERIFY(std::abs(lengthOf(drawn().back().shape, *view) - 3600 / scale / scale) < 1);
        view->perform(ViewCommand::DrawContour);
        QTest::mousePress(view.get(), Qt::LeftButton, {}, {300, 100});
        for (const QPoint at : {QPoint(330, 105), QPoint(350, 120), QPoint(340, 150), QPoint(310, 140)})
            move(*view, at);
        QTest::mouseRelease(view.get(), Qt::LeftButton, {}, {310, 140});
        QCOMPARE(drawn().size(), ++count);
        QVERIFY(drawn().back().shape.kind == ShapeKind::Contour && drawn().back().shape.numbers.size() >= 10);
        view->perform(ViewCommand::DrawNote);
        click({330, 130});
        QCOMPARE(drawn().size(), ++count);
        view->perform(ViewCommand::DrawRuler);
        click({200, 100});
        move(*view, {240, 130}, Qt::NoButton);
        QVERIFY(view->leaveNote()); // the half-drawn one
        move(*view, {250, 130}, Qt::NoButton);
        QCOMPARE(drawn().size(), count);
        QCOMPARE(view->tool(), LeftTool::Ruler);
        QVERIFY(view->leaveNote()); // then the tool
        QCOMPARE(view->tool(), LeftTool::Pan);
        QVERIFY(!view->leaveNote());
    }

    // What is drawn is chosen by a click, moved by its handles and as a whole; elsewhere the picture is panned.
    void whatIsDrawnIsTakenHoldOf()
    {
        auto view = show({1000, 800});
        Keeper keeper(*view);
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        view->perform(ViewCommand::DrawBox);
        drag(*view, {300, 100}, {360, 160});
        view->perform(ViewCommand::DrawBox);
        const auto shape = [&] { return view->notes(paneOf(Slot::RCC)).front().shape; };
        const Shape first = shape();
        const double step = std::abs(1 / view->transform(paneOf(Slot::RCC))->scaleX);
        const ViewPose pose = view->pose(paneOf(Slot::RCC));
        QSignalSpy selected(view.get(), &PaneView::noteSelected);
        move(*view, {330, 100}, Qt::NoButton); // over its line
        QCOMPARE(view->cursor().shape(), Qt::PointingHandCursor);
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, {330, 100});
        QCOMPARE(view->selectedNote(), std::optional<std::int64_t>(1));
        QCOMPARE(selected.count(), 1);
        drag(*view, {330, 100}, {350, 130}); // the whole
        QVERIFY(view->pose(paneOf(Slot::RCC)) == pose);
        QVERIFY(std::abs(shape().numbers[0] - first.numbers[0] - 20 * step) < 1.5 * step);
        QVERIFY(std::abs(shape().numbers[3] - first.numbers[3] - 30 * step) < 1.5 * step);
        const Shape second = shape();
        drag(*view, {380, 190}, {400, 200}); // its lower right corner
        QVERIFY(std::abs(shape().numbers[2] - second.numbers[2] - 20 * step) < 1.5 * step);
        QVERIFY(shape().numbers[0] == second.numbers[0] && shape().numbers[1] == second.numbers[1]);
        QTest::mouseClick(view.get(), Qt::LeftButton, {}, {150, 300}); // nothing is there
        QVERIFY(!view->selectedNote());
        const Shape third = shape();
        drag(*view, {150, 300}, {170, 320});
        QVERIFY(shape() == third && !(view->pose(paneOf(Slot::RCC)) == pose)); // panned
        QSignalSpy asked(view.get(), &PaneView::noteTextAsked);
        const QPointF corner = view->placeOf(paneOf(Slot::RCC), {third.numbers[0], third.numbers[1]});
        QTest::mouseDClick(view.get(), Qt::LeftButton, {}, corner.toPoint());
        QCOMPARE(asked.count(), 1);
        QCOMPARE(view->viewLayout(), ViewLayout::Grid); // not maximised
        Aids aids = view->aids();
        aids.notes = false;
        view->setAids(aids);
        QTest::mouseDClick(view.get(), Qt::LeftButton, {}, corner.toPoint());
        QCOMPARE(asked.count(), 1); // what is hidden is not taken hold of
    }

    // Labels stand beside what they are of, in their cell, and not on each other.
    void labelsKeepClear()
    {
        const PixelRect cell{100, 50, 600, 500};
        LabelPlaces places(cell);
        std::vector<PixelRect> shapes, labels;
        for (int i = 0; i < 12; ++i)
            shapes.push_back({150 + 90 * (i % 4), 90 + 110 * (i / 4), 60, 50});
        for (const PixelRect& each : shapes)
            places.keepFree(each, 2);
        for (const PixelRect& each : shapes)
            labels.push_back(places.place(each, 70, 24, 6));
        for (std::size_t i = 0; i < labels.size(); ++i) {
            QVERIFY(intersected(labels[i], cell) == labels[i]);
            for (const PixelRect& shape : shapes)
                QVERIFY(intersected(labels[i], shape).empty());
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(intersected(labels[i], labels[j]).empty());
        }
        LabelPlaces full(cell); // what fills the cell leaves no room: the label is in the cell all the same
        full.keepFree(cell);
        const PixelRect label = full.place(cell, 70, 24, 6);
        QVERIFY(intersected(label, cell) == label);
    }

    // A line stands where a value is crossed, not where one comes near it.
    void linesStandWhereValuesAreCrossed()
    {
        auto view = show({1000, 800});
        const auto image = makeImage(breastLike(Slot::RCC, 1000, 800, 0.1));
        view->setImage(paneOf(Slot::RCC), image);
        const auto drawn = [&](float peak) {
            view->setOverlay(paneOf(Slot::RCC), std::make_shared<MapOverlay>(
                                                    makeMap(*image, {0, 0, 800, 1000}, 140, [&](int row, int column) {
                                                        return row == 5 && column == 5 ? peak : 0.0F;
                                                    })));
            OverlayStyle style;
            style.low = 0;
            style.high = 1;
            style.hideAir = false;
            view->setOverlayStyle(style);
            return grab(*view);
        };
        const QImage bare = drawn(0);
        const auto isWhite = [](QRgb seen) { return qRed(seen) > 225 && qGreen(seen) > 225 && qBlue(seen) > 225; };
        for (const float peak : {0.98F, 1.5F}) {
            const QImage frame = drawn(peak);
            int white = 0;
            for (int y = 2; y < (800 - legendHeight(1000)) / 2 - 2; ++y)
                for (int x = 2; x < 498; ++x)
                    white += isWhite(frame.pixel(x, y)) && !isWhite(bare.pixel(x, y));
            QCOMPARE(white > 20, peak > 1);
        }
    }

    // What a badge counts can be asked of it by the mouse.
    void warningsAreToldAtTheirBadge()
    {
        auto view = show({1000, 800});
        SyntheticImage image = breastLike(Slot::RCC, 1000, 800, 0.1);
        StudyImage facts = mama::test::factsOf(image);
        facts.warnings.emplace_back(UserText({TextId("test.warning", "the ruler is bent")}));
        StoredImage stored;
        makeImage(image, &stored);
        view->setImage(paneOf(Slot::RCC), ViewImage::make(std::move(stored), image.pipeline, facts));
        Aids aids = view->aids();
        aids.texts = aids.labels = true;
        view->setAids(aids);
        grab(*view);
        QHelpEvent ask(QEvent::ToolTip, QPoint(60, 60), view->mapToGlobal(QPoint(60, 60)));
        QCoreApplication::sendEvent(view.get(), &ask);
        QVERIFY2(QToolTip::text().contains(QStringLiteral("the ruler is bent")), qPrintable(QToolTip::text()));
    }

    // A patch has the size of its own picture's millimetres.
    void everyPictureHasItsOwnPatchSize()
    {
        const auto size = [](double mm) {
            const auto image = makeImage(breastLike(Slot::RCC, 1000, 800, mm));
            const MapOverlay map = makeMap(*image, {0, 0, 800, 1000}, 140, [](int, int) { return 0.5F; });
            return patchText(*image, map);
        };
        QCOMPARE(size(0.1), QStringLiteral("8.0 × 10.0 mm")); // 80 columns, 100 rows of 0.1 mm
        QCOMPARE(size(0.05), QStringLiteral("4.0 × 5.0 mm"));
        QVERIFY(size(0).contains(QStringLiteral("pixels")));
    }

    void colourScalesAreEven()
    {
        const auto lab = [](const std::array<std::uint8_t, 3>& c) { // IEC 61966-2-1 and CIE 15, D65
            std::array<double, 3> l{};
            for (std::size_t i = 0; i < 3; ++i) {
                const double v = c[i] / 255.0;
                l[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
            }
            const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
            const double x = f((0.4124564 * l[0] + 0.3575761 * l[1] + 0.1804375 * l[2]) / 0.95047),
                         y = f(0.2126729 * l[0] + 0.7151522 * l[1] + 0.0721750 * l[2]),
                         z = f((0.0193339 * l[0] + 0.1191920 * l[1] + 0.9503041 * l[2]) / 1.08883);
            return std::array<double, 3>{116 * y - 16, 500 * (x - y), 200 * (y - z)};
        };
        for (const ColourMap map : {ColourMap::Even, ColourMap::Heat}) {
            const auto& all = colours(map);
            QCOMPARE(all.size(), std::size_t{256});
            std::vector<double> steps;
            double light = -1;
            for (std::size_t i = 16; i < all.size(); i += 16) { // 16 at a time: single steps are lost in 8 bits
                const auto a = lab(all[i - 16]), b = lab(all[i]);
                steps.push_back(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
                QVERIFY(b[0] > light);
                light = b[0];
            }
            const auto [low, high] = std::minmax_element(steps.begin(), steps.end());
            QVERIFY2(*high / *low < 1.15, qPrintable(QString::number(*high / *low)));
        }
    }

    // Present and prior side by side, with an image that is in no slot: each shows its own pixels, map and measurement.
    // Why a picture is missing is read whole: no word is lost or wider than its room, unless there are too many lines.
    void aLongReasonIsWrapped()
    {
        const QString reason =
            QStringLiteral("could not be read\ndecode: /data/1.2.840.113619.2.5.1762583153.215519/") +
            QStringLiteral("x").repeated(120) + QStringLiteral(".dcm: the picture is truncated");
        const auto lines = TextSprites::wrapped({reason, 9.5}, 200, 12, 1);
        QString whole;
        for (const TextLine& line : lines) {
            whole += line.text;
            TextSprites sprites;
            QVERIFY(sprites.text({line}, false, 10000, 1).width <= 200);
        }
        QCOMPARE(whole.remove(QLatin1Char(' ')), QString(reason).remove(QLatin1Char(' ')).remove(QLatin1Char('\n')));
        const auto few = TextSprites::wrapped({reason, 9.5}, 200, 2, 1);
        QCOMPARE(few.size(), std::size_t(2));
        QVERIFY(few.back().text.endsWith(QChar(0x2026)));
    }

    // A result in a narrow cell: words go on in the next line, the number is whole.
    void aResultIsNeverCut()
    {
        const QString words = QStringLiteral("image similarity"), number = QStringLiteral("0.123");
        for (const bool boxed : {false, true})
            for (const int cells : {4, 8, 12}) { // in 1280 pixels beside the panels
                const int room = 960 / cells - 16;
                TextSprites sprites;
                const auto own = [&](const QString& text, int most) {
                    return sprites.text({{text, 8.5, Qt::white, true, boxed, most}}, false, room, 1);
                };
                TextSprites wide;
                const Sprite whole =
                    wide.text({{words + QLatin1Char(' ') + number, 8.5, Qt::white, true, boxed}}, false, 10000, 1);
                const Sprite shown = own(words + QLatin1Char(' ') + number, 3);
                QVERIFY(shown.width <= room);
                if (whole.width <= room)
                    QVERIFY(*shown.texels == *whole.texels);
                else if (wide.text({{words, 8.5, Qt::white, true, boxed}}, false, 10000, 1).width <= room)
                    QVERIFY(*shown.texels ==
                            *sprites
                                 .text({{words, 8.5, Qt::white, true, boxed}, {number, 8.5, Qt::white, true, boxed}},
                                       false, room, 1)
                                 .texels);
                else
                    QVERIFY(shown.height > whole.height);
            }
    }

    // What warns of a result stands in the legend, in its own colour, above where the words begin without it.
    void theLegendWarns()
    {
        const auto amber = [](const LegendFacts& facts) {
            const QImage legend = paintLegend(facts, 900, legendHeight(900), 1).convertToFormat(QImage::Format_RGB32);
            int count = 0;
            for (int y = 20; y < 42; ++y) // the second line
                for (int x = 0; x < legend.width(); ++x) {
                    const QRgb dot = legend.pixel(x, y);
                    count += qRed(dot) > 150 && qRed(dot) - qBlue(dot) > 90 ? 1 : 0;
                }
            return count;
        };
        LegendFacts facts;
        facts.sentence = QStringLiteral("???");
        QCOMPARE(amber(facts), 0);
        const std::string before = facts.key();
        facts.warning = QStringLiteral("the text holds no word: its similarity means nothing");
        QVERIFY(amber(facts) > 20);
        QVERIFY(facts.key() != before); // drawn anew
    }

    // A threshold above the scale leaves its bar dark, and the legend says why.
    void aThresholdAboveTheScaleIsSaid()
    {
        ViewModel model;
        model.setArea({0, 0, 800, 600});
        model.setStandardViews(fourViews());
        const auto image = makeImage(breastLike(Slot::RCC, 1000, 800, 0.1));
        model.setImage(paneOf(Slot::RCC), image);
        model.setOverlay(paneOf(Slot::RCC), std::make_shared<MapOverlay>(makeMap(*image, {0, 0, 800, 1000}, 140,
                                                                                 [](int, int) { return 0.5F; })));
        OverlayStyle style;
        style.low = -0.2;
        style.high = 0.4;
        const auto words = [&](double threshold) {
            style.threshold = threshold;
            return legendFacts(model, {}, style).text();
        };
        QVERIFY2(words(0.6).contains(QRegularExpression(QStringLiteral("threshold \\S+, above the scale"))),
                 qPrintable(words(0.6)));
        QVERIFY(words(0.1).contains(QRegularExpression(QStringLiteral("threshold \\S+ "))));
        QVERIFY(!words(-2).contains(QStringLiteral("threshold")));
    }

    void imagesOfTwoStudiesHangAtOnce()
    {
        auto view = show({1200, 900});
        const auto flat = [](Slot slot, int value) {
            SyntheticImage image = ramp(slot);
            image.value = [value](int, int) { return value; };
            image.pipeline.voi.push_back({Window{128, 256, WindowFunction::LinearExact, "W"}, {}});
            return makeImage(image);
        };
        const PaneId additional{"1.2.3", 7};
        Hanging cells{{paneOf(Slot::RCC), "R CC", true},
                      {paneOf(Slot::LCC), "L CC", false},
                      {additional, "R XCCL", true},
                      {paneOf(Slot::RCC, "1.2.2"), "R CC before", true},
                      {paneOf(Slot::LCC, "1.2.2"), "L CC before", false},
                      {{}, "R XCCL before", true}};
        view->hang(inRows(cells, 3));
        int expected = 40;
        for (const HungCell& cell : cells)
            if (cell.pane) {
                view->setImage(*cell.pane, flat(cell.wallRight ? Slot::RCC : Slot::LCC, expected));
                expected += 40;
            }
        QCOMPARE(view->panes().size(), std::size_t{5});
        const QImage frame = grab(*view);
        const auto middle = [&](const PaneId& pane) { // of its picture
            const Point p = view->transform(pane)->toScreen({130, 110});
            return QPoint(static_cast<int>(p.x), static_cast<int>(p.y));
        };
        expected = 40;
        for (const HungCell& cell : cells)
            if (cell.pane) {
                const QPoint at = middle(*cell.pane);
                QVERIFY(std::abs(grey(frame, at.x(), at.y()) - expected) <= 1);
                const CursorInfo info = view->infoAt(at);
                QVERIFY(info.pane == *cell.pane && info.name == cell.name && info.value == expected);
                expected += 40;
            }
        const PaneId prior = paneOf(Slot::LCC, "1.2.2");
        view->setOverlay(prior, std::make_shared<MapOverlay>(makeMap(*view->image(prior), {0, 0, 259, 219}, 518,
                                                                     [](int, int) { return 1.0F; })));
        const QImage mapped = grab(*view);
        QVERIFY(mapped.pixel(middle(prior)) != frame.pixel(middle(prior)));
        QCOMPARE(mapped.pixel(middle(paneOf(Slot::LCC))), frame.pixel(middle(paneOf(Slot::LCC))));
        Keeper keeper(*view);
        view->setTool(LeftTool::Ruler);
        for (const PaneId& pane : {prior, additional}) {
            drag(*view, middle(pane), middle(pane) + QPoint(30, 20));
            QVERIFY(view->activePane() == pane);
        }
        QVERIFY(view->notes(prior).size() == 1 && view->notes(additional).size() == 1);
        view->perform(ViewCommand::Maximise);
        QVERIFY(!view->transform(prior) && view->transform(additional));
        view->perform(ViewCommand::Maximise);
        QVERIFY(view->transform(prior));
        view->perform(ViewCommand::LayoutCcPair); // the standard views again
        QVERIFY(!view->transform(prior) && view->transform(paneOf(Slot::LCC)));
    }

    void emptyCellsAndLayouts()
    {
        auto view = show({1000, 800});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        for (const ViewLayout layout :
             {ViewLayout::Row, ViewLayout::CcPair, ViewLayout::MloPair, ViewLayout::RightBreast, ViewLayout::LeftBreast,
              ViewLayout::Single, ViewLayout::Grid}) {
            view->setViewLayout(layout);
            const QImage frame = grab(*view);
            QCOMPARE(frame.size(), QSize(1000, 800));
        }
        int lit = 0; // the empty cell says so
        const QImage frame = grab(*view);
        for (int y = 450; y < 700; ++y)
            for (int x = 550; x < 950; ++x)
                lit += grey(frame, x, y) > 100;
        QVERIFY(lit > 50);
    }
};

int main(int argc, char** argv)
{
    PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    TestViewer test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_viewer.moc"
