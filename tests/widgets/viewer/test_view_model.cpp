#include "tests/support/test_data.h"
#include "tests/widgets/viewer/synthetic.h"
#include "widgets/viewer/scene/view_model.h"

#include <QTest>
#include <cmath>
#include <set>

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
    // However far and in whichever direction it is dragged: not air alone.
    void someBreastStaysInSight()
    {
        for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}})
            for (const double factor : {1.0, 6.0}) {
                ViewModel model = eightPanes();
                const PaneId id = paneOf(Slot::RMLO, now);
                ViewPose pose = model.pane(id)->pose;
                pose.pixelsPerMm *= factor;
                model.setPose(id, pose);
                const HungCell& cell = *std::ranges::find(model.hung(), std::optional(id), &HungCell::pane);
                for (int step = 0; step < 300; ++step)
                    model.pan(7 * dx, 7 * dy, id);
                QVERIFY(!(model.pane(id)->pose == pose));
                const Raster<std::uint8_t>& mask = model.pane(id)->image->breast();
                int seen = 0;
                for (int y = 0; y < mask.rows; ++y)
                    for (int x = 0; x < mask.columns; ++x) {
                        const Point at = model.transform(id)->toScreen({8 * x + 4.0, 8 * y + 4.0});
                        seen += mask.at(y, x) != 0 && cell.area.contains(at.x, at.y) ? 1 : 0;
                    }
                QVERIFY(seen > 0);
            }
    }

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

    // Beside each other: the chest walls stay at their edges, the height under the pointer stays, in all alike.
    void zoomKeepsChestWallsAndMovesAllThatIsLinked()
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
        QVERIFY(std::abs(after.y - place.y) <= pixel);
        for (const HungCell& cell : model.hung()) {
            const Pane& pane = *model.pane(*cell.pane);
            QCOMPARE(pane.pose.pixelsPerMm, 2 * was.pixelsPerMm);
            QCOMPARE(pane.pose.height, model.pane(prior)->pose.height);
            QCOMPARE(pane.pose.depth, 0.0);
            const double wall = model.transform(*cell.pane)->toScreen({cell.wallRight ? 240.0 : 0.0, 0}).x;
            QCOMPARE(wall, double(cell.wallRight ? cell.area.x + cell.area.width : cell.area.x));
        }
        // Where the reader went to the nipple the place stays; on the way out the walls come back, and no further.
        model.pan(-120, 0, paneOf(Slot::LCC, now));
        const Point there = model.transform(prior)->toStored(at);
        model.zoom(1.5, prior, at);
        QVERIFY(std::abs(model.transform(prior)->toStored(at).x - there.x) <= pixel);
        for (int i = 0; i < 12; ++i)
            model.zoom(0.8, prior, {area.x + 2.0, at.y});
        QCOMPARE(model.pane(prior)->pose.depth, 0.0);
        model.linking.poses = false;
        const ViewPose all = model.pane(prior)->pose;
        model.zoom(0.5, additional, at);
        QVERIFY(model.pane(additional)->pose != all);
        QVERIFY(model.pane(prior)->pose == all);
    }

    void aloneThePlaceStaysUnderThePointer()
    {
        ViewModel model = eightPanes();
        const PaneId prior = paneOf(Slot::RMLO, before);
        const auto keeps = [&] {
            const PixelRect area = model.hungCell(prior)->area;
            const Point at{area.x + 0.3 * area.width, area.y + 0.4 * area.height};
            const Point place = model.transform(prior)->toStored(at);
            model.zoom(1.7, prior, at);
            const Point after = model.transform(prior)->toStored(at);
            const double pixel = std::abs(1 / model.transform(prior)->scaleX);
            return std::abs(after.x - place.x) <= pixel && std::abs(after.y - place.y) <= pixel;
        };
        model.setLinked(prior, false);
        QVERIFY(keeps());
        model.setLinked(prior, true);
        model.reset();
        model.activate(prior);
        model.setLayout(ViewLayout::Single);
        QVERIFY(keeps());
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

    // Unlinked, a view zooms, pans and windows alone, and nothing else moves it; linked again it joins the others.
    void oneIsUnlinked()
    {
        ViewModel model = eightPanes();
        const PaneId alone = paneOf(Slot::RMLO, now), other = paneOf(Slot::LCC, before);
        model.activate(alone);
        model.setLinked(alone, false);
        const ViewPose pose = model.pane(other)->pose;
        const Window window = model.pane(other)->shade.window;
        model.zoom(3, alone, {100, 700});
        model.pan(20, 10, alone);
        model.adjustWindow(alone, 0.2, 0.5);
        QVERIFY(model.pane(other)->pose == pose);
        QCOMPARE(model.pane(other)->shade.window.width, window.width);
        QCOMPARE(model.pane(alone)->shade.window.width, window.width / 2);
        const ViewPose own = model.pane(alone)->pose;
        const PixelRect area = model.hungCell(other)->area;
        const Point middle{area.x + area.width / 2.0, area.y + area.height / 2.0};
        model.zoom(2, other, middle);
        model.adjustWindow(other, 0, 2);
        QVERIFY(model.pane(alone)->pose == own);
        QCOMPARE(model.pane(alone)->shade.window.width, window.width / 2);
        QCOMPARE(model.pane(additional)->pose.pixelsPerMm, 2 * pose.pixelsPerMm);
        // Its zoom mode is its own too.
        QCOMPARE(model.zoomMode(), ZoomMode::Free);
        model.setZoomMode(ZoomMode::Pixels);
        QCOMPARE(std::abs(model.transform(alone)->scaleX), 1.0);
        QCOMPARE(model.pane(other)->pose.pixelsPerMm, 2 * pose.pixelsPerMm);
        model.activate(other);
        model.setZoomMode(ZoomMode::SameSize);
        QCOMPARE(std::abs(model.transform(alone)->scaleX), 1.0);
        QVERIFY(model.pane(other)->pose == pose);
        model.zoom(2, other, middle);
        model.setLinked(alone, true);
        QVERIFY(model.pane(alone)->pose == model.pane(other)->pose);
        model.adjustWindow(other, 0, 2); // in its own steps
        QCOMPARE(model.pane(alone)->shade.window.width, window.width);
        model.setLinked(alone, false);
        model.reset();
        QVERIFY(model.isLinked(alone));
    }

    // A preset goes to all by its name, whichever place it has in their lists; one view's only where they are apart.
    void presetsGoByName()
    {
        const auto image = [](Slot slot, const std::vector<const char*>& names) {
            auto made = breastLike(slot, 300, 240, 0.1);
            made.pipeline.voi.clear();
            for (std::size_t i = 0; i < names.size(); ++i)
                made.pipeline.voi.push_back(
                    {Window{1000.0 + 100 * double(i), 2000, WindowFunction::Linear, names[i]}, {}});
            return makeImage(made);
        };
        ViewModel model;
        model.setArea({0, 0, 800, 600});
        const PaneId a = paneOf(Slot::RCC, now), b = paneOf(Slot::LCC, now), c = paneOf(Slot::RMLO, now);
        model.setImage(a, image(Slot::RCC, {"NORMAL", "HARDER", "SOFTER"}));
        model.setImage(b, image(Slot::LCC, {"SOFTER", "NORMAL", "HARDER", "FLAT"}));
        model.setImage(c, image(Slot::RMLO, {"NORMAL", "SHARP"}));
        model.setStandardViews(fourViews(now));
        const auto choices = [&] {
            return std::vector<int>{model.pane(a)->shade.choice, model.pane(b)->shade.choice,
                                    model.pane(c)->shade.choice};
        };
        model.chooseAlike(a, 1);
        QCOMPARE(choices(), (std::vector<int>{1, 2, 0}));
        model.chooseAlike(a, 2);
        QCOMPARE(choices(), (std::vector<int>{2, 0, 0}));
        model.linking.windows = false;
        model.chooseAlike(b, 1);
        QCOMPARE(choices(), (std::vector<int>{2, 1, 0}));
        model.linking.windows = true;
        model.setLinked(a, false);
        model.chooseAlike(b, 2);
        QCOMPARE(choices(), (std::vector<int>{2, 2, 0}));
        QVERIFY(!model.hasOwnWindow(*model.pane(a)));
        model.adjustWindow(a, 0.1, 1);
        QVERIFY(model.hasOwnWindow(*model.pane(a)) && !model.hasOwnWindow(*model.pane(b)));
    }

    // Pictures that are turned pan and zoom with the others to the same tissue, each in its own direction.
    void turnedOnesGoWithTheOthers()
    {
        int moved = 0;
        for (int quarters = 0; quarters < 4; ++quarters)
            for (const bool mirrored : {false, true})
                for (const Slot slot : {Slot::RCC, Slot::LMLO}) {
                    ViewModel model = eightPanes();
                    const PaneId turned = paneOf(slot, now), other = paneOf(Slot::LCC, before);
                    model.setTurn(turned, {quarters, mirrored});
                    const auto seen = [&](const PaneId& id) { // mm from the chest wall, mm from the middle
                        const PixelRect area = model.hungCell(id)->area;
                        return model.toDepth(id, {area.x + area.width / 2.0, area.y + area.height / 2.0});
                    };
                    const double pixel = 1 / model.pane(other)->pose.pixelsPerMm;
                    for (const PaneId& from : {turned, other}) {
                        const Point one = seen(turned), two = seen(other);
                        model.pan(40, -25, from);
                        const Point oneBy{seen(turned).x - one.x, seen(turned).y - one.y},
                            twoBy{seen(other).x - two.x, seen(other).y - two.y};
                        QVERIFY(std::abs(oneBy.x - twoBy.x) < 2 * pixel && std::abs(oneBy.y - twoBy.y) < 2 * pixel);
                        QVERIFY(std::hypot(oneBy.x, oneBy.y) > 40 * pixel);
                    }
                    // The same millimetres from the chest wall are the same millimetres, there and back.
                    const Point at = model.fromDepth(turned, {12, -7});
                    const Point back = model.toDepth(turned, at);
                    QVERIFY(std::abs(back.x - 12) < 1e-9 && std::abs(back.y + 7) < 1e-9);
                    // Zoomed, the tissue under the pointer stays at its height in both, and where it was if neither
                    // lay at its cell's edge.
                    const PixelRect area = model.hungCell(turned)->area;
                    const Point under{area.x + area.width / 2.0, area.y + area.height / 2.0};
                    const Point place = model.toDepth(turned, under);
                    std::map<PaneId, std::pair<Point, ViewPose>> were;
                    for (const PaneId& each : {turned, other})
                        were[each] = {model.fromDepth(each, place), model.pane(each)->pose};
                    model.zoom(1.5, turned, under);
                    for (const auto& [each, was] : were) {
                        const Point now = model.fromDepth(each, place);
                        const bool free =
                            was.second.depth < -pixel || (was.second.depth > pixel && model.pane(each)->pose.depth > 0);
                        QVERIFY(std::abs(now.y - was.first.y) < 2);
                        QVERIFY(!free || std::abs(now.x - was.first.x) < 2);
                        moved += free ? 1 : 0;
                    }
                }
        QVERIFY(moved > 4);
    }

    // At one pixel on one pixel the fields cover each breast, neighbours overlap, and both breasts show the same place.
    void fieldsCoverTheBreast()
    {
        for (const Turn turn : {Turn(), Turn{1, false}, Turn{2, true}}) {
            ViewModel model;
            model.setArea({0, 0, 400, 300});
            const PaneId right = paneOf(Slot::RCC, now), left = paneOf(Slot::LCC, now);
            model.setImage(right, makeImage(breastLike(Slot::RCC, 1000, 800, 0.1)));
            model.setImage(left, makeImage(breastLike(Slot::LCC, 1000, 800, 0.1)));
            model.setStandardViews(fourViews(now));
            model.setLayout(ViewLayout::CcPair);
            model.activate(right);
            model.setTurn(left, turn);
            model.setZoomMode(ZoomMode::Pixels);
            Raster<std::uint8_t> looked(1000, 800, 0);
            std::vector<ViewModel::Field> fields;
            const ViewImage& image = *model.pane(left)->image;
            const auto see = [&] {
                const auto transform = *model.transform(left);
                const PixelRect area = model.hungCell(left)->area;
                for (int r = 0; r < 1000; ++r)
                    for (int c = 0; c < 800; ++c)
                        if (const Point at = transform.toScreen({c + 0.5, r + 0.5}); area.contains(at.x, at.y))
                            looked.at(r, c) = 1;
            };
            do {
                model.stepField(1);
                QVERIFY(model.field(right) && model.field(left) == model.field(right));
                if (!fields.empty() && *model.field(right) == fields.front())
                    break;
                fields.push_back(*model.field(right));
                see();
                QCOMPARE(fields.back().number(), int(fields.size()) - 1);
                QVERIFY(fields.size() == 1 || std::abs(fields.back().column - fields[fields.size() - 2].column) +
                                                      std::abs(fields.back().row - fields[fields.size() - 2].row) ==
                                                  1); // a neighbour of the one before
            } while (fields.size() < 100);
            QCOMPARE(int(fields.size()), fields.front().columns * fields.front().rows);
            QVERIFY(fields.front() == (ViewModel::Field{fields.front().columns, fields.front().rows, 0, 0}));
            int missed = 0;
            for (int r = 0; r < 1000; ++r)
                for (int c = 0; c < 800; ++c)
                    missed += image.inBreast(c, r) && !looked.at(r, c);
            QCOMPARE(missed, 0);
            // The same millimetres in both, in each mirrored to the other.
            const auto middle = [&](const PaneId& id) {
                const PixelRect area = model.hungCell(id)->area;
                return model.toDepth(id, {area.x + area.width / 2.0, area.y + area.height / 2.0});
            };
            QVERIFY(std::abs(middle(right).x - middle(left).x) < 0.2 &&
                    std::abs(middle(right).y - middle(left).y) < 0.2);
            model.stepField(-1);
            QVERIFY(*model.field(right) == fields.back());
            model.pan(30, 0, right); // elsewhere; the walk goes on
            QVERIFY(!model.field(right));
            model.stepField(-1);
            QVERIFY(*model.field(right) == fields[fields.size() - 2]);
        }
    }

    // Where all of the breast is in sight, the first step enlarges it.
    void fieldsBeginByEnlarging()
    {
        ViewModel model = eightPanes();
        model.setLayout(ViewLayout::Grid);
        const double before = model.pane(additional)->pose.pixelsPerMm;
        for (const auto& [area, count] : {std::pair{PixelRect{0, 0, 1600, 900}, 2}, {{0, 0, 1000, 1000}, 4}}) {
            model.reset();
            model.setArea(area);
            std::set<std::pair<int, int>> places;
            for (int i = 0; i < count; ++i) {
                model.stepField(1);
                const auto field = model.field(paneOf(Slot::LMLO, now));
                QVERIFY(field);
                QCOMPARE(field->columns * field->rows, count); // halves in cells that are long
                places.insert({field->column, field->row});
            }
            QCOMPARE(int(places.size()), count);
        }
        QVERIFY(model.pane(paneOf(Slot::RCC, now))->pose.pixelsPerMm > before);
        QVERIFY(!ViewModel(model).field(additional)); // it hangs nowhere
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
        model.setTurn(additional, {0, true});
        QCOMPARE(model.transform(additional)->scaleX, -scale);
        QVERIFY(model.transform(paneOf(Slot::RCC, now))->scaleX > 0);
        model.reset();
        QCOMPARE(model.transform(additional)->scaleX, scale);
    }
};

QTEST_GUILESS_MAIN(TestViewModel)
#include "test_view_model.moc"
