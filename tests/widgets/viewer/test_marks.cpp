#include "core/dicom/read/image_header.h"
#include "core/study/spacing.h"
#include "tests/widgets/viewer/view_fixture.h"
#include "widgets/viewer/label_places.h"

#include <QLocale>
#include <QSignalSpy>
#include <algorithm>
#include <map>

// What stands on the pictures: what must be known stays and can be read, measurements are short and beside what they
// are of, and what has no extent is no measurement.
using namespace mama;
using namespace mama::viewer;
using namespace mama::test;

namespace {

SpacingFact atDetector(double mm)
{
    ImageHeader header;
    header.imagerPixelSpacing = Spacing{mm, mm};
    std::vector<UserText> warnings;
    return resolveSpacing(header, warnings);
}

SyntheticImage white()
{
    SyntheticImage image = breastLike(Slot::RMLO, 1400, 1400, 0.1); // fills the cell
    image.value = [](int, int) { return 4000; };
    image.wholeBreast = true;
    return image;
}

bool isAmber(QRgb seen) { return qRed(seen) > 200 && qBlue(seen) < 130; }

// Relative luminance (WCAG 2).
double luminance(QRgb seen)
{
    const auto linear = [](int level) {
        const double share = level / 255.0;
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(seen)) + 0.7152 * linear(qGreen(seen)) + 0.0722 * linear(qBlue(seen));
}

QRect amberArea(const QImage& frame)
{
    QRect area;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            if (isAmber(frame.pixel(x, y)))
                area |= QRect(x, y, 1, 1);
    return area;
}

int amberCount(const QImage& frame)
{
    int count = 0;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            count += isAmber(frame.pixel(x, y)) ? 1 : 0;
    return count;
}

QImage upperLeft(PaneView& view) { return grab(view).copy(10, 4, 300, 180); }

void showTexts(PaneView& view, bool all) // by the command
{
    Aids labelled = view.aids();
    labelled.labels = true;
    view.setAids(labelled);
    if (view.aids().texts != all)
        view.perform(ViewCommand::ToggleTexts);
}

} // namespace

