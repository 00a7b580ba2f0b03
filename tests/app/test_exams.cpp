// Exams as a reader comes to them: archives, patients with their priors, what was open before, and how they hang.
#include "app/workstation/look/theme.h"
#include "core/base/files.h"
#include "core/hanging/hanging_file.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/core/study/synthetic_mammogram.h"
#include "widgets/panels/study_panel.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QJsonDocument>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QProcess>
#include <QSignalSpy>
#include <QStackedWidget>
#include <algorithm>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

template <class W>
W* named(const QWidget& inside, const char* name)
{
    for (W* each : inside.findChildren<W*>())
        if (each->accessibleName() == QLatin1String(name))
            return each;
    return nullptr;
}

// Synthetic patients, each with an exam and an earlier one.
fs::path patients(const WindowFixture& fixture, int count)
{
    const fs::path folder = fixture.folder() / "patients";
    mamaCommand({"phantom", "--seed", "1000000", "--studies", QString::number(count), "--priors", "1", "--size",
                 "256x208", "--out", text(folder)});
    return folder / "images";
}

// With the common program, which writes what it is told.
fs::path zipped(const fs::path& folder, const fs::path& archive)
{
    QProcess python;
    python.start(
        QStringLiteral("python3"),
        {QStringLiteral("-c"),
         QStringLiteral("import sys,zipfile,os\n"
                        "z=zipfile.ZipFile(sys.argv[2],'w',zipfile.ZIP_DEFLATED)\n"
                        "for d,_,fs in os.walk(sys.argv[1]):\n"
                        " for f in fs: z.write(os.path.join(d,f),os.path.relpath(os.path.join(d,f),sys.argv[1]))\n"
                        "z.writestr('../up.dcm','x')\n"),
         text(folder), text(archive)});
    python.waitForFinished();
    return archive;
}

std::set<std::string> hungStudies(const viewer::PaneView& view)
{
    std::set<std::string> out;
    for (const viewer::HungCell& cell : view.hung())
        if (cell.pane)
            out.insert(cell.pane->study);
    return out;
}

bool allThere(const viewer::PaneView& view)
{
    return std::ranges::all_of(view.hung(),
                               [&](const viewer::HungCell& cell) { return cell.pane && view.image(*cell.pane); });
}

bool oneScale(const viewer::PaneView& view)
{
    std::set<double> scales;
    for (const viewer::HungCell& cell : view.hung())
        scales.insert(view.pose(*cell.pane).pixelsPerMm);
    return scales.size() == 1;
}

QAction* action(const MainWindow& window, const char* id) { return window.findChild<QAction*>(QLatin1String(id)); }

int shownRows(const QListWidget& list)
{
    int rows = 0;
    for (int row = 0; row < list.count(); ++row)
        rows += list.item(row)->isHidden() || !(list.item(row)->flags() & Qt::ItemIsSelectable) ? 0 : 1;
    return rows;
}

} // namespace

