// What the window makes of screens: small ones, several, their greys, and the memory that pictures take.
#include "app/workstation/look/settings_keys.h"
#include "app/workstation/look/theme.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/read/dialogs/memory_dialog.h"
#include "app/workstation/screens/display_dialog.h"
#include "app/workstation/screens/monitors.h"
#include "app/workstation/screens/pictures_apart.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "widgets/display/test_pattern_window.h"

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QToolBar>
#include <cmath>

using namespace mama;
using mama::test::WindowFixture;
namespace fs = std::filesystem;

namespace {

QAction* action(const MainWindow& window, const char* id) { return window.findChild<QAction*>(QLatin1String(id)); }

LoadedImage loaded(std::size_t index, int side)
{
    StoredImage stored{side, side, 1, SampleType::U16, {}};
    stored.bytes.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 2);
    GreyPipeline pipeline;
    pipeline.voi.push_back({Window{127, 255, WindowFunction::Linear, ""}, {}});
    return {index, viewer::ViewImage::make(stored, pipeline, StudyImage(), nullptr), {}};
}

// Words that do not fit into what holds them; empty: all do.
QString clipped(const QWidget& inside)
{
    for (const QLabel* each : inside.findChildren<QLabel*>()) {
        if (!each->isVisible() || each->wordWrap() || each->text().isEmpty() || each->text().contains(QLatin1Char('<')))
            continue;
        if (each->minimumWidth() != 1 && each->width() < each->minimumSizeHint().width())
            return each->text();
    }
    return {};
}

} // namespace