class TestMarks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    // Without the other texts: side and view, exam and date, and all that is altered.
    void whatMustBeKnownStays()
    {
        auto view = show({1000, 800});
        const PaneId pane = paneOf(Slot::RMLO);
        view->setImage(pane, makeImage(breastLike(Slot::RMLO, 1000, 800, 0.1)));
        view->setActivePane(pane);
        view->perform(ViewCommand::Maximise);
        view->setExams({{pane.study, ExamRole::Prior}});
        showTexts(*view, true);
        const QImage plain = upperLeft(*view);
        QVERIFY(!amberArea(plain).isEmpty()); // PRIOR
        const QImage whole = grab(*view);
        showTexts(*view, false);
        QCOMPARE(upperLeft(*view), plain);
        QVERIFY(grab(*view) != whole); // window, zoom and scale are gone
        for (const ViewCommand change : {ViewCommand::MirrorView, ViewCommand::Invert, ViewCommand::ToggleUnlinked}) {
            showTexts(*view, true);
            const int before = amberCount(grab(*view));
            view->perform(change);
            const int all = amberCount(grab(*view));
            QVERIFY(all > before);
            showTexts(*view, false);
            QCOMPARE(amberCount(grab(*view)), all); // the same badges and letters of the directions
        }
    }

    // On the whitest tissue, each text has its dark ground, and on it a contrast of 4.5.
    void textsAreReadableOnWhiteTissue()
    {
        auto view = show({1000, 800});
        const PaneId pane = paneOf(Slot::RMLO);
        view->setImage(pane, makeImage(white()));
        view->setActivePane(pane);
        view->perform(ViewCommand::Maximise);
        view->perform(ViewCommand::Pixels);
        showTexts(*view, true);
        view->setExams({{pane.study, ExamRole::Prior}});
        const QImage frame = grab(*view).copy(0, 0, 500, 200);
        const QRect text = amberArea(frame);
        QVERIFY(text.width() > 60 && text.height() > 8);
        std::map<int, int> greys; // what is no letter
        QRgb letter = 0;
        for (int y = text.top(); y <= text.bottom(); ++y)
            for (int x = text.left(); x <= text.right(); ++x) {
                const QRgb seen = frame.pixel(x, y);
                if (qRed(seen) == qGreen(seen) && qGreen(seen) == qBlue(seen))
                    ++greys[qRed(seen)];
                if (qRed(seen) > qRed(letter))
                    letter = seen;
            }
        const auto common = std::ranges::max_element(greys, {}, [](const auto& each) { return each.second; });
        QVERIFY(common != greys.end());
        const int ground = common->first;
        const double contrast = (luminance(letter) + 0.05) / (luminance(qRgb(ground, ground, ground)) + 0.05);
        QVERIFY2(contrast >= 4.5, qPrintable(QString::number(contrast)));
    }

    // A drag along a line, or clicks that meet: told in one line each, and nothing is kept.
    void whatHasNoExtentIsRefused()
    {
        auto view = show({1000, 800});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        QSignalSpy drawn(view.get(), &PaneView::noteDrawn), refused(view.get(), &PaneView::shapeRefused);
        view->perform(ViewCommand::DrawArea);
        for (const QPoint to : {QPoint(380, 100), QPoint(380, 143)}) {
            QTest::mousePress(view.get(), Qt::LeftButton, {}, {300, 100});
            for (int step = 1; step <= 20; ++step)
                move(*view, QPoint(300, 100) + (to - QPoint(300, 100)) * step / 20);
            QTest::mouseRelease(view.get(), Qt::LeftButton, {}, to);
        }
        QCOMPARE(refused.count(), 2);
        int expected = 2;
        for (const ViewCommand tool : {ViewCommand::DrawRuler, ViewCommand::DrawCircle, ViewCommand::DrawEllipse,
                                       ViewCommand::DrawRectangle, ViewCommand::DrawBox}) {
            view->perform(tool);
            drag(*view, {300, 100}, {300, 100});
            QTest::mouseClick(view.get(), Qt::LeftButton, {}, {300, 100});
            QCOMPARE(refused.count(), ++expected);
            QVERIFY(refusedText(refused.last()[0].value<ShapeKind>()).startsWith(QStringLiteral("Nothing was drawn")));
        }
        QCOMPARE(drawn.count(), 0);
    }

    // The number, its unit and a star; what the star means stands once in the corner, all else in list and tip.
    void labelsAreShort()
    {
        const SpacingFact spacing = atDetector(0.1);
        Note ruler;
        ruler.shape = {ShapeKind::Ruler, {0, 0, 300, 400}};
        const auto lines = labelOf(ruler, spacing, 400, 1);
        QCOMPARE(lines.size(), std::size_t(1));
        QCOMPARE(lines[0].text, QStringLiteral("50.0 mm*"));
        SpacingFact corrected = spacing;
        corrected.basis = UserText();
        QCOMPARE(labelOf(ruler, corrected, 400, 1)[0].text, QStringLiteral("50.0 mm"));
        Note angle;
        angle.shape = {ShapeKind::Angle, {0, 10, 0, 0, 10, 0}};
        QCOMPARE(labelOf(angle, spacing, 400, 1)[0].text, QStringLiteral("90.0°")); // on any scale
        Note circle;
        circle.shape = {ShapeKind::Circle, {50, 50, 40}};
        circle.figures = RegionFigures{5024, 1572.14, 189.42, 837, 2160};
        QCOMPARE(labelOf(circle, spacing, 400, 1).size(), std::size_t(2));
        QCOMPARE(listedValue(circle, spacing), QStringLiteral("50.3 mm²\n1572.1 ± 189.4\nn 5024"));
        QCOMPARE(listedValue(circle, SpacingFact()), QStringLiteral("5027 pixels²\n1572.1 ± 189.4\nn 5024"));
        const QStringList details = detailsOf(circle, spacing);
        QVERIFY(details.contains(QStringLiteral("at detector, not corrected")));
        QVERIFY(details.join(QLatin1Char('\n')).contains(QStringLiteral("837 to 2160")));
        Note contour;
        contour.shape = {ShapeKind::Contour, {0, 0, 100, 0, 100, 50, 0, 50}};
        QCOMPARE(listedValue(contour, spacing), QStringLiteral("50.0 mm²"));
        Note box;
        box.shape = {ShapeKind::Box, {0, 0, 100, 50}};
        QCOMPARE(listedValue(box, spacing), QStringLiteral("50.0 mm²"));
    }

    // Over tissue, where the sides are taken: close to the shape all the same, not in the air far away.
    void labelsStandBesideTheirFigures()
    {
        const PixelRect cell{0, 0, 800, 800}, shape{400, 400, 60, 60};
        LabelPlaces places(cell);
        places.keepFree({200, 0, 600, 800}, 2e-5); // tissue
        places.keepFree(shape, 2);
        for (const PixelRect& other : {PixelRect{464, 380, 60, 100}, PixelRect{330, 380, 66, 100},
                                       PixelRect{400, 464, 60, 60}, PixelRect{400, 340, 60, 56}})
            places.keepFree(other, 2);
        const PixelRect label = places.place(shape, 90, 30, 6);
        QVERIFY(intersected(label, shape).empty());
        const double away = std::hypot(label.x + label.width / 2.0 - 430, label.y + label.height / 2.0 - 430);
        QVERIFY2(away < 160, qPrintable(QString::number(away)));
    }

    // At the top of the scale a picture keeps half of its contrast.
    void mapsLeaveThePicturesContrast()
    {
        QVERIFY(OverlayStyle().opacity <= 0.5);
        auto view = show({1000, 800});
        SyntheticImage image = breastLike(Slot::RCC, 1000, 800, 0.1);
        image.value = [](int column, int) { return column / 100 % 2 == 0 ? 800 : 1600; };
        image.wholeBreast = true;
        const auto picture = makeImage(image);
        view->setImage(paneOf(Slot::RCC), picture);
        const QPoint dark = screenOf(*view, Slot::RCC, 450, 500), light = screenOf(*view, Slot::RCC, 550, 500);
        const QImage bare = grab(*view);
        view->setOverlay(paneOf(Slot::RCC), std::make_shared<MapOverlay>(makeMap(*picture, {0, 0, 800, 1000}, 140,
                                                                                 [](int, int) { return 1.0F; })));
        OverlayStyle style = view->overlayStyle();
        style.low = 0;
        style.high = 0.5; // the map lies above the scale
        view->setOverlayStyle(style);
        const QImage mapped = grab(*view);
        QVERIFY(mapped.pixel(dark) != bare.pixel(dark));
        int (*const channels[])(QRgb) = {&qRed, &qGreen, &qBlue};
        for (const auto channel : channels) {
            const int before = channel(bare.pixel(light)) - channel(bare.pixel(dark)),
                      now = channel(mapped.pixel(light)) - channel(mapped.pixel(dark));
            QVERIFY2(now >= before / 2 - 1, qPrintable(QStringLiteral("%1 of %2").arg(now).arg(before)));
        }
    }
};

QTEST_MAIN(TestMarks)
#include "test_marks.moc"
