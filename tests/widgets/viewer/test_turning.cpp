#include "core/image/measure/shape.h"
#include "tests/widgets/viewer/view_fixture.h"
#include "widgets/viewer/annotations.h"
#include "widgets/viewer/label_places.h"
#include "widgets/viewer/pane_texts.h"

#include <QTransform>
#include <algorithm>

// Images rotated and flipped by the reader: what is shown against Qt's own turning of the hung picture, and what lies
// on it.
using namespace mama;
using namespace mama::viewer;
using namespace mama::test;

namespace {

QImage asImage(const Raster<std::uint8_t>& grey)
{
    return QImage(grey.values.data(), grey.columns, grey.rows, grey.columns, QImage::Format_Grayscale8).copy();
}

// As Qt turns it.
QImage turned(const QImage& hung, Turn turn)
{
    return hung.mirrored(turn.mirrored, false).transformed(QTransform().rotate(90.0 * turn.quarters));
}

const std::vector<Turn>& allTurns()
{
    static const std::vector<Turn> all{{0, false}, {1, false}, {2, false}, {3, false},
                                       {0, true},  {1, true},  {2, true},  {3, true}};
    return all;
}

SyntheticImage ramp(Slot slot, bool mirror, bool flip)
{
    SyntheticImage image;
    image.rows = 180;
    image.columns = 140;
    image.slot = slot;
    image.mirror = mirror;
    image.flip = flip;
    image.value = [](int c, int r) { return (c * 17 + r * 5) % 4096; };
    image.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
    return image;
}

} // namespace

