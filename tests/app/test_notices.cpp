// What the window tells in its line, and for how long: nothing there may be old news, or lie over what is written on.
#include "app/workstation/look/theme.h"
#include "app/workstation/page/drawer.h"
#include "app/workstation/shell/message_strip.h"
#include "core/base/files.h"
#include "tests/app/window_fixture.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QElapsedTimer>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <algorithm>

using namespace mama;
using namespace mama::test;
using viewer::PaneView;
using viewer::ViewLayout;
namespace fs = std::filesystem;

namespace {

// Two studies of two women, four views each.
fs::path twoStudies(const WindowFixture& fixture)
{
    const fs::path folder = fixture.folder() / "two";
    fs::create_directories(folder);
    int number = 0;
    for (const std::string patient : {"P1", "P2"})
        for (const std::string side : {"R", "L"})
            for (const std::string code : {"399162004", "399368009"}) { // CC, MLO
                SyntheticMammogram image{{{"ImageLaterality", side},
                                          {"PatientID", patient},
                                          {"StudyInstanceUID", "1.2.3." + patient.substr(1)},
                                          {"ImagerPixelSpacing", "0.1\\0.1"}},
                                         code,
                                         "SCT",
                                         "",
                                         side == "R"};
                write(image, folder / (std::to_string(++number) + ".dcm"));
            }
    return folder;
}

class Reading : public WindowFixture
{
public:
    bool open(const fs::path& path)
    {
        activate();
        return openAndWait(path) && QTest::qWaitForWindowActive(&window());
    }
    void activate()
    {
        window().activateWindow();
        static_cast<void>(QTest::qWaitForWindowActive(&window()));
    }
    PaneView& view() { return window().read().view(); }
    MessageStrip& strip() { return *window().findChild<MessageStrip*>(); }
    QString line()
    {
        return strip().isVisible() ? strip().findChild<QLabel*>(QStringLiteral("message"))->text() : QString();
    }
    QAction* action(const char* id) { return window().findChild<QAction*>(QLatin1String(id)); }
    void key(int key, Qt::KeyboardModifiers with = {})
    {
        view().setFocus();
        QTest::keyClick(&view(), Qt::Key(key), with);
    }
    void tell(const QString& text, bool isError = false) { Q_EMIT window().read().told(text, isError); }
    QRect inWindow(const QWidget& widget) { return {widget.mapTo(&window(), QPoint(0, 0)), widget.size()}; }
};

} // namespace

