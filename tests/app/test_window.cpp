#include "core/keys/key_map.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "core/base/files.h"
#include "widgets/panels/query_panel.h"
#include "widgets/panels/score_table.h"
#include "widgets/panels/sentence_edit.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTableView>
#include <cmath>
#include <csignal>
#include <random>
#include <set>

using namespace mama;
using mama::test::WindowFixture;

namespace {

const QString sentence = QStringLiteral("There is a mass.");

// The maps that `mama query` writes for the sentence: the numbers that the window must show, bit for bit.
std::map<std::string, std::vector<float>> mapsOfCommandLine(WindowFixture& fixture, const std::filesystem::path& model,
                                                            const std::filesystem::path& study)
{
    const auto folder = fixture.folder() / "maps";
    const test::Outcome outcome = test::mamaCommand(
        {"query", "--model", QString::fromStdString(model.string()), "--study", QString::fromStdString(study.string()),
         "--text", sentence, "--maps", QString::fromStdString(folder.string()), "--json"});
    std::map<std::string, std::vector<float>> maps;
    for (const nlohmann::json& image : outcome.json().value("images", nlohmann::json::array())) {
        const std::string slot = image.at("slot");
        maps[slot] = readNpy(folder / (slot + "_text0.npy")).asFloat();
    }
    return maps;
}

// Empty if every map on screen is the command line's, NaN for NaN.
std::string wrongMaps(MainWindow& window, const std::map<std::string, std::vector<float>>& expected)
{
    const auto shown = window.read().session().maps(0);
    if (shown.size() != expected.size())
        return std::to_string(shown.size()) + " maps on screen, expected " + std::to_string(expected.size());
    for (const SentenceMap& map : shown) {
        const std::string slot = name(window.read().studies().study()->images[map.pane.image].slot);
        const auto found = expected.find(slot);
        if (found == expected.end() || found->second.size() != map.overlay->values.values.size())
            return "no such map: " + slot;
        if (std::memcmp(found->second.data(), map.overlay->values.values.data(),
                        found->second.size() * sizeof(float)) != 0)
            return "another map than `mama query` gives: " + slot;
    }
    return {};
}

// Other pages have panels of the same kinds.
template <class Widget>
Widget* onReadingPage(MainWindow& window)
{
    return window.read().findChild<Widget*>();
}

// Empty if every similarity of the table, and the list of studies, can be read.
std::string clipped(MainWindow& window)
{
    auto* table = onReadingPage<QTableView>(window);
    const QHeaderView* header = table->horizontalHeader();
    const int last = table->model()->columnCount() - 1; // the study's
    const int right = header->sectionViewportPosition(last) + header->sectionSize(last);
    if (right > table->viewport()->width())
        return "the study's similarity ends at " + std::to_string(right) + " of " +
               std::to_string(table->viewport()->width());
    for (int column = ScoreTable::firstImage; column <= last; ++column)
        if (header->sectionSize(column) < table->fontMetrics().horizontalAdvance(QStringLiteral("-0.000")))
            return "too narrow: column " + std::to_string(column);
    const QListWidget* studies = nullptr;
    for (const auto* each : window.read().findChildren<QListWidget*>())
        if (each->accessibleName() == QStringLiteral("Studies"))
            studies = each;
    const QString study = studies->item(0)->text();
    const int room = studies->viewport()->width();
    return window.fontMetrics().horizontalAdvance(study) <= room ? std::string()
                                                                 : "too narrow for: " + study.toStdString();
}

} // namespace

class TestWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void scoreTableIsAModel()
    {
        ScoreTable table;
        QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        SentenceScores waiting, done;
        waiting.sentence = QStringLiteral("a");
        done.sentence = QStringLiteral("b");
        done.state = SentenceScores::State::Done;
        const auto pane = [](std::size_t image) { return viewer::PaneId{"1.2.3", image}; };
        done.images = {{pane(0), 0.1234}, {pane(1), -0.5}, {pane(2), std::nan("")}, {pane(3), 1}, {pane(9), 0.75}};
        table.setImages(scoredImages({{Slot::RCC, pane(0)}, {Slot::LCC, pane(1)}, {Slot::RMLO, pane(2)}}));
        QCOMPARE(table.columnCount(), 8);
        const char* titles[]{"Sentence", "RCC", "LCC", "RMLO", "LMLO", "Right", "Left", "Study"};
        for (int column = 0; column < 8; ++column)
            QCOMPARE(table.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(),
                     QLatin1String(titles[column]));
        table.setRows({waiting});
        table.setRows({waiting, done});
        const auto shown = [&](int row, int column) {
            return table.data(table.index(row, column), Qt::DisplayRole).toString();
        };
        QCOMPARE(shown(0, 1), QStringLiteral("…"));
        QCOMPARE(shown(1, 1), QStringLiteral("0.123"));
        QCOMPARE(shown(1, 3), QStringLiteral("–"));
        QCOMPARE(shown(1, 4), QStringLiteral("–")); // no such view
        std::vector<ScoredImage> five = scoredImages({{Slot::RCC, pane(0)}});
        five.push_back({QStringLiteral("RXCCL"), pane(9)}); // any number of images
        table.setImages(five);
        QCOMPARE(table.columnCount(), 9);
        QCOMPARE(shown(1, 5), QStringLiteral("0.750"));
        QCOMPARE(table.headerData(5, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("RXCCL"));
        QCOMPARE(table.headerData(8, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("Study"));
        table.setRows({});
        QCOMPARE(table.rowCount(), 0);
    }

    void historyGoesUpAndDown()
    {
        SentenceEdit edit;
        edit.remember(QStringLiteral("first"));
        edit.remember(QStringLiteral("second"));
        QTest::keyClicks(&edit, QStringLiteral("th"));
        QTest::keyClick(&edit, Qt::Key_Up);
        QCOMPARE(edit.text(), QStringLiteral("second"));
        QTest::keyClick(&edit, Qt::Key_Up);
        QTest::keyClick(&edit, Qt::Key_Up);
        QCOMPARE(edit.text(), QStringLiteral("first"));
        QTest::keyClick(&edit, Qt::Key_Down);
        QTest::keyClick(&edit, Qt::Key_Down);
        QCOMPARE(edit.text(), QStringLiteral("th"));
    }

    // A model that brings sentences to try shows them as buttons; a click asks.
    void exampleSentencesAreAskedByAClick()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        auto description = readJson(model / "model.json");
        description["examples"] = {"There is a mass.", "Calcifications & more.", "Dense.", "A fourth."};
        writeAtomically(model / "model.json", description.dump());
        fixture.window().read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(study));
        QVERIFY(fixture.askAndWait(QStringLiteral("Anything.")));
        auto* panel = onReadingPage<QueryPanel>(fixture.window());
        std::vector<QPushButton*> buttons;
        for (auto* button : panel->findChildren<QPushButton*>())
            if (button->isFlat())
                buttons.push_back(button);
        QCOMPARE(buttons.size(), std::size_t{3});
        QSignalSpy asked(panel, &QueryPanel::asked);
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("Calcifications & more."));
        fixture.screenshot(QStringLiteral("examples"));
    }

    // The main job by mouse and keyboard: a study, a model, a typed sentence, four maps that are `mama query`'s.
    void studyToMaps()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1600, 1000);
        fixture.screenshot(QStringLiteral("empty"));
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(study));
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
            QVERIFY(fixture.image(slot) != nullptr);
        auto* edit = onReadingPage<SentenceEdit>(window);
        QTest::keyClicks(edit, sentence);
        QSignalSpy maps(&window.read(), &ReadPage::mapsOnScreen);
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(maps.count() > 0 || maps.wait(60000));
        MAMA_SAME(wrongMaps(window, mapsOfCommandLine(fixture, model, study)));
        QVERIFY(window.read().session().provenance().contains(QStringLiteral("Not for clinical use")));
        fixture.screenshot(QStringLiteral("maps-1600"));
        window.resize(1280, 800);
        fixture.screenshot(QStringLiteral("maps-1280"));
        for (const char* panel : {"panel.ask", "panel.studies"})
            window.findChild<QAction*>(QLatin1String(panel))->trigger();
        QCoreApplication::processEvents();
        fixture.screenshot(QStringLiteral("panels-1280"));
        MAMA_SAME(clipped(window));
    }

    // A folder with a broken file: the rest is shown, and the window names the file and the reason.
    void brokenFilesAreNamed()
    {
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        const auto folder = fixture.folder() / "study";
        std::filesystem::create_directories(folder);
        std::filesystem::copy(study / "L-CC.png", folder / "L-CC.png");
        writeAtomically(folder / "R-CC.png", std::string_view("\x89PNG\r\n\x1a\nbroken"));
        QVERIFY(fixture.openAndWait(folder));
        QVERIFY(fixture.image(Slot::LCC) != nullptr && !fixture.image(Slot::RCC));
        bool named = false;
        for (const QListWidget* list : fixture.window().findChildren<QListWidget*>())
            for (int row = 0; row < list->count(); ++row)
                named = named || list->item(row)->text().contains(QStringLiteral("R-CC.png"));
        QVERIFY(named);
        fixture.screenshot(QStringLiteral("broken-file"));
    }

    // A tool that is on stands pressed, and its tip names its key.
    void toolsShowWhatIsOn()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto action = [&](const char* id) { return window.findChild<QAction*>(QLatin1String(id)); };
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view")); // without a study it says what it needs
        QVERIFY(!action("view.invert")->isChecked());
        QCOMPARE(action("view.invert")->toolTip(), QStringLiteral("Invert (I)"));
        action("view.invert")->trigger();
        QVERIFY(window.read().view().aids().inverted && action("view.invert")->isChecked());
        action("view.reset")->trigger();
        QVERIFY(!window.read().view().aids().inverted && !action("view.invert")->isChecked());
        action("view.layout.grid")->trigger();
        QVERIFY(action("view.layout.grid")->isChecked());
        action("view.layout.cc")->trigger();
        QVERIFY(action("view.layout.cc")->isChecked() && !action("view.layout.grid")->isChecked());
        action("view.layout.cc")->trigger(); // again: it stays
        QVERIFY(action("view.layout.cc")->isChecked());
        action("view.measure")->trigger();
        QVERIFY(action("view.measure")->isChecked());
        QCOMPARE(window.read().view().cursor().shape(), Qt::BitmapCursor); // a cross with what it draws
        QVERIFY(!action("view.zoom.in")->isCheckable());
    }

    // Every command of the window stands in the key map and no key twice; keys of the view work in the pictures.
    void theKeyMapIsWhole()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        std::set<QString> listed, keys, made;
        for (const KeyOf& each : keyMap()) {
            QVERIFY2(listed.insert(QString::fromLatin1(each.command)).second, each.command);
            // The library's keys are those of another page.
            const QString page = QLatin1String(each.command).startsWith(QLatin1String("library.")) ? "library " : "";
            QVERIFY2(!*each.key || keys.insert(page + QString::fromLatin1(each.key)).second, each.key);
        }
        static const QRegularExpression id(
            QStringLiteral("^(file|study|reading|panel|view|model|train|library|help)\\."));
        for (const QAction* action : window.findChildren<QAction*>()) {
            if (!id.match(action->objectName()).hasMatch())
                continue;
            made.insert(action->objectName());
            QCOMPARE(action->shortcut().toString(QKeySequence::PortableText),
                     QString::fromLatin1(defaultKey(action->objectName().toStdString())));
        }
        QVERIFY(made == listed);
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        viewer::PaneView& view = window.read().view();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_I);
        QVERIFY(view.aids().inverted);
        QTest::keyClick(&view, Qt::Key_R);
        QVERIFY(!view.aids().inverted);
        const viewer::ViewLayout largest = view.viewLayout();
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Single);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(view.viewLayout(), largest);
        QTest::keyClick(&view, Qt::Key_D);
        QCOMPARE(view.tool(), viewer::LeftTool::Ruler);
        QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
        QVERIFY(window.train().isVisible() && !window.read().isVisible());
    }

    // Cancelling says so, and asking tries again.
    void aCancelledEncodingCanBeAskedFor()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        QSignalSpy failed(&window.read().session(), &ModelSession::encodingFailed);
        connect(
            &window.read().session(), &ModelSession::progress, &window,
            [&](const QString&, qint64, qint64 total) {
                if (total == 4 && failed.isEmpty()) // the encoding has begun
                    window.read().session().cancel();
            },
            Qt::QueuedConnection);
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(study));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60000);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("cancelled")));
        QVERIFY(!window.read().session().studyEncoded());
        QVERIFY(fixture.askAndWait(sentence));
    }

    void aWrongModelFolderIsExplained()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QSignalSpy changed(&window.read().session(), &ModelSession::modelChanged);
        window.read().setModel(QString::fromStdString(fixture.folder().string()));
        QTRY_VERIFY_WITH_TIMEOUT(!window.read().session().modelProblem().isEmpty(), 30000);
        QVERIFY(window.read().session().modelProblem().contains(QString::fromStdString(fixture.folder().string())));
        window.read().ask(sentence); // waits for a person: a dash, not dots as if it were worked at
        const auto* model = onReadingPage<QTableView>(window)->model();
        QTRY_COMPARE(model->index(0, model->columnCount() - 1).data().toString(), QStringLiteral("–"));
        fixture.screenshot(QStringLiteral("wrong-model"));
    }

    // kill -9 of the engine at random moments while sentences are asked: never a lost window, never a wrong map.
    void engineKilledFiftyTimes()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        const auto study = test::dataFolder() / "four-view";
        MAMA_NEED(std::filesystem::exists(study), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        QVERIFY(!model.empty());
        const auto expected = mapsOfCommandLine(fixture, model, study);
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(study));
        QVERIFY(fixture.askAndWait(sentence));
        MAMA_SAME(wrongMaps(window, expected));
        std::mt19937 random(20260918);
        int killed = 0, differing = 0;
        connect(&window.read().session(), &ModelSession::mapsReady, &window,
                [&] { differing += wrongMaps(window, expected).empty() ? 0 : 1; });
        while (killed < 50) {
            const int wait = std::uniform_int_distribution<int>(0, 1200)(random);
            QTest::qWait(wait); // a random moment, not a wait for something
            const qint64 process = window.read().session().engine().processId();
            if (process <= 0) {
                window.read().session().start(); // five deaths in a row stop the restarts until a person asks
                continue;
            }
            QSignalSpy died(&window.read().session(), &ModelSession::engineDied);
            QCOMPARE(::kill(static_cast<pid_t>(process), SIGKILL), 0);
            ++killed;
            QVERIFY(died.count() > 0 || died.wait(10000));
            if (window.read().session().engine().state() == EngineProcess::State::Stopped)
                window.read().session().start();
            window.read().session().setFusionRule(killed % 2 == 0 ? QStringLiteral("maximum")
                                                                  : QStringLiteral("mean")); // something to ask
        }
        QTRY_VERIFY_WITH_TIMEOUT(!window.read().session().scores().empty() &&
                                     window.read().session().scores()[0].state == SentenceScores::State::Done,
                                 60000);
        MAMA_SAME(wrongMaps(window, expected));
        QCOMPARE(differing, 0);
        fixture.screenshot(QStringLiteral("after-kills"));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestWindow test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_window.moc"