class TestTurning : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyWayShowsThePictureTurned_data()
    {
        QTest::addColumn<int>("slot");
        QTest::addColumn<bool>("mirror");
        QTest::addColumn<bool>("flip");
        for (const Slot slot : {Slot::RCC, Slot::LMLO})
            for (const bool mirror : {false, true})
                for (const bool flip : {false, true})
                    QTest::addRow("slot %d %s %s", int(slot), mirror ? "mirrored" : "", flip ? "flipped" : "")
                        << int(slot) << mirror << flip;
    }

    // At one pixel on one pixel, at the cell's chest-wall edge and in its middle; the number read out is the pixel's.
    void everyWayShowsThePictureTurned()
    {
        QFETCH(int, slot);
        QFETCH(bool, mirror);
        QFETCH(bool, flip);
        const Slot s = static_cast<Slot>(slot);
        const SyntheticImage description = ramp(s, mirror, flip);
        StoredImage stored;
        auto view = show({700, 700});
        view->setImage(paneOf(s), makeImage(description, &stored));
        view->setActivePane(paneOf(s));
        view->setZoomMode(ZoomMode::Pixels);
        const QImage hung = asImage(displayImage(stored, description.pipeline, 0)).mirrored(mirror, flip);
        const auto cell =
            std::ranges::find_if(view->hung(), [&](const HungCell& each) { return each.pane == paneOf(s); });
        for (const Turn& turn : allTurns()) {
            view->setTurn(paneOf(s), turn);
            const QImage expected = turned(hung, turn), frame = grab(*view);
            const QRect area(cell->area.x, cell->area.y, cell->area.width, cell->area.height);
            const int left = cell->wallRight ? area.x() + area.width() - expected.width() : area.x();
            const int top = area.y() + area.height() / 2 - expected.height() / 2;
            int worst = 0;
            for (int y = 2; y < expected.height() - 2; ++y)
                for (int x = 2; x < expected.width() - 2; ++x)
                    worst = std::max(worst, std::abs(grey(frame, left + x, top + y) - qGray(expected.pixel(x, y))));
            QVERIFY2(
                worst <= 1,
                qPrintable(
                    QStringLiteral("%1 quarters %2: differs by %3").arg(turn.quarters).arg(turn.mirrored).arg(worst)));
            const CursorInfo info = view->infoAt({left + 31.5, top + 47.5});
            QVERIFY(info.inside);
            QCOMPARE(int(info.value), description.value(info.column, info.row));
            QVERIFY(std::abs(qGray(expected.pixel(31, 47)) - info.value * 255 / 4095) < 1.5);
        }
    }

    // Each step by command is Qt's step of what was on screen before; one command goes all the way back.
    void commandsTurnWhatIsShown()
    {
        auto view = show({700, 700});
        StoredImage stored;
        const SyntheticImage description = ramp(Slot::RCC, true, false);
        view->setImage(paneOf(Slot::RCC), makeImage(description, &stored));
        view->setImage(paneOf(Slot::LCC), makeImage(ramp(Slot::LCC, false, false)));
        view->setActivePane(paneOf(Slot::RCC));
        QImage expected = asImage(displayImage(stored, description.pipeline, 0)).mirrored(true, false);
        const QImage start = expected;
        const auto shown = [&] {
            QImage out = turned(start, view->turn(paneOf(Slot::RCC)));
            return out.convertToFormat(QImage::Format_RGB32);
        };
        const auto same = [&] { return shown() == expected.convertToFormat(QImage::Format_RGB32); };
        for (int round = 0; round < 3; ++round) {
            view->perform(ViewCommand::TurnRight);
            expected = expected.transformed(QTransform().rotate(90));
            QVERIFY(same());
            view->perform(ViewCommand::MirrorView);
            expected = expected.mirrored(true, false);
            QVERIFY(same());
            view->perform(ViewCommand::TurnLeft);
            expected = expected.transformed(QTransform().rotate(-90));
            QVERIFY(same());
            view->perform(ViewCommand::FlipView);
            expected = expected.mirrored(false, true);
            QVERIFY(same());
            view->perform(ViewCommand::TurnRight);
            expected = expected.transformed(QTransform().rotate(90));
        }
        QVERIFY(!(view->turn(paneOf(Slot::RCC)) == Turn()));
        QVERIFY(view->turn(paneOf(Slot::LCC)) == Turn()); // the active one alone
        view->perform(ViewCommand::TurnBack);
        QVERIFY(view->turn(paneOf(Slot::RCC)) == Turn());
        view->perform(ViewCommand::TurnRight);
        view->perform(ViewCommand::Reset);
        QVERIFY(view->turn(paneOf(Slot::RCC)) == Turn());
    }

    void aWholeTurnedPictureFits()
    {
        auto view = show({1200, 700});
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 300, 0.1)));
        view->setActivePane(paneOf(Slot::RCC));
        view->perform(ViewCommand::TurnRight);
        const auto transform = view->transform(paneOf(Slot::RCC));
        const PixelRect area = view->hung().front().area;
        for (const Point corner : {Point{0, 0}, Point{300, 0}, Point{0, 1000}, Point{300, 1000}}) {
            const Point at = transform->toScreen(corner);
            QVERIFY(at.x > area.x - 1 && at.x < area.x + area.width + 1 && at.y > area.y - 1 &&
                    at.y < area.y + area.height + 1);
        }
    }

    // Map, its cell's number, the loupe and what is drawn lie on the tissue whichever way the picture is turned.
    void whatLiesOnItFollows()
    {
        SyntheticImage black;
        black.rows = 901;
        black.columns = 703;
        black.slot = Slot::LCC;
        black.value = [](int, int) { return 0; };
        black.pipeline.voi.push_back({Window{2048, 4096, WindowFunction::Linear, "W"}, {}});
        const auto image = makeImage(black);
        auto view = show({1100, 1000});
        view->setImage(paneOf(Slot::LCC), image);
        const int row = 20, column = 15;
        const MapOverlay map = makeMap(*image, {100, 57, 611, 823}, 518,
                                       [&](int r, int c) { return r == row && c == column ? 1.0F : 0.0F; });
        view->setOverlay(paneOf(Slot::LCC), std::make_shared<MapOverlay>(map));
        OverlayStyle style;
        style.opacity = 1;
        style.threshold = 0.9;
        style.cells = true;
        view->setOverlayStyle(style);
        // Closed form: the patch's middle in stored pixels.
        const Point patch{100 + (column + 0.5) * 14 * 512.0 / 518, 57 + (row + 0.5) * 14 * 767.0 / 518};
        for (const Turn& turn : allTurns()) {
            view->setTurn(paneOf(Slot::LCC), turn);
            const QImage frame = grab(*view);
            double sumX = 0, sumY = 0;
            int count = 0;
            for (int y = 2; y < frame.height() / 2; ++y)
                for (int x = frame.width() / 2 + 2; x < frame.width() - 2; ++x)
                    if (const QRgb p = frame.pixel(x, y); qRed(p) > qBlue(p) + 60) { // the scale's upper end
                        sumX += x + 0.5;
                        sumY += y + 0.5;
                        ++count;
                    }
            QVERIFY(count > 4);
            const Point expected = view->transform(paneOf(Slot::LCC))->toScreen(patch);
            QVERIFY(std::abs(sumX / count - expected.x) < 1 && std::abs(sumY / count - expected.y) < 1);
            const CursorInfo info = view->infoAt({sumX / count, sumY / count});
            QVERIFY(info.similarity && *info.similarity == 1.0F);
            QVERIFY(std::abs(info.column + 0.5 - patch.x) < 14 && std::abs(info.row + 0.5 - patch.y) < 21);
        }
    }

    void theLoupeKeepsThePixelUnderThePointer()
    {
        for (const Turn& turn : allTurns()) {
            SyntheticImage image = ramp(Slot::LCC, false, false);
            image.rows = image.columns = 400;
            image.value = [](int c, int r) { return c / 10 % 2 == 0 && r / 20 % 2 == 0 ? 4000 : 400; };
            auto view = show({900, 900});
            view->setImage(paneOf(Slot::LCC), makeImage(image));
            view->setActivePane(paneOf(Slot::LCC));
            view->setZoomMode(ZoomMode::Pixels);
            view->setTurn(paneOf(Slot::LCC), turn);
            const QPoint at = screenOf(*view, Slot::LCC, 205, 210);
            move(*view, at, Qt::NoButton);
            const QImage bare = grab(*view);
            Aids aids = view->aids();
            aids.loupe = true;
            aids.loupeMagnification = 4;
            aids.loupeSide = 200;
            view->setAids(aids);
            const QImage frame = grab(*view);
            QCOMPARE(frame.pixel(at), bare.pixel(at));
            // The bright field is 10 by 20 stored pixels: in the loupe 40 by 80, along the screen as the picture lies.
            const QPoint along = turn.lying() ? QPoint(0, 1) : QPoint(1, 0),
                         across = turn.lying() ? QPoint(1, 0) : QPoint(0, 1);
            QCOMPARE(frame.pixel(at + along * 12), bare.pixel(at));
            QVERIFY(frame.pixel(at + along * 28) != bare.pixel(at));
            QCOMPARE(frame.pixel(at + across * 28), bare.pixel(at));
            QVERIFY(frame.pixel(at + across * 50) != bare.pixel(at));
        }
    }

    // A length drawn with the mouse is that of the tissue, and its line lies on it when the picture is turned after.
    void lengthsFollow()
    {
        auto view = show({1000, 800});
        Keeper keeper(*view);
        view->setImage(paneOf(Slot::RCC), makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
        view->setActivePane(paneOf(Slot::RCC));
        const double scale = view->pose(paneOf(Slot::RCC)).pixelsPerMm;
        view->perform(ViewCommand::DrawRuler);
        view->perform(ViewCommand::TurnRight);
        const double turnedScale = view->pose(paneOf(Slot::RCC)).pixelsPerMm;
        drag(*view, {300, 120}, {380, 180}); // 100 pixels of the screen
        const auto& drawn = keeper.notes[paneOf(Slot::RCC)];
        QCOMPARE(drawn.size(), std::size_t{1});
        const auto length = measure(drawn.front().shape, view->image(paneOf(Slot::RCC))->facts().spacing.mm);
        QVERIFY(std::abs(length->value - 100 / turnedScale) < 0.01 * 100 / turnedScale);
        const auto& ends = drawn.front().shape.numbers;
        const Point middle{(double(ends[0]) + double(ends[2])) / 2, (double(ends[1]) + double(ends[3])) / 2};
        view->perform(ViewCommand::TurnBack);
        QCOMPARE(view->pose(paneOf(Slot::RCC)).pixelsPerMm, scale);
        for (const Turn& turn : allTurns()) {
            view->setTurn(paneOf(Slot::RCC), turn);
            const Point at = view->transform(paneOf(Slot::RCC))->toScreen(middle);
            const QImage frame = grab(*view);
            bool line = false; // drawn soft: its middle may lie between two pixels
            for (int y = -1; y <= 1; ++y)
                for (int x = -1; x <= 1; ++x) {
                    const QRgb pixel = frame.pixel(int(at.x) + x, int(at.y) + y);
                    line = line || (qRed(pixel) > 180 && qBlue(pixel) < 150);
                }
            QVERIFY(line);
        }
    }

    // The letters of PatientOrientation, by the standard's own words for how the picture hangs: RCC P\L.
    void lettersFollow()
    {
        Pane pane;
        pane.image = makeImage(breastLike(Slot::RCC, 100, 80, 0.1));
        const auto letters = [&](Turn turn) {
            pane.turn = turn;
            QString all;
            for (const Point towards : {Point{1, 0}, Point{0, 1}, Point{-1, 0}, Point{0, -1}})
                all += directionText(pane, towards);
            return all;
        };
        QCOMPARE(letters({}), QStringLiteral("PLAR"));         // to the right, down, to the left, up
        QCOMPARE(letters({1, false}), QStringLiteral("RPLA")); // what was up is on the right
        QCOMPARE(letters({2, false}), QStringLiteral("ARPL"));
        QCOMPARE(letters({0, true}), QStringLiteral("ALPR"));
        QCOMPARE(letters(Turn().upsideDown()), QStringLiteral("PRAL"));
        pane.image = makeImage(breastLike(Slot::LMLO, 100, 80, 0.1));
        QCOMPARE(letters({}), QStringLiteral("AFPH"));
        QCOMPARE(letters({3, false}), QStringLiteral("FPHA")); // what was below is on the right
    }

    // Letters, the field's map and the words of a picture lie on nothing that is written, in wide cells and narrow
    // ones.
    void lettersLieOnNoText()
    {
        std::map<bool, std::pair<std::shared_ptr<const ViewImage>, std::shared_ptr<const MapOverlay>>> shown; // MLO
        for (const bool mlo : {false, true}) {
            shown[mlo].first = makeImage(breastLike(mlo ? Slot::RMLO : Slot::RCC, 250, 200, 0.4));
            shown[mlo].second = std::make_shared<MapOverlay>(
                makeMap(*shown[mlo].first, {0, 0, 199, 249}, 140, [](int, int) { return 0.5F; }));
        }
        for (const auto& [size, columns] :
             {std::pair{QSize(1600, 940), 4}, {QSize(1280, 760), 4}, {QSize(1000, 700), 2}, {QSize(760, 460), 4}})
            for (const double unit : {1.0, 2.0})
                for (const Turn& turn : allTurns()) {
                    ViewModel model;
                    model.setArea({0, 0, int(size.width() * unit), int(size.height() * unit)});
                    Hanging cells;
                    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
                        cells.push_back({paneOf(slot), slotName(slot), slot == Slot::RCC || slot == Slot::RMLO});
                    model.hang(inRows(cells, columns));
                    ViewTexts texts;
                    for (const HungCell& cell : cells) {
                        const auto& [image, map] = shown[cell.name.ends_with("MLO")];
                        model.setImage(*cell.pane, image);
                        model.setOverlay(*cell.pane, map);
                        model.setTurn(*cell.pane, turn);
                        model.setLinked(*cell.pane, cell.name != "L CC");
                        texts.score[*cell.pane] = QStringLiteral("image similarity 0.312");
                        texts.exams[cell.pane->study] = ExamRole::Current;
                    }
                    model.stepField(1);
                    TextSprites sprites;
                    SceneFrame frame;
                    frame.unit = unit;
                    frame.width = int(size.width() * unit);
                    frame.height = int((size.height() + 400) * unit); // the legend is below
                    Annotations(sprites).draw(model, texts, {}, frame);
                    std::size_t letters = 0;
                    for (const HungCell& cell : model.hung()) {
                        std::vector<PixelRect> written;
                        for (const Sprite& each : frame.sprites)
                            if (cell.area.contains(each.x, each.y))
                                written.push_back({each.x, each.y, each.width, each.height});
                        letters += written.size() >= 7 ? 4 : 0; // beside what stands above, below and at the ruler
                        for (const Bar& each : frame.bars)
                            if (cell.area.contains(each.area.x, each.area.y))
                                for (const PixelRect& text : written) // a ruler touches its words
                                    QVERIFY(intersected(each.area, text).height <= 1 ||
                                            intersected(each.area, text).width <= 1);
                        for (std::size_t i = 0; i < written.size(); ++i)
                            for (std::size_t j = 0; j < i; ++j)
                                QVERIFY2(intersected(written[i], written[j]).empty(),
                                         qPrintable(QStringLiteral("%1x%2 unit %3, turn %4 %5, %6")
                                                        .arg(size.width())
                                                        .arg(size.height())
                                                        .arg(unit)
                                                        .arg(turn.quarters)
                                                        .arg(turn.mirrored)
                                                        .arg(QString::fromStdString(cell.name))));
                    }
                    QCOMPARE(letters, turn == Turn() ? std::size_t{0} : std::size_t{16});
                }
        // Where the middle is taken it is beside it, where a quarter of the edge is taken further in, else in the
        // middle.
        const PixelRect cell{100, 50, 400, 300}, letter{0, 0, 20, 20};
        QCOMPARE(placeAtEdge(cell, {0, 1}, letter, 6, {}), (PixelRect{290, 324, 20, 20}));
        QCOMPARE(placeAtEdge(cell, {0, 1}, letter, 6, {{100, 320, 200, 30}}), (PixelRect{300, 324, 20, 20}));
        QCOMPARE(placeAtEdge(cell, {0, 1}, letter, 6, {{100, 320, 400, 30}}), (PixelRect{290, 294, 20, 20}));
        QCOMPARE(placeAtEdge(cell, {-1, 0}, letter, 6, {{100, 50, 40, 300}}).x, 146);
        QCOMPARE(placeAtEdge(cell, {1, 0}, letter, 6, {cell}), (PixelRect{474, 190, 20, 20}));
    }
};

QTEST_MAIN(TestTurning)
#include "test_turning.moc"