class TestExams : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // An archive dropped on a field for text opens; what must not be unpacked is named; its folder goes with the
    // window.
    void archivesOpenAndGo()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const fs::path archive = zipped(patients(fixture, 1), fixture.folder() / "disc.zip");
        window.read().typeSentence(); // a field that takes dropped texts
        auto* field = window.focusWidget();
        QMimeData dropped;
        dropped.setUrls({QUrl::fromLocalFile(text(archive))});
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(field, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({5, 5}, Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(field, &drop);
        QVERIFY(shown.wait(60000));
        const Study& study = *window.read().studies().study();
        QVERIFY(fixture.image(Slot::RCC));
        QVERIFY(study.images[0].place().native().starts_with(archive.native() + "/"));
        const auto* files = named<QListWidget>(window.read(), "Files that are not shown, and why");
        QVERIFY(files->item(0)->text().contains(QStringLiteral("leads out")));
        const fs::path unpacked = fixture.folder() / "cache" / "unpacked";
        const auto folders = [&] {
            return std::ranges::count_if(fs::directory_iterator(unpacked),
                                         [](const fs::directory_entry& each) { return each.is_directory(); });
        };
        QCOMPARE(folders(), 1);
        QVERIFY(fixture.openAndWait(dataFolder() / "four-view"));
        QTRY_COMPARE(folders(), 0);
    }

    // One key each; the same size in mm; which exam is which.
    void priorsHangOnOneKey()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(patients(fixture, 2)));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        StudySession& studies = window.read().studies();
        QTRY_VERIFY(view.hasFocus());
        const std::string current = studies.study()->uid;
        QVERIFY(studies.priorStudy() && studies.isNewest()); // the newest opens first
        const std::string prior = studies.priorStudy()->uid;
        QVERIFY(studies.priorStudy()->date < studies.study()->date);
        QTest::keyClick(&view, Qt::Key_P);
        QTRY_VERIFY(view.hung().size() == 8 && allThere(view));
        QVERIFY(oneScale(view) && view.hung()[0].pane->study == current && view.hung()[1].pane->study == prior);
        QVERIFY(action(window, "study.prior.beside")->isChecked());
        fixture.screenshot(QStringLiteral("prior-beside"));
        QTest::keyClick(&view, Qt::Key_P, Qt::ShiftModifier);
        QTRY_VERIFY(view.hung().size() == 8 && allThere(view));
        QVERIFY(oneScale(view) && view.hung()[3].pane->study == current && view.hung()[4].pane->study == prior);
        QTest::keyClick(&view, Qt::Key_S);
        QTRY_VERIFY(view.hung().size() == 4 && allThere(view));
        QCOMPARE(hungStudies(view), std::set<std::string>{prior});
        QTest::keyClick(&view, Qt::Key_S);
        QCOMPARE(hungStudies(view), std::set<std::string>{current});
        // One view large, beside its prior.
        QTest::keyClick(&view, Qt::Key_Return);
        QTest::keyClick(&view, Qt::Key_P);
        QTRY_VERIFY(view.hung().size() == 2 && allThere(view));
        QTest::keyClick(&view, Qt::Key_P);
        // The prior itself has none.
        QSignalSpy told(&window.read(), &Page::told);
        studies.show(1);
        QCOMPARE(studies.study()->uid, prior);
        QVERIFY(!studies.isNewest());
        QTest::keyClick(&view, Qt::Key_P);
        QVERIFY(told.last().at(0).toString().startsWith(QStringLiteral("no prior")));
        QCOMPARE(hungStudies(view), std::set<std::string>{prior});
    }

    // Hands that try everything: no key leaves another exam's picture where a command takes it for this one's.
    void commandsKnowTheirExam()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(patients(fixture, 1)));
        viewer::PaneView& view = window.read().view();
        QSignalSpy told(&window.read(), &Page::told);
        for (const char* how : {"study.prior.beside", "study.prior.eight", "study.prior.swap"}) {
            action(window, how)->trigger();
            QTRY_VERIFY(allThere(view));
            view.setActivePane({window.read().studies().priorStudy()->uid, view.hung().back().pane->image});
            for (const char* id : {"study.place.rcc", "study.frame.next", "view.seen", "view.maximise", "view.next",
                                   "view.step.next", "view.layout.grid", "view.reset", "study.header"})
                action(window, id)->trigger();
        }
        for (QWidget* each : QApplication::topLevelWidgets())
            if (each != &window && each->isVisible())
                each->close();
        action(window, "view.layout.row")->trigger();
        QCOMPARE(hungStudies(view).size(), std::size_t{1});
        QVERIFY(told.count() > 0);
    }

    void patientsAreListedFoundAndSorted()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(patients(fixture, 3)));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        action(window, "study.find")->trigger();
        auto* search = named<QLineEdit>(window.read(), "Find studies");
        auto* list = named<QListWidget>(window.read(), "Studies");
        QTRY_VERIFY(search->hasFocus());
        QCOMPARE(list->count(), 9); // three patients of two exams
        QVERIFY(list->item(0)->text().contains(QStringLiteral("Patient 1")) &&
                list->item(2)->text().contains(QStringLiteral("prior")));
        QVERIFY(list->item(1)->text() > list->item(2)->text()); // dates
        QTRY_VERIFY(!list->item(5)->icon().pixmap(QSize(104, 36)).toImage().allGray() ||
                    list->item(5)->icon().pixmap(QSize(104, 36)).toImage().pixelColor(20, 18).value() > 0);
        fixture.screenshot(QStringLiteral("patients"));
        QTest::keyClicks(search, QStringLiteral("prior"));
        QCOMPARE(shownRows(*list), 3);
        QTest::keyClick(search, Qt::Key_Down);
        QTRY_VERIFY(list->hasFocus());
        const int before = window.read().studies().current();
        action(window, "study.next")->trigger(); // among those that were found
        QVERIFY(window.read().studies().current() != before && !window.read().studies().isNewest());
        for (int row = list->count() - 1; row >= 0; --row) // and by a click
            if (!list->item(row)->isHidden() && list->item(row) != list->currentItem() &&
                list->item(row)->flags() & Qt::ItemIsSelectable) {
                const int last = window.read().studies().current();
                list->scrollToItem(list->item(row));
                QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
                QVERIFY(window.read().studies().current() != last);
                break;
            }
        search->setFocus();
        QTest::keyClick(search, Qt::Key_Escape);
        QCOMPARE(shownRows(*list), 6);
        auto* order = named<QComboBox>(window.read(), "Order of the studies");
        order->setFocus();
        QTest::keyClick(order, Qt::Key_Down);
        QCOMPARE(list->count(), 6);
        for (int row = 1; row < list->count(); ++row)
            QVERIFY(list->item(row - 1)->text().left(10) >= list->item(row)->text().left(10));
        fixture.endWindow();
        fixture.newWindow();
        QCOMPARE(named<QComboBox>(fixture.window().read(), "Order of the studies")->currentIndex(), 1);
    }

    // A patient with one exam does not stand below another's name.
    void eachPatientHasAHeadingWhereOneHasSeveralExams()
    {
        WindowFixture fixture;
        const fs::path folder = fixture.folder() / "mixed";
        for (const auto& [seed, priors] : {std::pair("1000000", "1"), std::pair("2000000", "0")})
            mamaCommand({"phantom", "--seed", seed, "--studies", "1", "--priors", priors, "--size", "256x208", "--out",
                         text(folder / seed)});
        QVERIFY(fixture.openAndWait(folder));
        MainWindow& window = fixture.window();
        const auto& patients = window.read().studies().patients();
        QCOMPARE(patients.size(), std::size_t{2});
        action(window, "study.find")->trigger();
        auto* list = named<QListWidget>(window.read(), "Studies");
        int row = 0;
        const auto mayBeChosen = [&](int at) { return bool(list->item(at)->flags() & Qt::ItemIsSelectable); };
        for (std::size_t patient = 0; patient < patients.size(); ++patient) {
            const auto exams = static_cast<int>(patients[patient].size());
            QVERIFY(!mayBeChosen(row));
            QVERIFY(list->item(row++)
                        ->text()
                        .remove(QChar(0x200b))
                        .startsWith(QStringLiteral("Patient %1 · %2 exam").arg(patient + 1).arg(exams)));
            for (int exam = 0; exam < exams; ++exam)
                QVERIFY(mayBeChosen(row++));
        }
        QCOMPARE(list->count(), row);
        fixture.screenshot(QStringLiteral("patients-mixed"));
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(fixture.openAndWait(folder / "2000000")); // nobody has several: no headings
        QCOMPARE(named<QListWidget>(fixture.window().read(), "Studies")->count(), 1);
    }

    // By keys alone: Enter opens the first that is found, Up and Down pass over headings, the search is told while the
    // list is closed, and Esc in the list ends it before it closes the list.
    void aSearchGoesByKeysAndIsSeen()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(patients(fixture, 3)));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        StudySession& studies = window.read().studies();
        QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
        auto* search = named<QLineEdit>(window.read(), "Find studies");
        auto* list = named<QListWidget>(window.read(), "Studies");
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClicks(search, QStringLiteral("prior"));
        const int first = static_cast<int>(studies.patients()[0][1]);
        QCOMPARE(window.windowTitle().section(QStringLiteral(" — "), 0, 0),
                 QStringLiteral("one of 6 studies, not among the 3 found by “prior”"));
        QTest::keyClick(search, Qt::Key_Return);
        QTRY_COMPARE(studies.current(), first);
        QVERIFY(list->hasFocus() && list->currentItem()->text().contains(QStringLiteral("prior")));
        std::vector<int> seen{studies.current()};
        for (int press = 0; press < 2; ++press) { // a heading stands between them
            QTest::keyClick(list, Qt::Key_Down);
            QVERIFY(studies.current() != seen.back() && !studies.isNewest());
            seen.push_back(studies.current());
        }
        QTest::keyClick(list, Qt::Key_Up);
        QCOMPARE(studies.current(), seen[1]);
        const QString told = QStringLiteral("study 2 of 3 found by “prior”, of 6");
        QVERIFY2(window.windowTitle().startsWith(told), qPrintable(window.windowTitle()));
        action(window, "panel.studies")->trigger(); // closed
        QTRY_VERIFY(!list->isVisible());
        QVERIFY2(window.windowTitle().startsWith(told), qPrintable(window.windowTitle()));
        const auto edge = [&] {
            for (const auto* each : window.read().findChildren<QAbstractButton*>())
                if (each->accessibleName() == QLatin1String("Studies") && each->isVisible())
                    return each->text();
            return QString();
        };
        QVERIFY2(edge().contains(QStringLiteral("3 of 6 found")), qPrintable(edge()));
        fixture.screenshot(QStringLiteral("search-closed"));
        QSignalSpy said(&window.read(), &Page::told);
        for (int press = 0; press < 2; ++press)
            QTest::keyClick(&window.read().view(), Qt::Key_PageDown, Qt::ControlModifier);
        QVERIFY(said.last().at(0).toString().contains(QStringLiteral("“prior”")));
        action(window, "panel.studies")->trigger();
        list->setFocus();
        QTRY_VERIFY(list->hasFocus());
        QTest::keyClick(list, Qt::Key_Escape);
        QVERIFY(search->text().isEmpty() && list->isVisible());
        QCOMPARE(shownRows(*list), 6);
        QVERIFY(window.windowTitle().contains(QStringLiteral(" of 6, prior")));
        QVERIFY(!edge().contains(QStringLiteral("found")));
        QTest::keyClick(list, Qt::Key_Home);
        for (int row = 0; row < list->count(); ++row) { // through all of them, none of the stops a heading
            QVERIFY(list->currentItem()->flags() & Qt::ItemIsSelectable);
            QTest::keyClick(list, Qt::Key_Down);
        }
        QCOMPARE(list->currentRow(), list->count() - 1);
        for (int row = 0; row < list->count(); ++row)
            if (!(list->item(row)->flags() & Qt::ItemIsSelectable)) {
                const int before = list->currentRow();
                list->scrollToItem(list->item(row));
                QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
                QCOMPARE(list->currentRow(), before);
            }
        QTest::keyClick(list, Qt::Key_Escape);
        QTRY_VERIFY(!list->isVisible() && window.read().view().hasFocus());
    }

    // The next patient on one key, over the priors of this one and in any order of the list: always the newest exam.
    void aPatientIsOneKeyAway()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(patients(fixture, 3)));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        StudySession& studies = window.read().studies();
        viewer::PaneView& view = window.read().view();
        QTRY_VERIFY(view.hasFocus());
        QSignalSpy told(&window.read(), &Page::told);
        const auto press = [&](Qt::Key key) {
            QTest::keyClick(&view, key, Qt::ControlModifier | Qt::ShiftModifier);
            return studies.study()->patientId;
        };
        const auto last = [&] { return told.last().at(0).toString(); };
        auto* order = named<QComboBox>(window.read(), "Order of the studies");
        for (int rows = 0; rows < order->count(); ++rows) {
            order->setCurrentIndex(rows);
            Q_EMIT order->activated(rows);
            do
                press(Qt::Key_PageUp);
            while (!last().startsWith(QStringLiteral("This is the first patient")));
            std::vector<std::string> seen;
            do {
                QVERIFY(studies.isNewest() && studies.priorStudy());
                seen.push_back(studies.study()->patientId);
                QVERIFY(seen.size() <= 3);
            } while (press(Qt::Key_PageDown) != seen.back());
            QVERIFY2(last().startsWith(QStringLiteral("This is the last patient")), qPrintable(last()));
            QCOMPARE(std::set(seen.begin(), seen.end()).size(), std::size_t{3});
            press(Qt::Key_PageUp);
            studies.show(studies.current() + 1); // her prior: back is another patient all the same
            QVERIFY(!studies.isNewest() && studies.study()->patientId == seen[1]);
            QCOMPARE(press(Qt::Key_PageUp), seen[0]);
            QVERIFY(studies.isNewest());
        }
        action(window, "study.find")->trigger();
        auto* search = named<QLineEdit>(window.read(), "Find studies");
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClicks(search, QStringLiteral("prior"));
        const std::string before = studies.study()->patientId;
        QVERIFY(press(Qt::Key_PageDown) != before && !studies.isNewest()); // among those that were found
    }

    // What was open stands on the first page, greyed when it is gone, without what names a patient unless that is
    // wanted.
    void theFirstPageRemembers()
    {
        WindowFixture fixture;
        const fs::path images = patients(fixture, 1);
        QVERIFY(fixture.openAndWait(images));
        const std::string id = fixture.window().read().studies().study()->patientId;
        const fs::path whole = fixture.folder() / ("of_" + id);
        fs::copy(images, whole, fs::copy_options::recursive);
        QVERIFY(fixture.openAndWait(whole));
        fixture.endWindow();
        fs::remove_all(images);
        fixture.newWindow();
        MainWindow& window = fixture.window();
        QLabel* start = nullptr;
        for (QLabel* each : window.read().findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("MaMA Workstation")))
                start = each;
        QVERIFY(start && start->text().contains(QStringLiteral("demo-studies")));
        QTRY_VERIFY(start->text().contains(QStringLiteral("not there any more")));
        QVERIFY(start->text().contains(QStringLiteral("recent:0")) &&
                !start->text().contains(QStringLiteral("recent:1")));
        QVERIFY(!start->text().contains(QString::fromStdString(id)));
        fixture.screenshot(QStringLiteral("first-page"));
        action(window, "study.identifiers")->trigger();
        QVERIFY(start->text().contains(QString::fromStdString(id)));
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        Q_EMIT start->linkActivated(QStringLiteral("recent:0"));
        QVERIFY(shown.wait(60000));
        fixture.endWindow();
        fixture.newWindow();
        for (QLabel* each : fixture.window().read().findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("MaMA Workstation")))
                start = each;
        QVERIFY(start->text().contains(QStringLiteral("recent:")));
        Q_EMIT start->linkActivated(QStringLiteral("clear"));
        QVERIFY(!start->text().contains(QStringLiteral("recent:")));
    }

    // By keys alone: Tab goes from link to link, Enter opens what was open before.
    void theFirstPageGoesByKeys()
    {
        WindowFixture fixture;
        QVERIFY(fixture.openAndWait(patients(fixture, 1)));
        fixture.endWindow();
        fixture.newWindow();
        MainWindow& window = fixture.window();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QLabel* start = nullptr;
        for (QLabel* each : window.read().findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("recent:0")))
                start = each;
        QVERIFY(start);
        start->setFocus();
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        for (int link = 0; link < 3; ++link) // open a folder, the demo studies, the first that was open
            QTest::keyClick(start, Qt::Key_Tab);
        QTest::keyClick(start, Qt::Key_Return);
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QVERIFY(window.read().studies().isNewest());
    }

    void theDemoStudiesOpen()
    {
        WindowFixture fixture;
        ReadPage& read = fixture.window().read();
        QSignalSpy shown(&read, &ReadPage::studyOnScreen);
        for (QLabel* each : read.findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("demo-studies")))
                Q_EMIT each->linkActivated(QStringLiteral("demo-studies"));
        QVERIFY(shown.wait(120000));
        QCOMPARE(read.studies().patients().size(), std::size_t{3});
        QVERIFY(read.studies().priorStudy());
        fixture.endWindow();
        fixture.newWindow();
        qputenv("MAMA_MODELS", (sourceFolder() / "resources").c_str());
        MainWindow& window = fixture.window();
        QSignalSpy again(&window.read(), &ReadPage::studyOnScreen);
        window.findChild<QAction*>(QStringLiteral("file.demo"))->trigger();
        QVERIFY(again.wait(60000));
        window.findChild<QAction*>(QStringLiteral("model.demo"))->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().model(), 60000);
        QCOMPARE(window.read().session().model()->name, QStringLiteral("demo"));
        qunsetenv("MAMA_MODELS");
    }

    // What a study has beside its four views stands below as thumbnails, and hangs by Enter; implants in two rows.
    void extrasStandBelow()
    {
        WindowFixture fixture;
        const fs::path folder = fixture.folder() / "implant";
        fs::create_directories(folder);
        int number = 0;
        const auto put = [&](const std::string& side, const std::string& view, const std::string& modifier) {
            SyntheticMammogram image{{{"ImageLaterality", side}, {"PatientID", "P1"}}, "", "SCT", "", side == "R"};
            image.viewCode = view == "CC" ? "399162004" : "399368009";
            image.modifierCode = modifier;
            write(image, folder / (std::to_string(++number) + ".dcm"));
        };
        for (const std::string side : {"R", "L"})
            for (const std::string view : {"CC", "MLO"})
                for (const std::string modifier : {"", "399209000"}) // implant displaced
                    put(side, view, modifier);
        put("L", "MLO", "399055006"); // spot compression
        QVERIFY(fixture.openAndWait(folder));
        MainWindow& window = fixture.window();
        viewer::PaneView& view = window.read().view();
        action(window, "panel.studies")->trigger();
        auto* extras = named<QListWidget>(window.read(), "Beside the four views");
        QCOMPARE(extras->count(), 5);
        QStringList labels;
        for (int row = 0; row < extras->count(); ++row)
            labels << extras->item(row)->text();
        QVERIFY(labels.contains(QStringLiteral("LSMLO")) && labels.contains(QStringLiteral("RCCID")));
        const auto lit = [&] {
            return extras->item(0)->icon().pixmap(64, 80).toImage().pixelColor(60, 40).value() > 0 ||
                   extras->item(0)->icon().pixmap(64, 80).toImage().pixelColor(10, 40).value() > 0;
        };
        QTRY_VERIFY(lit());
        fixture.screenshot(QStringLiteral("extras"));
        action(window, "view.step.next")->trigger();
        QTRY_VERIFY(view.hung().size() == 8 && allThere(view));
        fixture.screenshot(QStringLiteral("implants"));
        Q_EMIT extras->itemActivated(extras->item(static_cast<int>(labels.indexOf(QStringLiteral("LSMLO")))));
        const auto hangsIt = [&] {
            return std::ranges::any_of(view.hung(), [&](const viewer::HungCell& cell) {
                return cell.pane && view.image(*cell.pane) && view.image(*cell.pane)->facts().label == "LSMLO";
            });
        };
        QTRY_VERIFY(hangsIt());
    }

    // The layout in which the pictures are larger, until the reader chooses one; his choice stays.
    void theLargerLayoutIsTheFirst()
    {
        WindowFixture fixture;
        const fs::path images = patients(fixture, 1);
        fixture.window().resize(1600, 900);
        QVERIFY(fixture.openAndWait(images));
        viewer::PaneView& view = fixture.window().read().view();
        const auto scale = [&](viewer::ViewLayout layout) {
            return view.commonScale(viewer::fourUp(layout, fixture.window().read().studies().hanging()));
        };
        const double grid = scale(viewer::ViewLayout::Grid), row = scale(viewer::ViewLayout::Row);
        QVERIFY(row > grid);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Row);
        QCOMPARE(view.pose(*view.hung()[0].pane).pixelsPerMm, row);
        action(fixture.window(), "view.layout.grid")->trigger();
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(fixture.openAndWait(images));
        QCOMPARE(fixture.window().read().view().viewLayout(), viewer::ViewLayout::Grid);
    }

    // Steps on one key; a file of the reader's own; a wrong one says line and reason, and the one before stays.
    void hangingsAreSteppedThroughAndChecked()
    {
        WindowFixture fixture;
        const fs::path images = patients(fixture, 1);
        QVERIFY(fixture.openAndWait(images));
        MainWindow& window = fixture.window();
        viewer::PaneView& view = window.read().view();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTRY_VERIFY(view.hasFocus());
        QTest::keyClick(&window, Qt::Key_F2);
        QTest::keyClick(&view, Qt::Key_Space); // from two rows to one
        QCOMPARE(view.hung().size(), std::size_t{4});
        QTest::keyClick(&view, Qt::Key_Space);
        QCOMPARE(view.hung().size(), std::size_t{2});
        QTest::keyClick(&view, Qt::Key_Space, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Space, Qt::ShiftModifier); // round, to the last: with priors
        QTRY_VERIFY(view.hung().size() == 4 && hungStudies(view).size() == 2 && allThere(view));
        QVERIFY(oneScale(view));
        const fs::path own = fixture.folder() / "own.json";
        QSignalSpy told(&window.read(), &Page::told);
        writeAtomically(own, std::string_view(R"({"format": "mama-hanging", "version": 1, "hangings": [
  {"name": "mine", "steps": [{"name": "L first", "columns": 2, "cells": ["L CC", "R CX"]}]}]})"));
        window.read().takeHangingFile(QString::fromStdString(own.string()));
        QVERIFY(told.last().at(0).toString().contains(QStringLiteral("line 2")) &&
                told.last().at(0).toString().contains(QStringLiteral("R CX")));
        QVERIFY(!fs::exists(fixture.folder() / "hanging.json"));
        const fs::path broken = fixture.folder() / "broken.json";
        writeAtomically(broken, std::string_view("{\n oops"));
        window.read().takeHangingFile(QString::fromStdString(broken.string()));
        const QString sentences = told.last().at(0).toString(); // two
        QVERIFY2(sentences.endsWith(QStringLiteral("JSON from here on. The hanging stays as it was.")),
                 qPrintable(sentences));
        writeAtomically(own, std::string_view(R"({"format": "mama-hanging", "version": 1, "hangings": [
  {"name": "mine", "steps": [{"name": "L first", "columns": 2, "cells": ["L CC", "R CC"]}]}]})"));
        window.read().takeHangingFile(QString::fromStdString(own.string()));
        QCOMPARE(view.hung().size(), std::size_t{2});
        QCOMPARE(view.hung()[0].name, std::string("L CC"));
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(fixture.openAndWait(images)); // and at the next start studies open so
        QCOMPARE(fixture.window().read().view().hung()[0].name, std::string("L CC"));
        QCOMPARE(fixture.window().read().view().hung().size(), std::size_t{2});
    }

    // The command says the same.
    void theCommandsAgree()
    {
        WindowFixture fixture;
        const fs::path images = patients(fixture, 2);
        const fs::path archive = zipped(images, fixture.folder() / "disc.zip");
        const Outcome scanned = mamaCommand({"scan", "--json", "--headers-only", text(archive)});
        QCOMPARE(scanned.status, 3); // the file whose name leads out
        const nlohmann::json found = scanned.json();
        QCOMPARE(found["studies"].size(), std::size_t{4});
        QVERIFY(fixture.openAndWait(archive));
        const StudySession& studies = fixture.window().read().studies();
        for (const nlohmann::json& each : found["studies"])
            if (each["study_uid"].get<std::string>() == studies.study()->uid) {
                QCOMPARE(each["prior"].get<std::string>(), studies.priorStudy()->uid);
                std::set<std::string> there, named;
                for (const nlohmann::json& image : each["images"])
                    named.insert(image["path"].get<std::string>());
                for (const StudyImage& image : studies.study()->images)
                    there.insert(image.place().string());
                QCOMPARE(named, there);
            }
        const fs::path wrong = fixture.folder() / "wrong.json";
        writeAtomically(wrong, std::string_view("{\n \"format\": 1\n}"));
        const Outcome checked = mamaCommand({"hanging", "check", text(wrong)});
        QCOMPARE(checked.status, 1);
        QVERIFY(checked.err.contains("wrong.json: line 2: "));
        const nlohmann::json steps = mamaCommand({"hanging", "show", "--json", text(images)}).json();
        QCOMPARE(steps.size(), std::size_t{4});
        QCOMPARE(steps[0]["study_uid"].get<std::string>(), studies.study()->uid);
        QCOMPARE(steps[0]["steps"].size(), std::size_t{5}); // with priors
        QCOMPARE(steps[1]["steps"].size(), std::size_t{3});
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestExams test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_exams.moc"