class TestNotices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // "step 2 of 3" is there only while that step is.
    void aStepIsToldWhileItHangs()
    {
        Reading reading;
        QVERIFY(reading.open(twoStudies(reading)));
        const auto stepTold = [&] { return reading.line().contains(QStringLiteral("step ")); };
        for (const int other : {Qt::Key_F2, Qt::Key_F3, Qt::Key_F4, Qt::Key_F5, Qt::Key_F6, Qt::Key_Return}) {
            reading.key(Qt::Key_Space);
            QVERIFY(stepTold());
            reading.key(other);
            QVERIFY2(!stepTold(), qPrintable(reading.line()));
            reading.key(Qt::Key_F2);
        }
        reading.key(Qt::Key_Space);
        reading.key(Qt::Key_PageDown, Qt::ControlModifier);
        QTRY_COMPARE(reading.window().read().studies().current(), 1);
        QVERIFY(!stepTold());
        // And not by a key: from the list of studies, and by the mouse on a picture.
        reading.key(Qt::Key_Space);
        QVERIFY(stepTold());
        reading.window().read().studies().show(0);
        QVERIFY(!stepTold());
        reading.key(Qt::Key_Space);
        QVERIFY(stepTold());
        reading.view().setViewLayout(ViewLayout::Single);
        QVERIFY(!stepTold());
    }

    // The first press of Space changes what is seen, whatever hangs.
    void theFirstStepChangesSomething()
    {
        Reading reading;
        reading.window().resize(1600, 900);
        QVERIFY(reading.open(twoStudies(reading)));
        reading.key(Qt::Key_F3); // as the first step is
        reading.key(Qt::Key_Space);
        QCOMPARE(reading.view().hung().size(), std::size_t{2});
        QVERIFY2(reading.line().contains(QStringLiteral("step 2 of 3")), qPrintable(reading.line()));
        reading.key(Qt::Key_F2);
        reading.key(Qt::Key_Space);
        QVERIFY2(reading.line().contains(QStringLiteral("step 1 of 3")), qPrintable(reading.line()));
        reading.key(Qt::Key_F5); // as the last one is
        reading.key(Qt::Key_Space, Qt::ShiftModifier);
        QVERIFY2(reading.line().contains(QStringLiteral("step 2 of 3")), qPrintable(reading.line()));
    }

    // A notice goes by itself, by the next action or by Esc; under the mouse it stays; an error stays.
    void noticesGoAndErrorsStay()
    {
        Reading reading;
        reading.activate();
        QVERIFY(MessageStrip::spanOf(QString(200, 'a')) > MessageStrip::spanOf(QStringLiteral("a")) + 5000);
        const QString error = QStringLiteral("It is broken."), notice = QStringLiteral("Done.");
        reading.tell(notice);
        QCOMPARE(reading.line(), notice);
        QTRY_VERIFY_WITH_TIMEOUT(reading.line().isEmpty(), MessageStrip::spanOf(notice) + 3000);
        reading.tell(error, true);
        reading.tell(notice);
        QCOMPARE(reading.line(), notice);
        reading.action("view.texts")->trigger(); // says that no study is open, in its place
        QVERIFY(reading.line() != notice);
        QTest::keyClick(&reading.window(), Qt::Key_Escape);
        QCOMPARE(reading.line(), error);
        reading.action("panel.studies")->trigger();
        QCOMPARE(reading.line(), error);
        reading.action("panel.studies")->trigger();
        QTest::keyClick(&reading.window(), Qt::Key_Escape);
        QCOMPARE(reading.line(), QString());
        reading.tell(error, true);
        QTest::mouseClick(reading.strip().findChild<QToolButton*>(), Qt::LeftButton);
        QCOMPARE(reading.line(), QString());
        for (Page* page :
             {static_cast<Page*>(&reading.window().train()), static_cast<Page*>(&reading.window().models()),
              static_cast<Page*>(&reading.window().library())}) {
            reading.window().showPage(*page);
            Q_EMIT page->told(error, true);
            QCOMPARE(reading.line(), error);
            QWidget* focus = reading.window().focusWidget();
            QTest::keyClick(focus ? focus : &reading.window(), Qt::Key_Escape);
            QTRY_COMPARE(reading.line(), QString());
        }
    }

    void aNoticeUnderTheMouseStays()
    {
        Reading reading;
        reading.activate();
        const QString notice = QStringLiteral("Done.");
        reading.tell(notice);
        QEnterEvent enter({5, 5}, {5, 5}, {5, 5});
        QCoreApplication::sendEvent(&reading.strip(), &enter);
        QElapsedTimer since;
        since.start();
        QTRY_VERIFY_WITH_TIMEOUT(since.elapsed() > MessageStrip::spanOf(notice) + 500, 20000);
        QCOMPARE(reading.line(), notice);
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&reading.strip(), &leave);
        QTRY_VERIFY_WITH_TIMEOUT(reading.line().isEmpty(), MessageStrip::spanOf(notice) + 3000);
    }

    // At every width, whichever drawer opens or closes while it is there.
    void theLineFollowsTheDrawers()
    {
        Reading reading;
        for (const QSize size : {QSize(1280, 800), QSize(1700, 900)}) {
            reading.window().resize(size);
            QVERIFY(reading.open(twoStudies(reading)));
            for (const QString& words :
                 {QStringLiteral("A short error."), QStringLiteral("A long reason. ").repeated(30)}) {
                reading.tell(words, true);
                QCoreApplication::processEvents();
                const QRect before = reading.inWindow(reading.strip());
                for (const char* panel : {"panel.notes", "panel.images", "panel.ask", "panel.studies"}) {
                    reading.action(panel)->trigger();
                    QTest::qWait(0);
                    for (const Drawer* drawer : reading.window().read().findChildren<Drawer*>())
                        for (const QWidget* each : reading.window().read().findChildren<QWidget*>())
                            if (each != drawer && each->isVisible() && drawer->holds(each))
                                QVERIFY2(!reading.inWindow(reading.strip()).intersects(reading.inWindow(*each)), panel);
                }
                reading.screenshot(QStringLiteral("notice-%1-%2").arg(size.width()).arg(words.size()));
                for (const char* panel : {"panel.ask", "panel.studies"})
                    reading.action(panel)->trigger();
                QTRY_COMPARE(reading.inWindow(reading.strip()), before);
            }
        }
    }

    // Whoever draws at once hits the picture that is meant: it hangs from the first frame as it will.
    void theLayoutIsThereFromTheBeginning()
    {
        Reading reading;
        reading.window().resize(1600, 900);
        std::vector<ViewLayout> layouts;
        connect(&reading.window().read().studies(), &StudySession::studyShown, this,
                [&] { layouts.push_back(reading.view().viewLayout()); });
        connect(&reading.window().read().studies(), &StudySession::pictureReady, this,
                [&] { layouts.push_back(reading.view().viewLayout()); });
        QVERIFY(reading.open(twoStudies(reading)));
        layouts.push_back(reading.view().viewLayout());
        QVERIFY(layouts.size() >= 6);
        QCOMPARE(layouts, std::vector<ViewLayout>(layouts.size(), ViewLayout::Row));
        const auto scale = [&](ViewLayout layout) {
            return reading.view().commonScale(viewer::fourUp(layout, reading.window().read().studies().hanging()));
        };
        QVERIFY(scale(ViewLayout::Row) > scale(ViewLayout::Grid));
    }

    // One count, and the key to the list.
    void theCountIsThatOfTheList()
    {
        Reading reading;
        const fs::path folder = twoStudies(reading);
        writeAtomically(folder / "a.dcm", std::string_view("no mammogram"));
        writeAtomically(folder / "b.png", std::string_view("no picture"));
        SyntheticMammogram report{{{"SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.11"}}, "", "SCT", "", false};
        write(report, folder / "report.dcm");
        QSignalSpy told(&reading.window().read(), &Page::told);
        QVERIFY(reading.open(folder));
        const auto* panel = reading.window().read().findChild<StudyPanel*>();
        QVERIFY(panel->notShown() > 0);
        QStringList lines;
        for (const auto& each : told)
            lines << each.at(0).toString();
        const QStringList counts = lines.filter(QStringLiteral("not shown"));
        QCOMPARE(counts.size(), 1);
        QVERIFY2(counts[0].startsWith(QString::number(panel->notShown()) + QStringLiteral(" file")),
                 qPrintable(counts[0]));
        QVERIFY(counts[0].contains(QStringLiteral("(E)")));
        bool listed = false;
        for (const QLabel* each : reading.window().read().findChildren<QLabel*>())
            listed = listed || each->text().startsWith(QStringLiteral("Not shown (%1)").arg(panel->notShown()));
        QVERIFY(listed);
    }

    void aNoticePushesNoPicture()
    {
        Reading reading;
        QVERIFY(reading.open(twoStudies(reading)));
        QTRY_VERIFY(!reading.view().uploadsPending());
        const auto places = [&] {
            std::map<viewer::PaneId, viewer::ViewPose> out;
            for (const viewer::PaneId& pane : reading.view().panes())
                out[pane] = reading.view().pose(pane);
            return out;
        };
        const auto before = places();
        const QSize size = reading.view().size();
        reading.tell(QStringLiteral("It is broken."), true);
        QCOMPARE(reading.line(), QStringLiteral("It is broken."));
        reading.view().grabFrame();
        QCOMPARE(reading.view().size(), size);
        QVERIFY(before.size() > 1 && places() == before);
    }

    void redoWithoutAnythingSaysSo()
    {
        Reading reading;
        QVERIFY(reading.open(twoStudies(reading)));
        reading.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY2(reading.line().startsWith(QStringLiteral("There is nothing to do again")),
                     qPrintable(reading.line()));
        reading.key(Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY2(reading.line().startsWith(QStringLiteral("There is nothing to take back")),
                     qPrintable(reading.line()));
    }

    // Where there is no study all that needs one says so: by keys, and each command of the menus Study and View.
    void withoutAStudyCommandsSaySo()
    {
        Reading reading;
        reading.activate();
        const QString needs = QStringLiteral("No study is open");
        QWidget* start = reading.window().focusWidget();
        QVERIFY(start);
        for (const auto& [key, with] : {std::pair<int, Qt::KeyboardModifiers>{Qt::Key_P, Qt::NoModifier},
                                        {Qt::Key_G, Qt::NoModifier},
                                        {Qt::Key_D, Qt::NoModifier},
                                        {Qt::Key_Space, Qt::NoModifier},
                                        {Qt::Key_F2, Qt::NoModifier},
                                        {Qt::Key_I, Qt::ControlModifier},
                                        {Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier}}) {
            reading.tell({});
            QTest::keyClick(start, Qt::Key(key), with);
            QVERIFY2(reading.line().startsWith(needs), qPrintable(QKeySequence(key | with).toString()));
        }
        const QStringList without{QStringLiteral("study.find"), QStringLiteral("study.cancel"),
                                  QStringLiteral("study.identifiers")};
        int said = 0;
        for (QAction* each : reading.window().read().commands()) {
            const bool ofPictures = each->objectName().startsWith(QLatin1String("view.")) && each->data().isValid();
            if (without.contains(each->objectName()) ||
                (!ofPictures && !each->objectName().startsWith(QLatin1String("study."))))
                continue;
            reading.tell({});
            const bool checked = each->isChecked();
            each->trigger();
            QVERIFY2(reading.line().startsWith(needs), qPrintable(each->objectName()));
            QCOMPARE(each->isChecked(), checked);
            ++said;
        }
        QVERIFY(said > 60);
    }

    // Until something is asked the pictures have the whole place.
    void nothingAskedTakesNoStrip()
    {
        Reading reading;
        QVERIFY(reading.open(twoStudies(reading)));
        reading.view().grabFrame();
        const auto height = [&] {
            int below = 0;
            for (const viewer::HungCell& cell : reading.view().hung())
                below = std::max(below, cell.area.y + cell.area.height);
            return below;
        };
        QCOMPARE(height(), qRound(reading.view().height() * reading.view().devicePixelRatioF()));
        viewer::OverlayLegend legend;
        legend.sentence = "mass";
        reading.view().setLegend(legend);
        reading.view().grabFrame();
        QVERIFY(height() < reading.view().height() * reading.view().devicePixelRatioF() - 50);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestNotices test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_notices.moc"
