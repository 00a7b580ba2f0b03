#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "core/base/files.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/score_delegate.h"
#include "widgets/panels/score_table.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QSignalSpy>
#include <QTableView>
#include <csignal>
#include <random>

using namespace mama;
using mama::test::WindowFixture;

namespace {

const QString sentence = QStringLiteral("There is a mass.");

QAction* action(MainWindow& window, const char* id) { return window.findChild<QAction*>(QLatin1String(id)); }

// Two studies of the same four pictures under two folders: no header tells them apart.
std::filesystem::path twoStudies(WindowFixture& fixture)
{
    const auto folder = fixture.folder() / "two";
    for (const char* study : {"first", "second"}) {
        std::filesystem::create_directories(folder / study);
        for (const auto& entry : std::filesystem::directory_iterator(test::dataFolder() / "four-view"))
            if (entry.path().extension() == ".png")
                std::filesystem::copy(entry.path(), folder / study / entry.path().filename());
    }
    return folder;
}

bool noModelOutput(MainWindow& window)
{
    for (const SentenceScores& row : window.read().session().scores())
        if (row.state != SentenceScores::State::NotAsked || !row.images.empty() || std::isfinite(row.study))
            return false;
    return window.read().session().maps(0).empty();
}

} // namespace

// What the window answers: only when asked, by the right name, in words where there is no value.
class TestAnswers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
    }

    // Another study comes without score and map; one key asks the last sentences of it. Coming back asks nothing
    // either.
    void anotherStudyIsNotScoredUnasked()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(twoStudies(fixture)));
        QCOMPARE(window.read().studies().studies().size(), std::size_t{2});
        QVERIFY(fixture.askAndWait(sentence));
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        action(window, "study.next")->trigger();
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().studyEncoded(), 60000);
        QTest::qWait(300);
        QVERIFY(noModelOutput(window));
        fixture.screenshot(QStringLiteral("not-asked"));
        QSignalSpy maps(&window.read(), &ReadPage::mapsOnScreen);
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window.read().view(), Qt::Key_F8);
        QVERIFY(maps.count() > 0 || maps.wait(60000));
        QCOMPARE(window.read().session().scores()[0].state, SentenceScores::State::Done);
        action(window, "study.previous")->trigger();
        QVERIFY(noModelOutput(window));
    }

    // Esc while the model loads: the rows and the line above them say so, and asking again loads it.
    void aCancelledLoadingSaysSo()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.read().setModel(QString::fromStdString(model.string()));
        window.read().ask(sentence);
        window.read().session().cancel();
        const auto& row = window.read().session().scores()[0];
        QCOMPARE(row.state, SentenceScores::State::Failed);
        QVERIFY(row.note.contains(QStringLiteral("cancelled")));
        QVERIFY(window.read().session().modelProblem().contains(QStringLiteral("cancelled")));
        QTest::qWait(1500); // the engine starts meanwhile: it does not load by itself
        QVERIFY(!window.read().session().model());
        QVERIFY(fixture.askAndWait(sentence));
    }

    // Pictures of which nothing says side and view: shown one by one, scored, placed by keys, and taken back.
    void picturesWithoutAViewAreShownScoredAndPlaced()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = fixture.folder() / "loose";
        std::filesystem::create_directories(folder);
        std::filesystem::copy(test::dataFolder() / "four-view" / "R-CC.png", folder / "picture1.png");
        std::filesystem::copy(test::dataFolder() / "four-view" / "L-CC.png", folder / "picture2.png");
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(folder));
        StudySession& studies = window.read().studies();
        QCOMPARE(studies.alone(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(window.read().view().image({studies.study()->uid, 0}) != nullptr, 30000);
        QVERIFY(fixture.askAndWait(sentence));
        QVERIFY(std::isfinite(window.read().session().scores()[0].study));
        fixture.screenshot(QStringLiteral("no-view"));
        viewer::PaneView& view = window.read().view();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_BracketRight);
        QTRY_COMPARE(studies.alone(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(view.image({studies.study()->uid, 1}) != nullptr, 30000);
        QTest::keyClick(&view, Qt::Key_BracketLeft);
        QTRY_COMPARE(studies.alone(), 0);
        QTest::keyClick(&view, Qt::Key_5);
        QVERIFY(studies.study()->inSlot(Slot::RCC) != nullptr);
        QCOMPARE(studies.study()->inSlot(Slot::RCC)->path.filename().string(), std::string("picture1.png"));
        QCOMPARE(studies.study()->inSlot(Slot::RCC)->sideSource, std::string("reader"));
        QVERIFY(studies.alone() > 0); // the next one that is to be placed
        QTest::keyClick(&view, Qt::Key_6);
        QVERIFY(studies.study()->inSlot(Slot::LCC) != nullptr);
        QCOMPARE(studies.alone(), -1); // both hang
        QTRY_VERIFY_WITH_TIMEOUT(std::isfinite(window.read().session().scores()[0].right) &&
                                     std::isfinite(window.read().session().scores()[0].left),
                                 60000);
        fixture.screenshot(QStringLiteral("placed"));
        QTest::keyClick(&view, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!studies.study()->inSlot(Slot::LCC) && studies.study()->inSlot(Slot::RCC));
        action(window, "study.place.undo")->trigger();
        QVERIFY(!studies.study()->inSlot(Slot::RCC));
        action(window, "study.place.undo")->trigger(); // nothing more: it says so
    }

    // An extra in a view's place keeps its own name and column and does not count for breast and study.
    void anExtraInAViewsPlaceKeepsItsName()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = fixture.folder() / "study";
        std::filesystem::create_directories(folder);
        for (const char* file : {"R-CC.png", "L-CC.png", "R-MLO.png", "L-MLO.png"})
            std::filesystem::copy(test::dataFolder() / "four-view" / file, folder / file);
        std::filesystem::copy(test::dataFolder() / "four-view" / "L-CC.png", folder / "R-XCCL.png");
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(folder));
        QVERIFY(fixture.askAndWait(sentence));
        const SentenceScores before = window.read().session().scores()[0];
        const Study& study = *window.read().studies().study();
        QCOMPARE(study.images.size(), std::size_t{5});
        QCOMPARE(study.images[4].label, std::string("RXCCL"));
        QVERIFY(window.read().studies().swapIn(4));
        QTRY_VERIFY_WITH_TIMEOUT(window.read().view().image({study.uid, 4}) != nullptr, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().scores()[0].images.size() == 5, 60000);
        const SentenceScores& after = window.read().session().scores()[0];
        QCOMPARE(after.right, before.right);
        QCOMPARE(after.study, before.study);
        QCOMPARE(after.images.at({study.uid, 0}), before.images.at({study.uid, 0}));
        const auto* table = window.read().findChild<QueryPanel*>()->findChild<QTableView*>();
        QStringList columns;
        for (int column = 0; column < table->model()->columnCount(); ++column)
            columns << table->model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        QVERIFY2(columns.contains(QStringLiteral("RXCCL")), qPrintable(columns.join(QLatin1Char(' '))));
        QVERIFY(!table->model()
                     ->headerData(table->model()->columnCount() - 1, Qt::Horizontal, Qt::ToolTipRole)
                     .toString()
                     .contains(QStringLiteral("RXCCL")));
        fixture.screenshot(QStringLiteral("swapped-in"));
    }

    // A range fitted to the study on screen says so and ends with it.
    void aFittedRangeEndsWithItsStudy()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(twoStudies(fixture)));
        QCOMPARE(window.read().view().overlayStyle().basis, viewer::RangeBasis::Reference);
        QVERIFY(fixture.askAndWait(sentence));
        QCOMPARE(window.read().view().overlayStyle().low, -1.0); // this model has no reference
        for (auto* button : window.read().findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("This stud&y"))
                button->click();
        QCOMPARE(window.read().view().overlayStyle().basis, viewer::RangeBasis::Study);
        QVERIFY(window.read().view().overlayStyle().low > -1);
        fixture.screenshot(QStringLiteral("fitted-range"));
        action(window, "study.next")->trigger();
        QCOMPARE(window.read().view().overlayStyle().basis, viewer::RangeBasis::Reference);
        QCOMPARE(window.read().view().overlayStyle().low, -1.0);
        QCOMPARE(window.read().view().overlayStyle().high, 1.0);
    }

    // The pictures have the focus when a study comes and after a question; function keys act from everywhere.
    void thePicturesHaveTheFocus()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        QTRY_VERIFY(view.hasFocus());
        action(window, "model.sentence")->trigger();
        auto* edit = window.read().findChild<SentenceEdit*>();
        QTRY_VERIFY(edit->hasFocus());
        QTest::keyClick(edit, Qt::Key_F3);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Row);
        QTest::keyClicks(edit, QStringLiteral("wio")); // letters are the sentence's
        QCOMPARE(edit->text(), QStringLiteral("wio"));
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier); // stays for the next sentence, which takes its place
        QTRY_VERIFY(edit->hasFocus());
        QTest::keyClicks(edit, QStringLiteral("is it"));
        QCOMPARE(edit->text(), QStringLiteral("is it"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY(view.hasFocus());
        QTest::keyClick(&view, Qt::Key_I);
        QVERIFY(view.aids().inverted);
        action(window, "model.sentence")->trigger();
        QTRY_VERIFY(edit->hasFocus());
        QTest::keyClick(edit, Qt::Key_Escape);
        QTRY_VERIFY(view.hasFocus());
    }

    // One key opens each panel with its first control, Esc closes it and returns to the pictures; on a small window it
    // lies over them.
    void panelsOpenAndCloseByKeys()
    {
        for (const QSize size : {QSize(1600, 1000), QSize(1280, 800)}) {
            WindowFixture fixture;
            MainWindow& window = fixture.window();
            window.resize(size);
            QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
            window.activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&window));
            viewer::PaneView& view = window.read().view();
            QTRY_VERIFY(view.hasFocus());
            const int room = view.width();
            auto* edit = window.read().findChild<SentenceEdit*>();
            QVERIFY(!edit->isVisible());
            QTest::keyClick(&view, Qt::Key_A);
            QTRY_VERIFY(edit->isVisible() && edit->hasFocus());
            QCoreApplication::processEvents();
            QCOMPARE(view.width() == room, size.width() < 1500);
            QTest::keyClick(edit, Qt::Key_Escape);
            QTRY_VERIFY(!edit->isVisible() && view.hasFocus());
            for (const auto& [key, name] : {std::pair{Qt::Key_V, "Images of the study"}, {Qt::Key_E, "Studies"}}) {
                QListWidget* list = nullptr;
                for (auto* each : window.read().findChildren<QListWidget*>())
                    if (each->accessibleName() == QLatin1String(name))
                        list = each;
                QVERIFY(list && !list->isVisible());
                QTest::keyClick(&view, key);
                QTRY_VERIFY(list->isVisible() && list->hasFocus());
                QTest::keyClick(list, Qt::Key_Escape);
                QTRY_VERIFY(!list->isVisible() && view.hasFocus());
            }
        }
    }

    // Esc, a killed engine and another study at random moments: within 2 s of the last of them nothing waits without
    // work under way. A hundred tries and more by hand: MAMA_TRIES.
    void nothingWaitsForEver()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(twoStudies(fixture)));
        ModelSession& session = window.read().session();
        std::mt19937 random(20261129);
        const auto below = [&](int most) { return std::uniform_int_distribution<int>(0, most - 1)(random); };
        const int tries =
            std::max(1, qEnvironmentVariableIntValue("MAMA_TRIES") ? qEnvironmentVariableIntValue("MAMA_TRIES") : 20);
        for (int i = 0; i < tries; ++i) {
            if (session.engine().state() == EngineProcess::State::Stopped)
                session.start(); // five deaths in a row
            window.read().ask(QStringLiteral("Sentence %1.").arg(below(3)));
            QTest::qWait(below(400)); // a random moment
            switch (below(4)) {
            case 0: action(window, "study.cancel")->trigger(); break;
            case 1:
                if (const qint64 process = session.engine().processId(); process > 0)
                    ::kill(static_cast<pid_t>(process), SIGKILL);
                break;
            case 2: window.read().studies().show(below(2)); break;
            default: action(window, "study.cancel")->trigger(); window.read().studies().show(below(2));
            }
            QTest::qWait(below(300));
            const auto explained = [&] { // every row has a value, a reason, or work is under way for it
                return std::ranges::none_of(session.scores(), [&](const SentenceScores& row) {
                    return row.state == SentenceScores::State::Waiting && !session.busy() &&
                           session.engine().state() == EngineProcess::State::Ready &&
                           session.modelProblem().isEmpty(); // that stands above the rows, which show a dash
                });
            };
            QTRY_VERIFY_WITH_TIMEOUT(explained(), 2000);
        }
        QTest::qWait(1000); // a kill may still be on its way
        if (session.engine().state() == EngineProcess::State::Stopped)
            session.start();
        QVERIFY(fixture.askAndWait(QStringLiteral("The last one.")));
    }

    // A file that is another one than its picture gets no score; opened again it does.
    void aStudyChangedOnDiskIsNotScored()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        const auto folder = twoStudies(fixture) / "first";
        QVERIFY(fixture.openAndWait(folder));
        std::filesystem::copy_file(folder / "L-CC.png", folder / "R-CC.png",
                                   std::filesystem::copy_options::overwrite_existing);
        window.read().setModel(QString::fromStdString(model.string()));
        window.read().ask(sentence);
        const auto told = [&] {
            const auto labels = window.read().findChildren<QLabel*>();
            return std::ranges::any_of(labels, [](const QLabel* each) {
                return each->text().contains(QStringLiteral("R-CC.png was changed on disk"));
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(told(), 120000);
        QTest::qWait(1000);
        QVERIFY(window.read().session().scores()[0].images.empty() && window.read().session().maps(0).empty());
        QVERIFY(!window.read().session().busy());
        QVERIFY(fixture.openAndWait(folder));
        QVERIFY(fixture.askAndWait(sentence));
        std::filesystem::copy_file(folder / "L-MLO.png", folder / "R-MLO.png", // after it was encoded: as it was
                                   std::filesystem::copy_options::overwrite_existing);
        QVERIFY(fixture.askAndWait(QStringLiteral("There are calcifications.")));
    }

    // A letter typed in an open menu chooses there: it is no key of the pictures.
    void lettersChooseInAnOpenMenu()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        window.read().view().setFocus();
        QMenu* study = nullptr;
        for (QAction* each : window.menuBar()->actions())
            if (each->text() == QStringLiteral("&Study"))
                study = each->menu();
        QVERIFY(study);
        QSignalSpy told(&window.read(), &Page::told);
        study->popup(window.mapToGlobal(QPoint(40, 40)));
        QTRY_VERIFY(study->isVisible());
        QTest::keyClick(study, Qt::Key_T); // "&Type the verdict"; of the pictures it would hide the texts
        QTRY_VERIFY(told.count() > 0);
        QVERIFY(told.last()[0].toString().contains(QStringLiteral("read-first")));
        QVERIFY(window.read().view().aids().texts);
    }

    // No letter of a menu stands for two of its commands.
    void aLetterOfAMenuMeansOneCommand()
    {
        WindowFixture fixture;
        for (const QMenu* menu : fixture.window().findChildren<QMenu*>()) {
            std::map<QString, QString> letters;
            for (const QAction* action : menu->actions()) {
                const QString letter = QKeySequence::mnemonic(action->text()).toString();
                if (action->isSeparator() || letter.isEmpty())
                    continue;
                QVERIFY2(letters.emplace(letter, action->text()).second,
                         qPrintable(menu->title() + QStringLiteral(": ") + letter + QStringLiteral(": ") +
                                    letters[letter] + QStringLiteral(", ") + action->text()));
            }
        }
    }

    // A grey picture in a file of colour is windowed like any other.
    void aGreyPictureInAColourFileIsGrey()
    {
        WindowFixture fixture;
        QVERIFY(fixture.openAndWait(test::dataFolder() / "density"));
        const viewer::PaneView& view = fixture.window().read().view();
        const auto pane = view.activePane();
        QVERIFY(pane && view.image(*pane));
        QVERIFY(!view.image(*pane)->isColour());
    }

    // A stopped engine says nothing and does not end: the panel says so, and starting it again brings the answer.
    void aStoppedEngineIsTold()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(QStringLiteral("There is a mass.")));
        EngineProcess& engine = window.read().session().engine();
        QVERIFY(!engine.silent());
        const auto pid = static_cast<pid_t>(engine.processId());
        QCOMPARE(::kill(pid, SIGSTOP), 0);
        window.read().ask(QStringLiteral("There are calcifications."));
        QTRY_VERIFY_WITH_TIMEOUT(engine.silent(), 40000);
        window.findChild<QAction*>(QStringLiteral("panel.ask"))->trigger();
        const auto labels = window.read().findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* each) {
            return each->isVisible() && each->text().contains(QStringLiteral("does not answer"));
        }));
        window.findChild<QAction*>(QStringLiteral("model.engine"))->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().scores()[1].state == SentenceScores::State::Done, 120000);
        QVERIFY(!engine.silent() && engine.processId() != pid);
    }

    // Esc brings back the hanging before one picture was maximised; the panel is as wide as its columns need, and a
    // message of several lines does not lie over it.
    void escRestoresAndNothingIsCut()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1280, 800);
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        viewer::PaneView& view = window.read().view();
        const auto layout = view.viewLayout();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Single);
        QTest::keyClick(&window, Qt::Key_Escape);
        QCOMPARE(view.viewLayout(), layout);
        QTest::keyClick(&view, Qt::Key_A);
        auto* panel = window.read().findChild<QueryPanel*>();
        QTRY_VERIFY(panel->isVisible());
        std::vector<ScoredImage> columns = scoredImages(viewer::standardViews(*window.read().studies().study()));
        for (const char* name : {"RMSCC", "LXCCL"})
            columns.push_back({QString::fromLatin1(name), std::nullopt, false});
        panel->setImages(columns);
        QTRY_VERIFY(panel->width() >= panel->minimumSizeHint().width());
        Q_EMIT window.read().told(QStringLiteral("A long reason that needs several lines. ").repeated(12), true);
        QTest::qWait(50);
        auto* strip = window.findChild<QLabel*>(QStringLiteral("message"))->parentWidget();
        const QRect message(strip->mapTo(&window, QPoint(0, 0)), strip->size()),
            drawer(panel->mapTo(&window, QPoint(0, 0)), panel->size());
        QVERIFY(strip->isVisible() && strip->height() > 40);
        QVERIFY(!message.intersects(drawer));
    }

    // The name of the window is what the picture shows, whoever chose it.
    void theWindowsNameIsTrue()
    {
        const auto file = test::dataFolder() / "dicom";
        std::filesystem::path found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(file))
            if (entry.path().filename() == "GH133.dcm")
                found = entry.path();
        MAMA_NEED(!found.empty(), "data/dicom GH133.dcm");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(found));
        QComboBox* list = nullptr;
        for (auto* each : window.read().findChildren<QComboBox*>())
            if (each->accessibleName() == QStringLiteral("Window"))
                list = each;
        QVERIFY(list && list->count() > 1);
        QSet<QString> names;
        for (int i = 0; i < list->count(); ++i)
            names.insert(list->itemText(i));
        QCOMPARE(names.size(), list->count());
        for (int press = 0; press < list->count() + 1; ++press) {
            action(window, "view.window.next")->trigger();
            const auto active = window.read().view().activePane();
            QVERIFY(active);
            QCOMPARE(list->currentIndex(), window.read().view().shade(*active).choice);
        }
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestAnswers test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_answers.moc"
