// One view in a window of its own: by keys and mouse, with the next study, with maps and notes, and where it stands.
#include "app/workstation/look/theme.h"
#include "app/workstation/read/work/notes_session.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/view_apart.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include <QAction>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <cmath>

using namespace mama;
using namespace mama::test;
using viewer::PaneId;
using viewer::PaneView;
namespace fs = std::filesystem;

namespace {

class Apart : public WindowFixture
{
public:
    bool open()
    {
        const fs::path set = folder() / "set";
        if (!fs::exists(set))
            mamaCommand({"phantom", "--seed", "1000005", "--studies", "2", "--priors", "0", "--size", "256x208",
                         "--out", text(set)});
        window().resize(1200, 800);
        toMain();
        return openAndWait(set / "images");
    }
    ReadPage& read() { return window().read(); }
    PaneView& view() { return read().view(); }
    ViewApart& apart() { return read().viewApart(); }
    PaneView& own() { return *apart().view(); }
    QAction* action(const char* id) { return window().findChild<QAction*>(QLatin1String(id)); }
    PaneId pane(Slot slot) { return viewer::standardViews(*read().studies().study()).at(slot); }

    void toMain()
    {
        window().activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window()));
        view().setFocus();
    }
    void toOwn()
    {
        apart().window()->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(apart().window()));
        own().setFocus();
    }
    void key(PaneView& in, int key, Qt::KeyboardModifiers with = {})
    {
        &in == &view() ? toMain() : toOwn();
        QTRY_VERIFY(in.hasFocus() && apart().hasKeyboard() == (&in != &view()));
        QTest::keyClick(&in, Qt::Key(key), with);
    }
    // On the tissue of what is shown: near the chest wall, at half the height.
    QPoint onTissue(PaneView& in, const PaneId& pane)
    {
        const viewer::ViewImage& image = *in.image(pane);
        const bool left = image.facts().chestWallColumn * 2 < image.columns();
        return in.placeOf(pane, {image.columns() * (left ? 0.15 : 0.85), image.rows() / 2.0}).toPoint();
    }
    void drag(PaneView& in, Qt::MouseButton with, QPoint from, QPoint by)
    {
        QTest::mousePress(&in, with, {}, from);
        for (const QPoint at : {from + by / 2, from + by}) {
            QMouseEvent move(QEvent::MouseMove, at, in.mapToGlobal(at), Qt::NoButton, with, {});
            QCoreApplication::sendEvent(&in, &move);
        }
        QTest::mouseRelease(&in, with, {}, from + by);
    }
    void clickOn(Slot slot) // in the pictures
    {
        toMain();
        QTest::mouseClick(&view(), Qt::LeftButton, {}, onTissue(view(), pane(slot)));
    }
};

int lit(const QImage& frame)
{
    int count = 0;
    for (int x = 0; x < frame.width(); ++x)
        count += qRed(frame.pixel(x, frame.height() / 2)) > 40 ? 1 : 0;
    return count;
}

} // namespace