class TestScreens : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // A sixteenth of the machine, within bounds.
    void memoryFollowsTheMachine()
    {
        constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
        QCOMPARE(usualPictureMemory(8 * gibibyte), gibibyte / 2);
        QCOMPARE(usualPictureMemory(32 * gibibyte), 2 * gibibyte);
        QCOMPARE(usualPictureMemory(gibibyte), gibibyte / 4);
        QCOMPARE(usualPictureMemory(1024 * gibibyte), 4 * gibibyte);
        QCOMPARE(usualPictureMemory(0), gibibyte / 2); // not known: as 8 GiB
    }

    // The oldest go; the study on screen and the last one stay; an image in place of another counts once.
    void theCacheKeepsItsLimit()
    {
        PictureCache cache;
        cache.put("a", {loaded(0, 256)});
        const std::uint64_t one = cache.used();
        QVERIFY(one >= 256 * 256 * 2 && one < 256 * 256 * 3);
        cache.setLimit(3 * one);
        cache.hold("a");
        for (const char* uid : {"b", "c", "d", "e"})
            cache.put(uid, {loaded(0, 256)});
        QVERIFY(cache.find("a") && cache.find("e") && cache.find("d") && !cache.find("b") && !cache.find("c"));
        QCOMPARE(cache.used(), 3 * one);
        for (int again = 0; again < 5; ++again)
            cache.add("e", loaded(0, 256));
        QCOMPARE(cache.used(), 3 * one);
        cache.setLimit(1);
        QVERIFY(cache.find("a") && cache.find("e") && cache.studies() == 2);
        cache.hold("e");
        cache.put("f", {loaded(0, 256)});
        QVERIFY(cache.find("e") && cache.find("f") && !cache.find("a"));
    }

    // Shown and set in the window, and kept.
    void memoryIsShownAndSet()
    {
        WindowFixture fixture;
        PictureCache& cache = fixture.window().read().studies().cache();
        const std::uint64_t usual = cache.limit();
        bool said = false;
        QTimer::singleShot(0, qApp, [&] {
            auto* dialog = qobject_cast<MemoryDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            for (const QLabel* each : dialog->findChildren<QLabel*>())
                said = said || each->text().contains(QStringLiteral("of %1 MiB").arg(usual >> 20U));
            dialog->grab().save(QStringLiteral("screenshots/memory.png"));
            for (auto* each : dialog->findChildren<QRadioButton*>())
                if (each->text().contains(QStringLiteral("most")))
                    each->setChecked(true);
            dialog->findChild<QSpinBox*>()->setValue(100);
            dialog->accept();
        });
        action(fixture.window(), "view.memory")->trigger();
        QVERIFY(said);
        QCOMPARE(cache.limit(), std::uint64_t{100} << 20U);
        fixture.endWindow();
        fixture.newWindow();
        PictureCache& again = fixture.window().read().studies().cache();
        QCOMPARE(again.limit(), std::uint64_t{100} << 20U);
        QTimer::singleShot(0, qApp, [&] {
            auto* dialog = qobject_cast<MemoryDialog*>(QApplication::activeModalWidget());
            for (auto* each : dialog->findChildren<QRadioButton*>())
                if (!each->text().contains(QStringLiteral("most")))
                    each->setChecked(true);
            dialog->accept();
        });
        action(fixture.window(), "view.memory")->trigger();
        QCOMPARE(again.limit(), usual);
    }

    // Off unless it was set; on, each pixel of a picture has the table's level of the grey it had; said in the window.
    void picturesFollowTheDisplayFunction()
    {
        MAMA_NEED(fs::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        viewer::PaneView& view = window.read().view();
        QTRY_VERIFY(!view.uploadsPending());
        const auto* note = window.findChild<QLabel*>(QStringLiteral("displayNote"));
        QVERIFY(!note->isVisible());
        viewer::Aids aids = view.aids(); // only pictures
        aids.texts = aids.labels = false;
        view.setAids(aids);
        const QImage before = view.grabFrame();
        const Screen screen{0.4, 380, 0.2, 2.2};
        QTimer::singleShot(0, qApp, [&] {
            auto* dialog = qobject_cast<DisplayDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            const auto fields = dialog->findChildren<QDoubleSpinBox*>();
            const double values[] = {screen.darkest, screen.brightest, screen.roomLight, screen.gamma};
            fields[0]->setValue(500); // clamped to 100: still darker than white
            fields[1]->setValue(50);
            auto* ok = dialog->findChild<QPushButton*>();
            for (auto* each : dialog->findChildren<QPushButton*>())
                if (each->text().contains(QStringLiteral("OK")))
                    ok = each;
            QVERIFY(!ok->isEnabled());
            for (int i = 0; i < 4; ++i)
                fields[i]->setValue(values[i]);
            QVERIFY(ok->isEnabled());
            dialog->findChild<QCheckBox*>()->setChecked(true);
            dialog->grab().save(QStringLiteral("screenshots/display.png"));
            dialog->accept();
        });
        action(window, "view.display")->trigger();
        const QImage after = view.grabFrame();
        QCOMPARE(after.size(), before.size());
        const auto table = gsdfTable(screen, 256);
        int greys = 0, wrong = 0; // wrong: what lies over the pictures, frames
        const double unit = view.devicePixelRatioF();
        for (const viewer::HungCell& cell : view.hung()) {
            const viewer::ViewImage& image = *view.image(*cell.pane);
            for (int y = 40; y < image.rows() - 40; y += 20)
                for (int x = 40; x < image.columns() - 40; x += 20) {
                    const QPoint at = (view.placeOf(*cell.pane, {x + 0.5, y + 0.5}) * unit).toPoint();
                    const int was = qRed(before.pixel(at)), is = qRed(after.pixel(at));
                    // The grey before was rounded: its neighbours' levels bound the level.
                    const auto level = [&](int grey) {
                        return static_cast<double>(table[static_cast<std::size_t>(std::clamp(grey, 0, 255))]) * 255;
                    };
                    wrong += is >= std::floor(level(was - 1)) && is <= std::ceil(level(was + 1)) ? 0 : 1;
                    greys += was > 20 && was < 235 ? 1 : 0;
                }
        }
        QVERIFY2(greys > 1000 && wrong * 100 < greys, qPrintable(QString::number(wrong)));
        QVERIFY(note->isVisible() && note->text().contains(QStringLiteral("not a medical display")));
        fixture.screenshot(QStringLiteral("gsdf"));
        fixture.endWindow();
        fixture.newWindow(); // kept
        QVERIFY(fixture.window().findChild<QLabel*>(QStringLiteral("displayNote"))->isVisible());
    }

    void theTestPatternCoversTheScreen()
    {
        WindowFixture fixture;
        action(fixture.window(), "view.pattern")->trigger();
        auto* pattern = fixture.window().findChild<TestPatternWindow*>();
        QVERIFY(pattern && pattern->isFullScreen());
        QVERIFY(QTest::qWaitForWindowExposed(pattern));
        QTRY_COMPARE(pattern->geometry(), fixture.window().screen()->geometry());
        pattern->grab().save(QStringLiteral("screenshots/test-pattern.png"));
        QTest::keyClick(pattern, Qt::Key_Escape);
        QTRY_VERIFY(!fixture.window().findChild<TestPatternWindow*>());
    }

    // Sets of monitors are told by names and places, in any order.
    void monitorsHaveTheirPlaces()
    {
        const Monitor left{QStringLiteral("DP-1"), {0, 0, 1920, 1200}},
            right{QStringLiteral("DP-2"), {1920, 0, 2048, 2560}};
        QCOMPARE(monitorSet({left, right}), monitorSet({right, left}));
        QVERIFY(monitorSet({left}) != monitorSet({left, right}));
        Monitor moved = right;
        moved.geometry.translate(0, 10);
        QVERIFY(placeKey(QStringLiteral("main"), {left, right}) != placeKey(QStringLiteral("main"), {left, moved}));
        QVERIFY(isInSight({2000, 100, 800, 600}, {left, right}) && !isInSight({2000, 100, 800, 600}, {left}));
        QVERIFY(!isInSight({100, -700, 800, 600}, {left, right})); // its title is above
        QVERIFY(!isInSight({1900, 100, 800, 600}, {left}));        // a sliver
    }

    // Out by key, with all keys, and back by Esc, by the key and by closing; remembered over a restart.
    void picturesHaveAWindowOfTheirOwn()
    {
        MAMA_NEED(fs::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        MainWindow& window = fixture.window();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        PicturesApart& apart = window.read().apart();
        const QImage before = view.grabFrame();
        QTest::keyClick(&view, Qt::Key_F12);
        QVERIFY(apart.isApart() && view.window() == apart.window() && apart.window()->isVisible());
        QVERIFY(action(window, "view.apart")->isChecked());
        QVERIFY(QTest::qWaitForWindowActive(apart.window()));
        QTRY_VERIFY(view.hasFocus());
        apart.window()->setGeometry(300, 120, 900, 700);
        QTRY_COMPARE(view.size(), QSize(900, 700));
        QTRY_VERIFY(!view.uploadsPending());
        const QImage out = view.grabFrame();
        QVERIFY(!out.isNull() && out.size() != before.size());
        int lit = 0;
        for (int x = 0; x < out.width(); ++x)
            lit += qRed(out.pixel(x, out.height() / 3)) > 40 ? 1 : 0;
        QVERIFY(lit > 50); // the pictures
        fixture.screenshot(QStringLiteral("apart-main"));
        apart.window()->grab().save(QStringLiteral("screenshots/apart-pictures.png"));
        QTest::keyClick(&view, Qt::Key_I); // of the pictures
        QVERIFY(view.aids().inverted);
        QTest::keyClick(&view, Qt::Key_I);
        QTest::keyClick(&view, Qt::Key_E); // opens a panel of the window
        QVERIFY(action(window, "panel.studies")->isChecked());
        action(window, "panel.studies")->trigger();
        QTest::keyClick(apart.window(), Qt::Key_3, Qt::ControlModifier); // one of the shell
        QVERIFY(window.library().isVisible());
        action(window, "view.read")->trigger();
        apart.window()->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(apart.window()));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Escape);
        QTRY_VERIFY(!apart.isApart());
        QVERIFY(view.window() == &window && view.isVisible());
        action(window, "view.apart")->trigger();
        QVERIFY(apart.isApart());
        apart.window()->close();
        QTRY_VERIFY(!apart.isApart());
        QVERIFY(window.isVisible() && view.window() == &window);
        action(window, "view.apart")->trigger();
        apart.window()->setGeometry(320, 140, 880, 660);
        QTest::qWait(500); // what moves is remembered when it rests
        fixture.endWindow();
        fixture.newWindow();
        PicturesApart& again = fixture.window().read().apart();
        QTRY_VERIFY(again.isApart());
        QCOMPARE(again.window()->size(), QSize(880, 660));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        action(fixture.window(), "view.apart")->trigger();
        QVERIFY(!again.isApart() && fixture.window().read().view().isVisible());
    }

    // A monitor that is unplugged gives the pictures back; plugged in again it has them, where they were.
    void picturesComeBackFromAMonitorThatIsGone()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        PicturesApart& apart = window.read().apart();
        QCoreApplication::processEvents();
        const Monitor own{QStringLiteral("A"), {0, 0, 1280, 1200}}, other{QStringLiteral("B"), {1280, 0, 640, 1200}};
        window.setGeometry(0, 0, 1000, 800);
        apart.setMonitors({own, other});
        QVERIFY(!apart.isApart());
        apart.setApart(true);
        QVERIFY(other.geometry.contains(apart.window()->geometry().center())); // the free one
        apart.window()->setGeometry(1300, 60, 600, 700);
        QTest::qWait(500);
        QSignalSpy told(&window.read(), &Page::told);
        apart.setMonitors({own});
        QVERIFY(!apart.isApart());
        QVERIFY(told.last().at(0).toString().contains(QStringLiteral("monitor")));
        apart.setMonitors({other, own});
        QVERIFY(apart.isApart());
        QCOMPARE(apart.window()->geometry(), QRect(1300, 60, 600, 700));
        apart.setApart(false); // now the reader's own wish for these
        apart.setMonitors({own});
        apart.setMonitors({own, other});
        QVERIFY(!apart.isApart());
    }

    // 1280 x 800: menus, tabs, tools and status bar whole; both drawers are an edge of 24 pixels and open over the
    // pictures, which keep their size.
    void theSmallScreenHoldsEverything()
    {
        MAMA_NEED(fs::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.setGeometry(0, 0, 1280, 800);
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QTRY_COMPARE(window.size(), QSize(1280, 800));
        for (Page* page :
             std::initializer_list<Page*>{&window.train(), &window.library(), &window.models(), &window.read()}) {
            window.showPage(*page);
            QCoreApplication::processEvents();
            QVERIFY2(page->minimumSizeHint().width() <= 1280, qPrintable(page->objectName()));
            QCOMPARE(window.size(), QSize(1280, 800));
            for (QAction* menu : window.menuBar()->actions())
                QVERIFY2(window.menuBar()->actionGeometry(menu).right() < window.menuBar()->width() &&
                             window.menuBar()->actionGeometry(menu).width() > 0,
                         qPrintable(menu->text()));
            MAMA_SAME(clipped(*window.statusBar()).toStdString());
            QVERIFY(window.statusBar()->geometry().bottom() < window.height());
        }
        for (const QToolBar* tools : window.read().findChildren<QToolBar*>())
            for (QAction* tool : tools->actions())
                if (const QWidget* button = tools->widgetForAction(tool); button && tool->isVisible())
                    QVERIFY2(button->isVisible() && button->geometry().right() < tools->width(),
                             qPrintable(tool->text()));
        viewer::PaneView& view = window.read().view();
        const QSize pictures = view.size();
        QCOMPARE(pictures.width(), 1280 - 2 * Drawer::edgeWidth);
        for (const char* panel : {"panel.ask", "panel.images", "panel.notes", "panel.studies"}) {
            action(window, panel)->trigger();
            QCoreApplication::processEvents();
            QCOMPARE(view.size(), pictures);
            const QMargins covered = window.read().covered();
            QVERIFY2(covered.left() + covered.right() >= 240, panel);
            fixture.screenshot(QStringLiteral("small-%1").arg(QLatin1String(panel)));
            action(window, panel)->trigger();
            QCOMPARE(window.read().covered(), QMargins());
        }
        for (Drawer* drawer : window.read().findChildren<Drawer*>())
            QVERIFY(drawer->floating() && drawer->width() == Drawer::edgeWidth);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestScreens test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_screens.moc"
