#include "tests/widgets/viewer/view_fixture.h"
#include "widgets/viewer/dragged_image.h"
#include "widgets/viewer/pane_texts.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QSignalSpy>
#include <cmath>

// What a reader does to views with commands, wheel and hand, in a real window.
using namespace mama;
using namespace mama::viewer;
using namespace mama::test;

namespace {

std::unique_ptr<PaneView> twoBreasts()
{
    auto view = show({1000, 800});
    for (const Slot slot : {Slot::RCC, Slot::LCC})
        view->setImage(paneOf(slot), makeImage(breastLike(slot, 1000, 800, 0.1)));
    view->setActivePane(paneOf(Slot::RCC));
    return view;
}

} // namespace

class TestViewTools : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Which of two exams is the prior one stands on its pictures in larger letters than all but the view's name, in
    // amber, the current one's in blue.
    void aPriorSaysSoInLargeLetters()
    {
        auto view = show({1200, 900});
        const PaneId now = paneOf(Slot::RCC, "1.2.3"), before = paneOf(Slot::RCC, "1.2.2");
        view->hang(inRows({{now, "R CC", true}, {before, "R CC of 2024-02-17", true}}, 2));
        for (const PaneId& each : {now, before}) {
            SyntheticImage image = breastLike(Slot::RCC, 1000, 800, 0.1);
            StudyImage facts = mama::test::factsOf(image);
            facts.header.studyDate = each == now ? "20260510" : "20240217";
            StoredImage stored;
            makeImage(image, &stored);
            view->setImage(each, ViewImage::make(std::move(stored), image.pipeline, facts));
        }
        view->setExams({{"1.2.3", ExamRole::Current}, {"1.2.2", ExamRole::Prior}});
        Aids aids = view->aids();
        aids.labels = aids.texts = true;
        view->setAids(aids);
        const QImage frame = grab(*view);
        // The rows of one line of letters of this kind, within a cell and below its frame.
        const auto lineHeight = [&](int left, bool amber) {
            int rows = 0, longest = 0;
            for (int y = 6; y < 200; ++y) {
                int count = 0;
                for (int x = left + 4; x < left + 400; ++x) {
                    const QRgb dot = frame.pixel(x, y);
                    count += amber ? qRed(dot) > 180 && qRed(dot) - qBlue(dot) > 90
                                   : qBlue(dot) > 180 && qBlue(dot) - qRed(dot) > 60;
                }
                rows = count > 2 ? rows + 1 : 0;
                longest = std::max(longest, rows);
            }
            return longest;
        };
        QVERIFY2(lineHeight(600, true) >= 12, qPrintable(QString::number(lineHeight(600, true)))); // 14 points
        QVERIFY2(lineHeight(0, false) >= 12, qPrintable(QString::number(lineHeight(0, false))));
        QVERIFY(lineHeight(600, false) < 12 && lineHeight(0, true) < 12);
    }

    // What is written can be read on the brightest tissue: letters beside dark, at 4.5 to 1 (WCAG 2.1, 1.4.3).
    void textsAreReadOnBrightTissue()
    {
        auto view = show({900, 700});
        SyntheticImage white = breastLike(Slot::RCC, 3000, 2400, 0.1);
        white.value = [](int, int) { return 4000; };
        white.pipeline.voi.clear();
        white.pipeline.voi.push_back({Window{500, 1000, WindowFunction::Linear, "W"}, {}});
        view->setImage(paneOf(Slot::RCC), makeImage(white));
        view->setViewLayout(ViewLayout::Single);
        view->setZoomMode(ZoomMode::Pixels);
        const QImage bare = grab(*view);
        Aids aids = view->aids();
        aids.labels = aids.texts = true;
        view->setAids(aids);
        const QImage frame = grab(*view);
        const auto light = [](QRgb dot) {
            const auto channel = [](int v) {
                const double c = v / 255.0;
                return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
            };
            return 0.2126 * channel(qRed(dot)) + 0.7152 * channel(qGreen(dot)) + 0.0722 * channel(qBlue(dot));
        };
        int letters = 0, lost = 0;
        for (int y = 560; y < 690; ++y)
            for (int x = 4; x < 300; ++x) {
                if (!(qRed(bare.pixel(x, y)) > 250)) // tissue alone
                    continue;
                const QRgb dot = frame.pixel(x, y);
                if (std::abs(qRed(dot) - 178) > 4 || std::abs(qGreen(dot) - 184) > 4 || std::abs(qBlue(dot) - 192) > 4)
                    continue; // the letters' own colour
                double darkest = 1;
                for (int dy = -2; dy <= 2; ++dy)
                    for (int dx = -2; dx <= 2; ++dx)
                        darkest = std::min(darkest, light(frame.pixel(x + dx, y + dy)));
                ++letters;
                lost += (light(dot) + 0.05) / (darkest + 0.05) < 4.5 ? 1 : 0;
            }
        QVERIFY2(letters > 40 && lost * 20 < letters, qPrintable(QStringLiteral("%1 of %2").arg(lost).arg(letters)));
    }

    // By command and wheel: the active view alone, and it says so; by the same command back to the others.
    void aViewIsUnlinked()
    {
        auto view = twoBreasts();
        const PaneId one = paneOf(Slot::RCC), other = paneOf(Slot::LCC);
        Aids texts = view->aids();
        texts.texts = texts.labels = true;
        view->setAids(texts);
        const QImage linked = grab(*view);
        const ViewPose before = view->pose(other);
        const Window window = view->shade(other).window;
        view->perform(ViewCommand::ToggleUnlinked);
        QCOMPARE(view->isOn(ViewCommand::ToggleUnlinked), std::optional(true));
        QVERIFY(grab(*view) != linked);
        turnWheel(*view, {250, 200}, 240);
        view->perform(ViewCommand::PanLeft);
        view->perform(ViewCommand::Brighter);
        QVERIFY(view->pose(other) == before && view->pose(one) != before);
        QCOMPARE(view->shade(other).window.centre, window.centre);
        QVERIFY(view->shade(one).window.centre != window.centre && view->hasOwnWindow(one));
        view->setActivePane(other);
        QCOMPARE(view->isOn(ViewCommand::ToggleUnlinked), std::optional(false));
        view->setActivePane(one);
        view->perform(ViewCommand::ToggleUnlinked);
        QVERIFY(view->isLinked(one) && view->pose(one) == view->pose(other));
        view->perform(ViewCommand::ToggleOwnWindows);
        view->perform(ViewCommand::Darker);
        QCOMPARE(view->shade(other).window.centre, window.centre);
        view->perform(ViewCommand::ToggleOwnWindows);
        view->perform(ViewCommand::Darker);
        QVERIFY(view->shade(other).window.centre != window.centre);
    }

    // The fields' names, from the view that is looked at; where they lie is drawn at the chest wall.
    void fieldsAreNamed()
    {
        auto view = twoBreasts();
        const QImage before = grab(*view);
        view->perform(ViewCommand::NextField);
        QVERIFY(view->zoomMode() == ZoomMode::Free);
        const ViewPose first = view->pose(paneOf(Slot::RCC)), beside = view->pose(paneOf(Slot::LCC));
        QCOMPARE(beside.pixelsPerMm, first.pixelsPerMm);
        QVERIFY(std::abs(beside.depth - first.depth) < 1e-9 && std::abs(beside.height - first.height) < 1e-9);
        view->perform(ViewCommand::NextField);
        QVERIFY(view->pose(paneOf(Slot::RCC)) != first);
        view->perform(ViewCommand::PreviousField);
        QVERIFY(view->pose(paneOf(Slot::RCC)) == first);
        Pane pane;
        pane.image = makeImage(breastLike(Slot::LCC, 100, 80, 0.1));
        QCOMPARE(fieldText(pane, {2, 2, 1, 0}), QStringLiteral("quadrant 2 of 4: lateral, at the nipple"));
        QCOMPARE(fieldText(pane, {2, 2, 1, 1}), QStringLiteral("quadrant 3 of 4: medial, at the nipple"));
        pane.image = makeImage(breastLike(Slot::RMLO, 100, 80, 0.1));
        QCOMPARE(fieldText(pane, {2, 2, 0, 1}), QStringLiteral("quadrant 4 of 4: lower, at the chest wall"));
        QCOMPARE(fieldText(pane, {3, 3, 2, 1}), QStringLiteral("field 4 of 9")); // there and back
    }

    // A millimetre of breast on a millimetre of the screen, whatever the detectors; refused before it is measured.
    void trueSizeIsOfTheScreen()
    {
        auto view = show({1000, 800});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        view->setImage(paneOf(Slot::LCC), makeImage(breastLike(Slot::LCC, 1000, 800, 0.07)));
        const ZoomMode before = view->zoomMode();
        QSignalSpy refused(view.get(), &PaneView::trueSizeRefused);
        view->perform(ViewCommand::TrueSize);
        QCOMPARE(refused.count(), 1);
        QCOMPARE(view->zoomMode(), before);
        const double pixelsPerMm = 3.7;
        view->setTrueScale(pixelsPerMm);
        view->perform(ViewCommand::TrueSize);
        QCOMPARE(view->isOn(ViewCommand::TrueSize), std::optional(true));
        for (const auto& [slot, mm] : {std::pair{Slot::RCC, 0.1}, {Slot::LCC, 0.07}}) {
            const auto transform = *view->transform(paneOf(slot));
            const double centimetre = std::abs(transform.toScreen({10 / mm, 0}).x - transform.toScreen({0, 0}).x);
            QVERIFY(std::abs(centimetre - 10 * pixelsPerMm) < 1e-9);
        }
        view->setTrueScale(5); // on another screen
        QCOMPARE(view->pose(paneOf(Slot::LCC)).pixelsPerMm, 5.0);
    }

    // By wheel and by command, within limits; the picture below keeps its zoom, and the loupe says what it shows.
    void theLoupeIsResized()
    {
        auto view = twoBreasts();
        const ViewPose pose = view->pose(paneOf(Slot::RCC));
        const QPoint at(300, 190);
        move(*view, at, Qt::NoButton);
        view->perform(ViewCommand::ToggleLoupe);
        const Aids before = view->aids();
        turnWheel(*view, at, 120, Qt::ControlModifier);
        QCOMPARE(view->aids().loupeMagnification, before.loupeMagnification * 1.25);
        turnWheel(*view, at, -120, Qt::ShiftModifier);
        QCOMPARE(view->aids().loupeSide, int(std::lround(before.loupeSide / 1.25)));
        QVERIFY(view->pose(paneOf(Slot::RCC)) == pose);
        view->perform(ViewCommand::LoupeWeaker);
        view->perform(ViewCommand::LoupeLarger);
        QCOMPARE(view->aids().loupeMagnification, before.loupeMagnification);
        QCOMPARE(view->aids().loupeSide, before.loupeSide);
        for (int i = 0; i < 40; ++i) {
            view->perform(ViewCommand::LoupeStronger);
            view->perform(ViewCommand::LoupeSmaller);
        }
        QCOMPARE(view->aids().loupeMagnification, mostMagnification);
        QCOMPARE(view->aids().loupeSide, leastLoupe);
        // Its figures are bright in its upper left corner, over a picture that is black there.
        view->setAids(before);
        for (const Slot slot : {Slot::RCC, Slot::LCC}) {
            SyntheticImage black = breastLike(slot, 1000, 800, 0.1);
            black.value = [](int, int) { return 0; };
            view->setImage(paneOf(slot), makeImage(black));
        }
        const QImage frame = grab(*view);
        int bright = 0;
        for (int y = at.y() - before.loupeSide / 2 + 6; y < at.y() - before.loupeSide / 2 + 40; ++y)
            for (int x = at.x() - before.loupeSide / 2 + 6; x < at.x() - before.loupeSide / 2 + 80; ++x)
                bright += grey(frame, x, y) > 150;
        QVERIFY(bright > 20);
    }

    // An image of the study's list is dropped on the cell under the hand; anything else is refused.
    void anImageIsDroppedOnACell()
    {
        auto view = twoBreasts();
        std::optional<int> dropped;
        std::string on;
        connect(view.get(), &PaneView::imageDropped, this, [&](int image, const HungCell& cell) {
            dropped = image;
            on = cell.name;
        });
        const auto drop = [&](const QMimeData& data, QPoint at) {
            QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(view.get(), &enter);
            QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            if (enter.isAccepted())
                QCoreApplication::sendEvent(view.get(), &event);
            return enter.isAccepted();
        };
        const auto image = draggedImage(5);
        const QImage before = grab(*view);
        QDragEnterEvent over({750, 200}, Qt::CopyAction, image.get(), Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(view.get(), &over);
        QVERIFY(grab(*view) != before); // the cell is framed
        QVERIFY(drop(*image, {750, 200}));
        QCOMPARE(dropped, std::optional(5));
        QCOMPARE(on, std::string("L CC"));
        QCOMPARE(grab(*view), before);
        for (const char* bytes : {"", "5", "1 5", "x 5"}) { // broken, or of another window
            QMimeData other;
            other.setData(image->formats().front(), bytes);
            QVERIFY(!drop(other, {750, 200}));
        }
        QMimeData text;
        text.setText(QStringLiteral("5"));
        QVERIFY(!drop(text, {750, 200}));
    }
};

QTEST_MAIN(TestViewTools)
#include "test_view_tools.moc"