class TestViewApart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The active view, out by key; enlarged, moved and rotated by itself; the four stay as they are.
    void aViewGoesOut()
    {
        Apart fixture;
        QSignalSpy told(&fixture.read(), &Page::told);
        fixture.action("view.detach")->trigger();
        QVERIFY(told.last().at(0).toString().startsWith(QStringLiteral("No study is open")));
        QVERIFY(!fixture.apart().isOpen() && !fixture.action("view.detach")->isChecked());
        QVERIFY(fixture.open());
        fixture.clickOn(Slot::LMLO);
        fixture.key(fixture.view(), Qt::Key_F12, Qt::ShiftModifier);
        QVERIFY(fixture.apart().isOpen() && fixture.action("view.detach")->isChecked());
        QVERIFY(QTest::qWaitForWindowActive(fixture.apart().window()));
        PaneView &own = fixture.own(), &all = fixture.view();
        const PaneId pane = fixture.pane(Slot::LMLO);
        QTRY_VERIFY(own.hasFocus());
        QVERIFY(fixture.apart().window()->windowTitle().startsWith(QStringLiteral("L MLO")));
        QCOMPARE(own.hung().size(), std::size_t{1});
        QCOMPARE(own.image(pane), all.image(pane));
        QCOMPARE(all.hung().size(), std::size_t{4});
        fixture.apart().window()->setGeometry(100, 60, 700, 800);
        QTRY_COMPARE(own.size(), QSize(700, 800));
        QTRY_VERIFY(!own.uploadsPending());
        QVERIFY(lit(own.grabFrame()) > 100);
        const viewer::ViewPose before = all.pose(pane);
        QVERIFY(own.pose(pane).pixelsPerMm > before.pixelsPerMm); // there is more room for it
        fixture.key(own, Qt::Key_1);
        QCOMPARE(own.zoomMode(), viewer::ZoomMode::Pixels);
        QVERIFY(all.zoomMode() != viewer::ZoomMode::Pixels && fixture.action("view.zoom.pixels")->isChecked());
        const viewer::ViewPose large = own.pose(pane);
        fixture.key(own, Qt::Key_Down);
        fixture.drag(own, Qt::LeftButton, fixture.onTissue(own, pane), {30, -50});
        QVERIFY(own.pose(pane) != large);
        fixture.key(own, Qt::Key_R, Qt::ShiftModifier);
        QVERIFY((own.turn(pane) == viewer::Turn{1, false}) && all.turn(pane) == viewer::Turn());
        fixture.key(own, Qt::Key_Backspace, Qt::ControlModifier);
        fixture.key(own, Qt::Key_M);
        QVERIFY(own.aids().loupe && !all.aids().loupe);
        fixture.key(own, Qt::Key_Period); // the walk through the breast
        QVERIFY(all.pose(pane) == before);
        fixture.screenshot(QStringLiteral("view-apart-main"));
        fixture.apart().window()->grab().save(QStringLiteral("screenshots/view-apart.png"));
        fixture.toMain();
        QVERIFY(!fixture.action("view.zoom.pixels")->isChecked()); // what is ticked is of the window with the keyboard
        fixture.key(own, Qt::Key_Escape);
        QTRY_VERIFY(!fixture.apart().isOpen());
        QVERIFY(!fixture.action("view.detach")->isChecked());
    }

    // The window is one for all, wherever it is changed; so are inversion and what is hidden.
    void windowsAreLinkedBothWays()
    {
        Apart fixture;
        QVERIFY(fixture.open());
        fixture.clickOn(Slot::RCC);
        fixture.action("view.detach")->trigger(); // by the menu
        PaneView &own = fixture.own(), &all = fixture.view();
        const PaneId pane = fixture.pane(Slot::RCC), other = fixture.pane(Slot::LMLO);
        const Window before = all.shade(pane).window, others = all.shade(other).window;
        fixture.toOwn();
        fixture.drag(own, Qt::RightButton, fixture.onTissue(own, pane), {40, 25});
        const Window after = own.shade(pane).window;
        QVERIFY(after.width != before.width && after.centre != before.centre);
        QCOMPARE(all.shade(pane).window.width, after.width);
        QCOMPARE(all.shade(pane).window.centre, after.centre);
        const Window followed = all.shade(other).window;
        QVERIFY(std::abs(followed.width / others.width - after.width / before.width) < 1e-9);
        QVERIFY(std::abs((followed.centre - others.centre) / others.width -
                         (after.centre - before.centre) / before.width) < 1e-6);
        fixture.key(all, Qt::Key_Up, Qt::ControlModifier);
        QVERIFY(all.shade(pane).window.centre != after.centre);
        QTRY_COMPARE(own.shade(pane).window.centre, all.shade(pane).window.centre);
        fixture.key(own, Qt::Key_I);
        QVERIFY(all.aids().inverted);
        QTRY_VERIFY(own.aids().inverted);
        fixture.key(own, Qt::Key_T);
        QVERIFY(!all.aids().texts);
        QTRY_VERIFY(!own.aids().texts);
        fixture.key(own, Qt::Key_R); // both as the study opened
        QTRY_VERIFY(!own.aids().inverted && own.shade(pane).window.width == before.width);
        QCOMPARE(all.shade(other).window.width, others.width);
        fixture.apart().window()->close();
        QTRY_VERIFY(!fixture.apart().isOpen());
        QVERIFY(fixture.window().isVisible() && !fixture.action("view.detach")->isChecked());
    }

    // "]" goes through the views in it; another view of the pictures takes its place by the same key; the next study
    // shows its own view of that name, without a map until it is asked for.
    void itFollowsStudiesAndMaps()
    {
        Apart fixture;
        fixture.read().setModel(text(sourceFolder() / "resources" / "demo"));
        QVERIFY(fixture.open());
        QVERIFY(fixture.read().studies().studies().size() == 2);
        fixture.clickOn(Slot::RCC);
        fixture.key(fixture.view(), Qt::Key_F12, Qt::ShiftModifier);
        fixture.key(fixture.own(), Qt::Key_BracketRight);
        QCOMPARE(fixture.apart().cell().name, std::string("L CC"));
        QVERIFY(fixture.view().activePane() == fixture.pane(Slot::LCC));
        fixture.clickOn(Slot::LMLO);
        QCOMPARE(fixture.apart().cell().name, std::string("L CC"));
        fixture.key(fixture.view(), Qt::Key_F12, Qt::ShiftModifier);
        QVERIFY(fixture.apart().isOpen());
        QCOMPARE(fixture.apart().cell().name, std::string("L MLO"));
        const auto similarity = [&](PaneView& in) {
            const PaneId pane = fixture.pane(Slot::LMLO);
            const viewer::ViewImage& image = *in.image(pane);
            for (int column = 4; column < image.columns(); column += 8)
                if (const auto info = in.infoAt(in.placeOf(pane, {column + 0.5, image.rows() / 2.0})); info.similarity)
                    return *info.similarity;
            return std::nanf("");
        };
        QVERIFY(std::isnan(similarity(fixture.own())));
        QVERIFY(fixture.askAndWait(QStringLiteral("There is a mass.")));
        QTRY_VERIFY(!std::isnan(similarity(fixture.own())));
        QVERIFY(std::isfinite(similarity(fixture.view())));
        QTRY_VERIFY(!fixture.own().uploadsPending());
        fixture.apart().window()->grab().save(QStringLiteral("screenshots/view-apart-map.png"));
        const std::string study = fixture.read().studies().study()->uid;
        QSignalSpy shown(&fixture.read(), &ReadPage::studyOnScreen);
        fixture.toOwn();
        QTest::keyClick(&fixture.own(), Qt::Key_PageDown, Qt::ControlModifier); // a key of the page
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QVERIFY(fixture.read().studies().study()->uid != study);
        QTRY_VERIFY(fixture.apart().cell().pane == fixture.pane(Slot::LMLO));
        QTRY_VERIFY(fixture.own().image(fixture.pane(Slot::LMLO)));
        QCOMPARE(fixture.own().panes().size(), std::size_t{1}); // nothing of the study before
        QVERIFY(std::isnan(similarity(fixture.own())));
        QVERIFY(fixture.own().zoomMode() == viewer::ZoomMode::SameSize);
        fixture.key(fixture.view(), Qt::Key_F12, Qt::ShiftModifier); // the same view again: closed
        QVERIFY(!fixture.apart().isOpen());
    }

    // What is drawn in it is drawn on the image: seen, listed and undone everywhere.
    void whatIsDrawnInItIsOfTheStudy()
    {
        Apart fixture;
        QVERIFY(fixture.open());
        fixture.clickOn(Slot::RCC);
        fixture.key(fixture.view(), Qt::Key_F12, Qt::ShiftModifier);
        PaneView &own = fixture.own(), &all = fixture.view();
        const PaneId pane = fixture.pane(Slot::RCC);
        fixture.apart().window()->setGeometry(100, 60, 700, 800);
        QTRY_COMPARE(own.size(), QSize(700, 800));
        fixture.key(own, Qt::Key_D);
        QCOMPARE(all.tool(), viewer::LeftTool::Pan);
        const QPoint from = fixture.onTissue(own, pane);
        fixture.drag(own, Qt::LeftButton, from, {-90, 120});
        QCOMPARE(fixture.read().drawn().notes().size(), std::size_t{1});
        QTRY_COMPARE(fixture.read().drawn().unsaved(), 0);
        QCOMPARE(all.notes(pane).size(), std::size_t{1});
        QTRY_COMPARE(own.notes(pane).size(), std::size_t{1});
        const auto length = measure(all.notes(pane)[0].shape, all.image(pane)->facts().spacing.mm);
        QVERIFY(length && std::abs(length->value - 150 / own.pose(pane).pixelsPerMm) < 0.02 * length->value);
        QTRY_VERIFY(own.selectedNote() && own.selectedNote() == all.selectedNote());
        fixture.key(own, Qt::Key_J);
        QTest::mouseClick(&own, Qt::LeftButton, {}, from + QPoint(-60, -80));
        auto* line = own.findChild<QLineEdit*>(QStringLiteral("note.text"));
        QVERIFY(line && line->window() == fixture.apart().window());
        QTest::keyClicks(line, QStringLiteral("seen large"));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(own.notes(pane).size(), std::size_t{2});
        QVERIFY(fixture.apart().isOpen());
        QCOMPARE(all.notes(pane)[1].text, QStringLiteral("seen large"));
        QTRY_COMPARE(fixture.read().drawn().unsaved(), 0);
        fixture.apart().window()->grab().save(QStringLiteral("screenshots/view-apart-notes.png"));
        for (const std::size_t left : {1, 0}) {
            fixture.key(own, Qt::Key_Z, Qt::ControlModifier);
            QTRY_COMPARE(own.notes(pane).size(), left);
            QTRY_COMPARE(fixture.read().drawn().unsaved(), 0);
        }
        fixture.key(own, Qt::Key_Escape); // the tool, then the window
        QVERIFY(fixture.apart().isOpen());
        QCOMPARE(own.tool(), viewer::LeftTool::Pan);
        fixture.key(own, Qt::Key_Escape);
        QTRY_VERIFY(!fixture.apart().isOpen());
    }

    // Where it stood, and which view it showed, at the next start; with a monitor that goes it goes, and comes back.
    void itStandsWhereItStood()
    {
        Apart fixture;
        QVERIFY(fixture.open());
        fixture.clickOn(Slot::RMLO);
        fixture.action("view.detach")->trigger();
        fixture.apart().window()->setGeometry(300, 120, 620, 700);
        QTRY_COMPARE(fixture.own().size(), QSize(620, 700));
        QTest::qWait(500); // what moves is remembered when it rests
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(!fixture.apart().isOpen()); // there is nothing to show yet
        QVERIFY(fixture.open());
        QTRY_VERIFY(fixture.apart().isOpen());
        QCOMPARE(fixture.apart().window()->size(), QSize(620, 700));
        QTRY_VERIFY(fixture.apart().cell().name == "R MLO" && fixture.own().image(fixture.pane(Slot::RMLO)));
        // The four in a window of their own come home without taking this one along.
        fixture.action("view.apart")->trigger();
        QVERIFY(fixture.read().apart().isApart() && fixture.apart().isOpen());
        fixture.action("view.apart")->trigger();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(fixture.apart().isOpen() && fixture.own().isVisible());
        const Monitor first{QStringLiteral("A"), {0, 0, 1280, 1200}}, second{QStringLiteral("B"), {1280, 0, 640, 1200}};
        fixture.window().setGeometry(0, 0, 1000, 800);
        fixture.apart().setOpen(false);
        fixture.apart().setMonitors({first, second});
        fixture.apart().setOpen(true);
        QVERIFY(second.geometry.contains(fixture.apart().window()->geometry().center())); // the free one
        QSignalSpy told(&fixture.read(), &Page::told);
        fixture.apart().setMonitors({first});
        QVERIFY(!fixture.apart().isOpen());
        QVERIFY(told.last().at(0).toString().contains(QStringLiteral("monitor")));
        fixture.apart().setMonitors({second, first});
        QVERIFY(fixture.apart().isOpen());
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestViewApart test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_view_apart.moc"
