#include "tests/support/test_data.h"
#include "tests/widgets/viewer/synthetic.h"
#include "widgets/viewer/scene/view_model.h"

#include <QTest>
#include <cmath>

// Hanging, zoom, pan and windows as plain arithmetic: no window, no OpenGL.
using namespace mama;
using namespace mama::viewer;
using mama::test::breastLike;
using mama::test::fourViews;
using mama::test::makeImage;
using mama::test::paneOf;

namespace {

const std::string now = "1.2.3", before = "1.2.2";
const PaneId additional{now, 4}; // R XCCL: in no slot of its study

bool isRight(Slot slot) { return slot == Slot::RCC || slot == Slot::RMLO; }

HungCell cellOf(Slot slot, const std::string& study)
{
    return {paneOf(slot, study), slotName(slot) + " of " + study, isRight(slot)};
}

// The present study above, the one before below, and an additional view where the latter has no L MLO.
Hanging withPrior()
{
    Hanging cells;
    for (const std::string& study : {now, before})
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
            cells.push_back(cellOf(slot, study));
    cells.back() = {additional, "R XCCL", true};
    return inRows(std::move(cells), 4);
}

std::shared_ptr<const ViewImage> imageOf(Slot slot, double mm) { return makeImage(breastLike(slot, 300, 240, mm)); }

// Eight images of two devices, 0.1 and 0.07 mm a pixel.
ViewModel eightPanes()
{
    ViewModel model;
    model.setArea({0, 0, 1600, 900});
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
        model.setImage(paneOf(slot, now), imageOf(slot, 0.1));
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO})
        model.setImage(paneOf(slot, before), imageOf(slot, 0.07));
    model.setImage(additional, imageOf(Slot::RCC, 0.1));
    model.setStandardViews(fourViews(now));
    model.hang(withPrior());
    return model;
}

double mmOf(const PaneId& id) { return id.study == before ? 0.07 : 0.1; }

} // namespace

class TestViewModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eightPanesOfTwoStudiesHang()
    {
        const ViewModel model = eightPanes();
        QCOMPARE(model.layout(), ViewLayout::Other);
        QCOMPARE(model.hung().size(), std::size_t{8});
        int pixels = 0;
        for (const HungCell& cell : model.hung()) {
            pixels += cell.area.width * cell.area.height;
            const auto transform = model.transform(*cell.pane);
            QVERIFY(transform);
            // One millimetre is as long in every image, and the chest walls lie on their edges.
            QVERIFY(std::abs(transform->scaleX / mmOf(*cell.pane) -
                             model.transform(additional)->scaleX / mmOf(additional)) < 1e-9);
            const double wall = transform->toScreen({cell.wallRight ? 240.0 : 0.0, 0}).x;
            QCOMPARE(wall, double(cell.wallRight ? cell.area.x + cell.area.width : cell.area.x));
            const Point middle{cell.area.x + cell.area.width / 2.0, cell.area.y + cell.area.height / 2.0};
            QCOMPARE(model.cellAt(middle), &cell);
        }
        QCOMPARE(pixels, 1600 * 900); // no gaps, no overlaps
        QVERIFY(model.hungCell(additional) && !model.hungCell(paneOf(Slot::LMLO, before)));
    }

    void zoomKeepsThePlaceAndMovesAllThatIsLinked()
    {
        ViewModel model = eightPanes();
        const PaneId prior = paneOf(Slot::RMLO, before);
        const PixelRect area = model.hungCell(prior)->area;
        const Point at{area.x + 0.7 * area.width, area.y + 0.4 * area.height};
        const Point place = model.transform(prior)->toStored(at);
        const ViewPose was = model.pane(additional)->pose;
        model.zoom(2, prior, at);
        QCOMPARE(model.zoomMode(), ZoomMode::Free);
        const Point after = model.transform(prior)->toStored(at);
        const double pixel = std::abs(1 / model.transform(prior)->scaleX); // anchors are whole pixels
        QVERIFY(std::abs(after.x - place.x) <= pixel && std::abs(after.y - place.y) <= pixel);
        for (const auto& [id, pane] : model.panes()) {
            QCOMPARE(pane.pose.pixelsPerMm, 2 * was.pixelsPerMm);
            QCOMPARE(pane.pose.depth, model.pane(prior)->pose.depth);
            QCOMPARE(pane.pose.height, model.pane(prior)->pose.height);
        }
        model.linking.poses = false;
        const ViewPose all = model.pane(prior)->pose;
        model.zoom(0.5, additional, at);
        QVERIFY(model.pane(additional)->pose != all);
        QVERIFY(model.pane(prior)->pose == all);
    }

    // Towards the nipple is to the left in a right breast and to the right in a left one.
    void panGoesTheSameWayInTheBreast()
    {
        ViewModel model = eightPanes();
        const PaneId right = paneOf(Slot::RCC, now), left = paneOf(Slot::LCC, before);
        model.zoom(3, right, {100, 200});
        const double rightAt = model.transform(right)->originX, leftAt = model.transform(left)->originX;
        model.pan(30, 0, right);
        QVERIFY(std::abs(model.transform(right)->originX - rightAt - 30) <= 1);
        QVERIFY(std::abs(model.transform(left)->originX - leftAt + 30) <= 1);
        model.pan(1e9, 1e9, right); // some of the picture stays in sight
        const PixelRect area = model.hungCell(right)->area;
        const Point corner = model.transform(right)->toScreen({0, 0});
        QVERIFY(corner.x < area.x + area.width && corner.y < area.y + area.height);
    }

    void windowsAreLinkedAcrossStudies()
    {
        ViewModel model = eightPanes();
        model.adjustWindow(additional, 0.1, 1.5);
        for (const auto& [id, pane] : model.panes()) {
            QCOMPARE(pane.shade.window.width, 2400 * 1.5);
            QCOMPARE(pane.shade.window.centre, 1200 - 240.0);
        }
        model.linking.windows = false;
        model.adjustWindow(paneOf(Slot::LCC, before), 0, 0.5);
        QCOMPARE(model.pane(paneOf(Slot::LCC, before))->shade.window.width, 1800.0);
        QCOMPARE(model.pane(paneOf(Slot::LCC, now))->shade.window.width, 3600.0);
        QCOMPARE(model.windowGroup(additional), std::vector<PaneId>{additional});
        model.reset();
        for (const auto& [id, pane] : model.panes())
            QCOMPARE(pane.shade.window.width, 2400.0);
        QCOMPARE(model.zoomMode(), ZoomMode::SameSize);
    }

    void oneOfEightIsMaximised()
    {
        ViewModel model = eightPanes();
        QVERIFY(model.activate(additional));
        QVERIFY(!model.activate(additional));
        model.setLayout(ViewLayout::Single);
        QCOMPARE(model.hung().size(), std::size_t{1});
        QVERIFY(model.hung().front().pane == additional);
        QCOMPARE(model.hung().front().area, (PixelRect{0, 0, 1600, 900}));
        QVERIFY(model.step(1)); // round to the first
        QVERIFY(model.activePane() == paneOf(Slot::RCC, now));
        QVERIFY(model.step(-2));
        QVERIFY(model.activePane() == paneOf(Slot::RMLO, before));
        model.restoreLayout();
        QCOMPARE(model.hung().size(), std::size_t{8});
        QVERIFY(model.activeCell() == model.hungCell(paneOf(Slot::RMLO, before)));
    }

    void layoutsAreHangingsOfOneStudy()
    {
        ViewModel model = eightPanes();
        model.activate(paneOf(Slot::LMLO, now));
        model.setLayout(ViewLayout::Grid);
        std::vector<std::string> names;
        for (const HungCell& cell : model.hung())
            names.push_back(cell.name);
        QCOMPARE(names, (std::vector<std::string>{"R CC", "L CC", "R MLO", "L MLO"}));
        QVERIFY(model.activePane() == paneOf(Slot::LMLO, now)); // the same image
        QCOMPARE(model.hungCell(paneOf(Slot::LMLO, now))->area, (PixelRect{800, 450, 800, 450}));
        model.setStandardViews(fourViews(before)); // its L MLO is not there
        QVERIFY(model.activePane() == paneOf(Slot::LMLO, before));
        QVERIFY(!model.transform(paneOf(Slot::LMLO, before)));
        model.setLayout(ViewLayout::RightBreast);
        QVERIFY(model.activePane() == paneOf(Slot::RCC, before));
        model.setLayout(ViewLayout::Single); // steps through all four
        for (const Slot next : {Slot::LCC, Slot::RMLO, Slot::LMLO, Slot::RCC}) {
            QVERIFY(model.step(1));
            QVERIFY(model.activePane() == paneOf(next, before));
        }
    }

    void imagesComeAndGo()
    {
        ViewModel model = eightPanes();
        model.zoom(2, additional, {1500, 800});
        model.setImage(paneOf(Slot::LMLO, before), imageOf(Slot::LMLO, 0.07)); // late, and not hung
        QVERIFY(model.pane(paneOf(Slot::LMLO, before))->pose == model.pane(additional)->pose);
        const MapOverlay map =
            test::makeMap(*model.pane(additional)->image, {0, 0, 200, 200}, 56, [](int, int) { return 0.5F; });
        model.setOverlay(additional, std::make_shared<MapOverlay>(map));
        QVERIFY(model.pane(additional)->overlay);
        model.setImage(additional, imageOf(Slot::RCC, 0.1));
        QVERIFY(!model.pane(additional)->overlay); // it belonged to another picture
        model.setImage(additional, nullptr);
        QVERIFY(!model.pane(additional) && !model.transform(additional) && model.hungCell(additional));
        model.clear();
        QVERIFY(model.panes().empty());
        QCOMPARE(model.layout(), ViewLayout::Grid);
        QCOMPARE(model.hung().size(), std::size_t{4});
        QVERIFY(!model.activePane());
    }

    void mirroringIsForDisplayOnly()
    {
        ViewModel model = eightPanes();
        const double scale = model.transform(additional)->scaleX;
        model.setMirror(additional, true);
        QCOMPARE(model.transform(additional)->scaleX, -scale);
        QVERIFY(model.transform(paneOf(Slot::RCC, now))->scaleX > 0);
        model.reset();
        QCOMPARE(model.transform(additional)->scaleX, scale);
    }
};

QTEST_GUILESS_MAIN(TestViewModel)
#include "test_view_model.moc"
