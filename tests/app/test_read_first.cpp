#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "app/workstation/checkpoints/checkpoint_session.h"
#include "app/workstation/read/work/reader_work.h"
#include "app/workstation/read/work/verdict_bar.h"
#include "core/base/files.h"

#include <QAction>
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QWheelEvent>

using namespace mama;
using mama::test::WindowFixture;

namespace {

const QString sentence = QStringLiteral("There is a mass.");

QComboBox* choice(MainWindow& window, const char* name)
{
    for (auto* each : window.read().findChildren<QComboBox*>())
        if (each->accessibleName() == QLatin1String(name))
            return each;
    return nullptr;
}

// Nothing of a model: no row with a value, no map, no words of it on any picture.
bool modelSaysNothing(MainWindow& window)
{
    for (const SentenceScores& row : window.read().session().scores())
        if (row.state == SentenceScores::State::Done || std::isfinite(row.study) || !row.images.empty())
            return false;
    for (int row = 0; row < static_cast<int>(window.read().session().scores().size()); ++row)
        if (!window.read().session().maps(row).empty())
            return false;
    return true;
}

} // namespace

// Read first: the verdict, then the model.
class TestReadFirst : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
    }

    void theModelAnswersAfterTheLock()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.read().reader().setAuthor(QStringLiteral("reader one"));
        window.read().reader().setReadFirst(true);
        QVERIFY(modelSaysNothing(window));
        fixture.screenshot(QStringLiteral("read-first"));
        auto* bar = window.read().findChild<VerdictBar*>();
        QVERIFY(bar && bar->isVisible() && !bar->ready());
        window.read().ask(sentence);
        window.read().repeat();
        QTest::qWait(800);
        QVERIFY(modelSaysNothing(window));
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger(); // no category yet: refused
        QTest::qWait(200);
        QVERIFY(!window.read().reader().mayShowModel(window.read().studies().study()));
        choice(window, "BI-RADS of the right breast")->setCurrentIndex(3);
        choice(window, "BI-RADS of the left breast")->setCurrentIndex(6);
        choice(window, "Density")->setCurrentIndex(2);
        window.read().findChild<QSpinBox*>()->setValue(80);
        QVERIFY(bar->ready());
        QSignalSpy locked(&window.read().reader(), &ReaderWork::locked);
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger();
        QVERIFY(locked.count() > 0 || locked.wait(10000));
        QVERIFY(window.read().reader().mayShowModel(window.read().studies().study()));
        QVERIFY(fixture.askAndWait(sentence));
        fixture.screenshot(QStringLiteral("read-first-locked"));
        window.read().reader().setReadFirst(false);
        QTRY_VERIFY_WITH_TIMEOUT(test::mamaCommand({"reading", "replay", "1"}).status == 0, 10000);
        const auto log = test::mamaCommand({"reading", "log", "1"}).out;
        for (const char* entry : {"study.shown", "lock", "ask", "model.shown", "session.end"})
            QVERIFY2(log.contains(entry), entry);
        const auto table = test::mamaCommand({"reading", "export"}).out;
        QVERIFY2(table.contains("reader one") && table.contains("4A") && table.contains(sentence.toUtf8()),
                 table.constData());
    }

    // Whoever saw the model's answer before the switch gives no verdict that came before it: the log says so.
    void aVerdictAfterTheModelIsToldAsSuch()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(sentence)); // before the switch: answered
        window.read().reader().setReadFirst(true);
        QVERIFY(modelSaysNothing(window)); // and gone with it
        choice(window, "BI-RADS of the right breast")->setCurrentIndex(3);
        choice(window, "BI-RADS of the left breast")->setCurrentIndex(3);
        QSignalSpy locked(&window.read().reader(), &ReaderWork::locked);
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger();
        QVERIFY(locked.count() > 0 || locked.wait(10000));
        QCOMPARE(test::mamaCommand({"reading", "replay", "2"}).status, 1); // the first holds what was seen before
        const auto lines = test::mamaCommand({"reading", "export"}).out.split('\n');
        const auto column = lines[0].trimmed().split(',').indexOf("model_shown_before");
        QVERIFY(column > 0);
        QVERIFY2(lines[1].contains(",1,"), lines[1].constData());
    }

    // Places that the reader marks by mouse belong to the verdict, go by another click, and stay once it is locked; on
    // return to the study the bar shows what was locked. What was asked on the command line waits for the lock, and the
    // log names images and model.
    void marksAndTheLockedVerdictStay()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        window.read().reader().setReadFirst(true);
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.read().askWhenFree(sentence);
        viewer::PaneView& view = window.read().view();
        const auto pane = view.activePane();
        QVERIFY(pane.has_value());
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_K);
        QCOMPARE(view.tool(), viewer::LeftTool::Mark);
        const auto transform = view.transform(*pane);
        const auto click = [&](Point stored) {
            const Point at = transform->toScreen(stored);
            QTest::mouseClick(&view, Qt::LeftButton, {}, (QPointF(at.x, at.y) / view.devicePixelRatioF()).toPoint());
        };
        const Point first{view.image(*pane)->columns() * 0.4, view.image(*pane)->rows() * 0.5},
            second{view.image(*pane)->columns() * 0.6, view.image(*pane)->rows() * 0.6};
        click(first);
        click(second);
        fixture.screenshot(QStringLiteral("read-first-marks"));
        click(second); // taken away
        choice(window, "BI-RADS of the right breast")->setCurrentIndex(3);
        choice(window, "BI-RADS of the left breast")->setCurrentIndex(6);
        QVERIFY(modelSaysNothing(window));
        // Only a model that is loaded by then can be named where it is asked.
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().model().has_value(), 60000);
        QSignalSpy locked(&window.read().reader(), &ReaderWork::locked);
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger();
        QVERIFY(locked.count() > 0 || locked.wait(10000));
        QCOMPARE(view.tool(), viewer::LeftTool::Pan);
        QTRY_VERIFY_WITH_TIMEOUT(!window.read().session().scores().empty() &&
                                     window.read().session().scores()[0].state == SentenceScores::State::Done,
                                 120000);
        QCOMPARE(window.read().session().scores()[0].sentence, sentence);
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_K); // locked: no more of them
        QCOMPARE(view.tool(), viewer::LeftTool::Pan);
        QVERIFY(fixture.openAndWait(test::dataFolder() / "density")); // another study, and back
        QCOMPARE(choice(window, "BI-RADS of the left breast")->currentIndex(), 0);
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QCOMPARE(choice(window, "BI-RADS of the left breast")->currentText(), QStringLiteral("4A"));
        ReaderFile file(ReaderFile::usualPlace(), Access::Read);
        const auto verdicts = file.verdicts();
        QCOMPARE(verdicts.size(), std::size_t{1});
        QCOMPARE(verdicts[0].verdict.marks.size(), std::size_t{1});
        const Mark& mark = verdicts[0].verdict.marks[0];
        const double tolerance = 1.5 / std::abs(transform->scaleX);
        QVERIFY(std::abs(mark.x - first.x) < tolerance && std::abs(mark.y - first.y) < tolerance);
        const auto log = test::mamaCommand({"reading", "log", "1", "--json"}).out;
        QVERIFY2(log.contains("\"hung\":[{") && log.contains("\"slot\":\"RCC\""), log.constData());
        const auto kind = log.indexOf("\"kind\":\"ask\""), begin = log.lastIndexOf('\n', kind) + 1;
        const auto ask = log.mid(begin, log.indexOf('\n', kind) - begin); // its line
        QVERIFY2(ask.contains("\"hash\""), ask.constData());
    }

    // What was seen of a model before, in another window and without read first, is known; checkpoints of a run show
    // nothing either while the session goes on.
    void whatWasSeenElsewhereIsKnown()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        const QByteArray file = QFile::encodeName(folder.filePath(QStringLiteral("reader.db")));
        {
            WindowFixture fixture;
            qputenv("MAMA_READER", file);
            MainWindow& window = fixture.window();
            window.read().setModel(QString::fromStdString(fixture.importModel().string()));
            QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
            QVERIFY(fixture.askAndWait(sentence));
            QTest::qWait(300);
        }
        WindowFixture fixture;
        qputenv("MAMA_READER", file);
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        auto* checkpoints = window.findChild<CheckpointSession*>();
        QVERIFY(checkpoints && checkpoints->problem(1).isEmpty());
        window.read().reader().setAuthor(QStringLiteral("somebody"));
        window.read().reader().setReadFirst(true);
        QVERIFY2(checkpoints->problem(1).contains(QStringLiteral("Read first")), qPrintable(checkpoints->problem(1)));
        choice(window, "BI-RADS of the right breast")->setCurrentIndex(3);
        choice(window, "BI-RADS of the left breast")->setCurrentIndex(3);
        QSignalSpy locked(&window.read().reader(), &ReaderWork::locked);
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger();
        QVERIFY(locked.count() > 0 || locked.wait(10000));
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger(); // pressed twice, it is one verdict
        QTest::qWait(500);
        QCOMPARE(locked.count(), 1);
        const auto lines = test::mamaCommand({"reading", "export"}).out.split('\n');
        QVERIFY2(lines[1].contains(",1,"), lines[1].constData());
        window.read().reader().setReadFirst(false);
        QVERIFY(checkpoints->problem(1).isEmpty());
    }

    // What is chosen and not locked stays with its study, is asked for before the window closes, and no wheel changes
    // it.
    void anUnlockedVerdictIsKept()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = fixture.folder() / "two";
        for (const char* study : {"first", "second"}) {
            std::filesystem::create_directories(folder / study);
            std::filesystem::copy(test::dataFolder() / "four-view" / "R-CC.png", folder / study / "R-CC.png");
        }
        QVERIFY(fixture.openAndWait(folder));
        window.read().reader().setReadFirst(true);
        QComboBox* right = choice(window, "BI-RADS of the right breast");
        QWheelEvent wheel(QPointF(5, 5), right->mapToGlobal(QPointF(5, 5)), {}, QPoint(0, -120), Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(right, &wheel);
        QCOMPARE(right->currentIndex(), 0);
        QVERIFY(window.read().unsaved().isEmpty());
        right->setCurrentIndex(4);
        QVERIFY(!window.read().unsaved().isEmpty());
        window.read().studies().show(1);
        QCOMPARE(right->currentIndex(), 0);
        QVERIFY(!window.read().unsaved().isEmpty());
        window.read().studies().show(0);
        QCOMPARE(right->currentIndex(), 4);
        window.read().reader().setReadFirst(false);
        QVERIFY(window.read().unsaved().isEmpty());
    }

    // Two images of one view: the same one hangs in the window, after another opening and for the command, and each has
    // a column of its own name.
    void twoImagesOfOneViewAreToldApart()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = fixture.folder() / "loose";
        std::filesystem::create_directories(folder);
        std::filesystem::copy(test::dataFolder() / "four-view" / "R-CC.png", folder / "a.png");
        std::filesystem::copy(test::dataFolder() / "four-view" / "L-MLO.png", folder / "b.png");
        QVERIFY(fixture.openAndWait(folder));
        QSignalSpy told(&window.read(), &Page::told);
        for (int i = 0; i < 2; ++i) {
            window.findChild<QAction*>(QStringLiteral("study.place.rcc"))->trigger();
            QTest::qWait(1500);
        }
        QVERIFY2(told.last()[0].toString().contains(QStringLiteral("stands beside")),
                 qPrintable(told.last()[0].toString()));
        const auto hung = window.read().studies().study()->inSlot(Slot::RCC)->path;
        const auto* model = window.read().findChild<QTableView*>()->model();
        std::set<QString> titles;
        for (int column = 0; column < model->columnCount(); ++column)
            QVERIFY(titles.insert(model->headerData(column, Qt::Horizontal).toString()).second);
        QVERIFY(fixture.openAndWait(folder));
        QCOMPARE(window.read().studies().study()->inSlot(Slot::RCC)->path, hung);
        const auto scanned =
            test::mamaCommand({"scan", QString::fromStdString(folder.string()), "--json", "--readers-sides"}).json();
        for (const auto& image : scanned["studies"][0]["images"])
            QCOMPARE(image["slot"] == "RCC", image["path"] == hung.string());
    }

    // The switch outlives a kill: the next window begins with the gate closed.
    void anotherStartKeepsTheSwitch()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        qputenv("MAMA_READER", QFile::encodeName(folder.filePath(QStringLiteral("reader.db"))));
        {
            MainWindow first(QString::fromStdString(test::program("mama").string()), settings);
            first.read().reader().setReadFirst(true);
        }
        MainWindow second(QString::fromStdString(test::program("mama").string()), settings);
        second.show();
        QVERIFY(second.read().reader().readFirst());
        QVERIFY(second.read().findChild<VerdictBar*>()->isVisible());
        QSignalSpy shown(&second.read(), &ReadPage::studyOnScreen);
        second.read().open(std::vector{test::dataFolder() / "four-view"});
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QVERIFY(!second.read().reader().mayShowModel(second.read().studies().study()));
    }

    // What cannot be written is told, and the gate stays closed.
    void aFullDiskKeepsTheGateClosed()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto blocked = fixture.folder() / "blocked";
        writeAtomically(blocked, std::string_view("a file where the folder should be"));
        qputenv("MAMA_READER", QFile::encodeName(QString::fromStdString((blocked / "reader.db").string())));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QSignalSpy told(&window.read(), &Page::told);
        window.read().reader().setReadFirst(true);
        QTRY_VERIFY_WITH_TIMEOUT(told.count() > 0, 10000);
        QVERIFY(told.last()[0].toString().contains(QStringLiteral("could not be written")));
        choice(window, "BI-RADS of the right breast")->setCurrentIndex(3);
        choice(window, "BI-RADS of the left breast")->setCurrentIndex(3);
        window.findChild<QAction*>(QStringLiteral("reading.lock"))->trigger();
        QTest::qWait(500);
        QVERIFY(!window.read().reader().mayShowModel(window.read().studies().study()));
    }

    // Sides that were given stay for the next time the files are opened.
    void placesAreKept()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = fixture.folder() / "loose";
        std::filesystem::create_directories(folder);
        std::filesystem::copy(test::dataFolder() / "four-view" / "R-CC.png", folder / "picture1.png");
        QVERIFY(fixture.openAndWait(folder));
        window.findChild<QAction*>(QStringLiteral("study.place.rcc"))->trigger();
        QVERIFY(window.read().studies().study()->inSlot(Slot::RCC) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(ReaderFile::usualPlace()), 10000);
        QTest::qWait(500); // the writing thread
        QVERIFY(fixture.openAndWait(folder));
        QVERIFY(window.read().studies().study()->inSlot(Slot::RCC) != nullptr);
        QCOMPARE(window.read().studies().study()->inSlot(Slot::RCC)->sideSource, std::string("reader"));
        const QString path = QString::fromStdString(folder.string());
        QVERIFY(!test::mamaCommand({"scan", path, "--json"}).out.contains("\"slot\": \"RCC\""));
        const auto scanned = test::mamaCommand({"scan", path, "--json", "--readers-sides"});
        QCOMPARE(scanned.status, 0);
        QVERIFY2(scanned.out.simplified().contains("\"slot\": \"RCC\""), scanned.out.constData());
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestReadFirst test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_read_first.moc"
