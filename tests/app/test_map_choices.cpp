#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "core/base/files.h"
#include "core/base/npy.h"
#include "widgets/panels/query_panel.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>

using namespace mama;
using mama::test::mamaCommand;
using mama::test::WindowFixture;

namespace {

const QString mass = QStringLiteral("There is a mass."), calcs = QStringLiteral("Calcifications are present.");

QComboBox* box(MainWindow& window, const char* name)
{
    for (auto* each : window.read().findChildren<QComboBox*>())
        if (each->accessibleName() == QLatin1String(name))
            return each;
    return nullptr;
}

std::vector<float> mapOf(MainWindow& window, int row, std::size_t image = 0)
{
    const auto maps = window.read().session().maps(row);
    return image < maps.size() ? maps[image].overlay->values.values : std::vector<float>();
}

// Chooses an entry by keys, as a reader does.
void choose(QComboBox* list, int index)
{
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Home);
    for (int i = 0; i < index; ++i)
        QTest::keyClick(list, Qt::Key_Down);
}

void showDrawer(MainWindow& window)
{
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    window.read().view().setFocus();
    QTest::keyClick(&window.read().view(), Qt::Key_A);
}

bool settled(MainWindow& window, int rows)
{
    const auto& scores = window.read().session().scores();
    for (const SentenceScores& row : scores)
        if (row.state == SentenceScores::State::Failed)
            qWarning("%s: %s", qPrintable(row.sentence), qPrintable(row.note));
    return static_cast<int>(scores.size()) == rows && std::ranges::all_of(scores, [](const SentenceScores& row) {
               return row.state == SentenceScores::State::Done;
           });
}

} // namespace

// Which map is on the pictures: less what, of which sentence, in which way; and what the model has seen.
class TestMapChoices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        MAMA_NEED(std::filesystem::exists(test::parityFolder() / "mama-ckpt"), "parity/mama-ckpt");
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
    }

    // Less another sentence: the difference of both maps, cell by cell; the legend and its scale say so.
    void lessAnotherSentence()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(calcs));
        window.read().ask(mass);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 2), 60000);
        const std::vector<float> first = mapOf(window, 1), second = mapOf(window, 0);
        const double score = window.read().session().scores()[1].study;
        showDrawer(window);
        QComboBox* less = box(window, "What is taken off the map");
        QTRY_VERIFY(less && less->isVisible() && less->isEnabled());
        QCOMPARE(less->count(),
                 3 + 5); // nothing, neutral sentences, the other one (no reference here); five other ways
        choose(less, 2);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 2) && window.read().session().mapLess().sentence == calcs, 60000);
        const std::vector<float> shown = mapOf(window, 1);
        QCOMPARE(shown.size(), first.size());
        for (std::size_t i = 0; i < shown.size(); ++i)
            QVERIFY(std::isnan(first[i]) ? std::isnan(shown[i]) : std::abs(shown[i] - (first[i] - second[i])) < 1e-6F);
        QCOMPARE(window.read().session().scores()[1].study, score);
        const auto result = window.read().session().result(1);
        QCOMPARE(result->map.less.sentence, calcs);
        QVERIFY(result->maps[0].overlay->difference);
        fixture.screenshot(QStringLiteral("less-a-sentence"));
        choose(less, 1);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 2) && window.read().session().mapLess().what == "neutral", 120000);
        QVERIFY(mapOf(window, 1) != shown && mapOf(window, 1) != first);
        choose(less, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 2) && window.read().session().mapLess().what == "none", 60000);
        const std::vector<float> again = mapOf(window, 1);
        for (std::size_t i = 0; i < first.size(); ++i)
            QVERIFY(std::isnan(first[i]) || again[i] == first[i]);
    }

    // With a reference of this version its mean map can be taken off.
    void lessTheMeanMap()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        // One that cannot be read is told, and kept when another takes its place.
        writeAtomically(model / "reference.safetensors", std::string_view("somebody's"));
        const test::Outcome made = mamaCommand({"model", "reference", "--model", test::text(model), "--data",
                                                test::text(test::dataFolder() / "four-view"), "--name", "four"});
        QCOMPARE(made.status, 0);
        QVERIFY2(made.err.contains("kept as reference.safetensors.damaged"), made.err.constData());
        QCOMPARE(readText(model / "reference.safetensors.damaged"), std::string("somebody's"));
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        QComboBox* less = box(window, "What is taken off the map");
        QTRY_COMPARE(less->count(), 3 + 5); // nothing, the mean map, neutral sentences; five other ways
        choose(less, 1);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && window.read().session().mapLess().what == "reference", 60000);
        // The reference is this very study: in the breast nothing is left.
        int near = 0;
        for (const float value : mapOf(window, 0))
            near += std::abs(value) < 2e-3F ? 1 : 0;
        QVERIFY2(near > 3, qPrintable(QString::number(near)));
        QCOMPARE(window.read().session().result(0)->map.lessOf.left(4), QStringLiteral("four"));
        fixture.screenshot(QStringLiteral("less-the-mean-map"));
    }

    // A text of several sentences: the map of each can be shown, and the legend names it.
    void aSentenceOfATextIsPicked()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(QStringLiteral("There is a mass; calcifications are present")));
        showDrawer(window);
        QComboBox* sentence = box(window, "Sentence of the map");
        QTRY_VERIFY(sentence && sentence->isVisible());
        QCOMPARE(sentence->count(), 2);
        QCOMPARE(sentence->currentIndex(), 1); // the last one, which has seen all before it
        const std::vector<float> last = mapOf(window, 0);
        choose(sentence, 0);
        QTRY_VERIFY(mapOf(window, 0) != last);
        QCOMPARE(window.read().session().result(0)->scores.mapSentence, QStringLiteral("There is a mass"));
        QCOMPARE(sentence->currentIndex(), 0);
        fixture.screenshot(QStringLiteral("a-sentence-of-a-text"));
        window.read().ask(mass); // one sentence: nothing to choose
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 2), 60000);
        QTRY_VERIFY(!sentence->isVisible());
    }

    // MaMA's own maps can be read out otherwise: the image's score stays, the map is another, and the legend says so.
    void aReadOutIsChosen()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        QComboBox* way = box(window, "Way of the map");
        QTRY_VERIFY(way && way->isVisible());
        QCOMPARE(way->count(), 6);
        QVERIFY(way->itemText(0).startsWith(QStringLiteral("standard: ")));
        QCOMPARE(window.read().session().result(0)->map.way, QStringLiteral("standard")); // as it was trained
        const auto score = [&] { return window.read().session().scores().front().study; };
        const auto standard = score();
        std::vector<std::vector<float>> seen{mapOf(window, 0)};
        for (int i = 1; i < way->count(); ++i) {
            const QString name = window.read().session().model()->mapWays[i];
            choose(way, i);
            QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && window.read().session().result(0)->map.way == name, 60000);
            QVERIFY2(std::ranges::find(seen, mapOf(window, 0)) == seen.end(), qPrintable(name));
            seen.push_back(mapOf(window, 0));
            QCOMPARE(score(), standard);
        }
        fixture.screenshot(QStringLiteral("a-read-out"));
        choose(way, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && window.read().session().result(0)->map.way == "standard", 60000);
        QVERIFY(mapOf(window, 0) == seen.front());
    }

    // The same by keys that the labels name and by the mouse, beside each other too; a list that is open under the
    // mouse stays while results come.
    void readOutsByKeysAndMouse()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1600, 1000);
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        ModelSession& session = window.read().session();
        viewer::PaneView& view = window.read().view();
        const std::size_t pictures = view.panes().size();
        QComboBox *way = box(window, "Way of the map"), *beside = box(window, "Second map");
        QTRY_VERIFY(way && way->isVisible() && beside->isVisible());
        const std::vector<float> standard = mapOf(window, 0);

        QTest::keyClick(&view, Qt::Key_W, Qt::AltModifier);
        QTRY_COMPARE(window.focusWidget(), static_cast<QWidget*>(way));
        QTest::keyClick(way, Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.result(0)->map.way == QStringLiteral("self-1"), 60000);
        const std::vector<float> self1 = mapOf(window, 0);
        QVERIFY(self1 != standard);
        QCOMPARE(window.focusWidget(), static_cast<QWidget*>(way)); // results do not take the focus
        QTest::keyClick(way, Qt::Key_Tab);
        QCOMPARE(window.focusWidget(), static_cast<QWidget*>(beside));
        QTest::keyClick(beside, Qt::Key_Down); // the second map as it was trained
        QTRY_VERIFY_WITH_TIMEOUT(session.result(0)->beside.size() == pictures, 60000);
        QCOMPARE(view.panes().size(), 2 * pictures);
        QCOMPARE(session.result(0)->besideMap.way, QStringLiteral("standard"));
        QVERIFY(mapOf(window, 0) == self1);
        QVERIFY(session.result(0)->beside[0].overlay->values.values == standard);
        fixture.screenshot(QStringLiteral("read-outs-by-keys"));

        const auto pick = [&](QComboBox* list, const char* name) { // with the mouse, while results come
            QTest::mouseClick(list, Qt::LeftButton);
            QTRY_VERIFY(list->view()->isVisible());
            window.read().ask(session.scores().size() % 2 ? calcs : QStringLiteral("No mass."));
            QTRY_VERIFY_WITH_TIMEOUT(settled(window, static_cast<int>(session.scores().size())), 60000);
            QVERIFY(list->view()->isVisible());
            const int row = list->findText(QLatin1String(name), Qt::MatchStartsWith);
            QVERIFY(mama::test::pickByMouse(*list, row));
        };
        pick(way, "self-2");
        QTRY_COMPARE_WITH_TIMEOUT(session.mapWay(), QStringLiteral("self-2"), 60000);
        pick(beside, "value-only");
        QTRY_COMPARE_WITH_TIMEOUT(session.result(0)->besideMap.way, QStringLiteral("value-only"), 60000);
        pick(beside, "nothing");
        QCOMPARE(view.panes().size(), pictures);
    }

    // Switching the way reads out what was kept; two ways hang beside each other, and one less the other is the
    // difference of both; a study from the cache on disk says how long another way takes.
    void readOutsBesideEachOther()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1600, 1000);
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        ModelSession& session = window.read().session();
        const auto note = [&] { return window.read().findChild<QLabel*>(QStringLiteral("wayNote"))->text(); };
        QVERIFY2(note().contains(QStringLiteral("at once")), qPrintable(note()));
        viewer::PaneView& view = window.read().view();
        const std::size_t pictures = view.panes().size();
        const std::vector<float> standard = mapOf(window, 0);
        QComboBox* beside = box(window, "Second map");
        QTRY_VERIFY(beside && beside->isVisible());
        QCOMPARE(beside->findText(QStringLiteral("standard"), Qt::MatchStartsWith), -1); // it is shown already
        choose(beside, 2);                                                               // nothing, self-1, self-2
        QCOMPARE(view.panes().size(), 2 * pictures);
        QTRY_VERIFY_WITH_TIMEOUT(session.result(0)->beside.size() == pictures, 60000);
        QCOMPARE(session.result(0)->besideMap.way, QStringLiteral("self-2"));
        QVERIFY(mapOf(window, 0) == standard);
        const std::vector<float> self = session.result(0)->beside[0].overlay->values.values;
        QVERIFY(self != standard);
        for (const viewer::PaneId& pane : view.panes())
            QVERIFY(view.transform(pane).has_value());
        fixture.screenshot(QStringLiteral("read-outs-beside"));
        QComboBox* less = box(window, "What is taken off the map");
        choose(less, less->findText(QStringLiteral("the same map as self-2")));
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.mapLess().what == "way" && !mapOf(window, 0).empty() &&
                                     !session.result(0)->beside.empty(),
                                 60000);
        const std::vector<float> difference = mapOf(window, 0);
        for (std::size_t i = 0; i < difference.size(); ++i)
            QVERIFY(std::isnan(standard[i]) || std::abs(difference[i] - (standard[i] - self[i])) < 1e-6F);
        QVERIFY(session.result(0)->maps[0].overlay->difference);
        fixture.screenshot(QStringLiteral("read-outs-difference"));
        choose(less, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.mapLess().what == "none", 60000);
        QComboBox* way = box(window, "Way of the map");
        way->setCurrentIndex(2); // the one beside, at once as by the mouse: they change places
        Q_EMIT way->activated(2);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.result(0)->beside.size() == pictures, 60000);
        QCOMPARE(session.mapWay(), QStringLiteral("self-2"));
        QVERIFY(beside->currentText().startsWith(QStringLiteral("standard")));
        QVERIFY(mapOf(window, 0) == self && session.result(0)->beside[0].overlay->values.values == standard);
        choose(way, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.result(0)->beside.size() == pictures, 60000);
        QVERIFY(mapOf(window, 0) == standard);
        QTest::keyClick(&view, Qt::Key_F3); // a layout hangs on both sides
        QCOMPARE(view.panes().size(), 2 * pictures);
        choose(beside, 0);
        QCOMPARE(view.panes().size(), pictures);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Row);
        choose(less, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.mapLess().what == "none", 60000);
        QVERIFY(mapOf(window, 0) == standard);

        window.read().setModel(QString::fromStdString(model.string())); // nothing is kept of the one before
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1), 60000);
        QTRY_VERIFY2(note().contains(QStringLiteral("about")), qPrintable(note()));
    }

    // A second map hangs while something is asked of the study on screen; mean maps, which are of the model's own way,
    // are not taken off another one, and the similarities stay.
    void whatIsBesideEndsWithItsStudy()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1600, 1000);
        const auto set = fixture.folder() / "set";
        mama::test::mamaCommand({"phantom", "--seed", "1000005", "--studies", "2", "--priors", "0", "--size", "256x208",
                                 "--out", QString::fromStdString(set.string())});
        window.read().setModel(QString::fromStdString((mama::test::sourceFolder() / "resources" / "demo").string()));
        QVERIFY(fixture.openAndWait(set / "images"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        ModelSession& session = window.read().session();
        QComboBox *less = box(window, "What is taken off the map"), *way = box(window, "Way of the map");
        const QString mean = QStringLiteral("the reference's mean map");
        choose(less, less->findText(mean));
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && session.mapLess().what == "reference", 60000);
        QSignalSpy told(&window.read(), &Page::told);
        way->setCurrentIndex(1);
        Q_EMIT way->activated(1);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && !mapOf(window, 0).empty(), 60000);
        QCOMPARE(session.mapLess().what, QStringLiteral("none"));
        QVERIFY(session.scores()[0].state == SentenceScores::State::Done);
        QVERIFY(told.count() > 0 && told.last().at(0).toString().contains(QStringLiteral("mean map")));
        QCOMPARE(less->findText(mean), -1);
        choose(way, 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && less->findText(mean) > 0, 60000);
        QComboBox* beside = box(window, "Second map");
        viewer::PaneView& view = window.read().view();
        choose(beside, 1);
        QTRY_VERIFY_WITH_TIMEOUT(session.result(0) && session.result(0)->beside.size() == 4, 60000);
        QCOMPARE(view.panes().size(), std::size_t{8});
        fixture.screenshot(QStringLiteral("read-outs-largest"));
        QSignalSpy shown(&window.read(), &ReadPage::studyOnScreen);
        window.findChild<QAction*>(QStringLiteral("study.next"))->trigger();
        QVERIFY(shown.count() > 0 || shown.wait(60000));
        QCOMPARE(view.panes().size(), std::size_t{4});
        window.findChild<QAction*>(QStringLiteral("model.repeat"))->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(session.result(0) && session.result(0)->beside.size() == 4, 60000);
        QCOMPARE(view.panes().size(), std::size_t{8});
    }

    // Another group's model has several ways: chosen here, they are asked of the engine and named.
    void aWayIsChosen()
    {
        const auto clip = test::parityFolder() / "openclip-ckpt" / "clip";
        MAMA_NEED(std::filesystem::exists(clip), "parity/openclip-ckpt");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto model = fixture.folder() / "clip";
        QCOMPARE(mamaCommand({"checkpoint", "import", test::text(clip), "--out", test::text(model)}).status, 0);
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        QComboBox* way = box(window, "Way of the map");
        QTRY_VERIFY(way && way->isVisible());
        QCOMPARE(way->count(), window.read().session().model()->mapWays.size());
        QCOMPARE(window.read().session().result(0)->map.way, window.read().session().model()->mapWays[0]);
        const std::vector<float> before = mapOf(window, 0);
        choose(way, 1);
        const QString other = window.read().session().model()->mapWays[1];
        QTRY_VERIFY_WITH_TIMEOUT(settled(window, 1) && window.read().session().result(0)->map.way == other, 60000);
        QVERIFY(mapOf(window, 0) != before);
        fixture.screenshot(QStringLiteral("another-way"));
    }

    // One key shows what the model sees, as `mama preprocess` makes it, with the raw grid; the same key takes it away.
    void thePictureThatTheModelSees()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        QAction* seen = window.findChild<QAction*>(QStringLiteral("view.seen"));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_H); // no model: it is told, nothing changes
        QVERIFY(!seen->isChecked());
        const auto model = fixture.importModel();
        window.read().setModel(QString::fromStdString(model.string()));
        QVERIFY(fixture.askAndWait(mass));
        const Study& study = *window.read().studies().study();
        const auto views = viewer::standardViews(study);
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_H);
        QVERIFY(seen->isChecked() && view.overlayStyle().cells);
        for (const auto& [slot, pane] : views) {
            const viewer::PaneId there{pane.study + " seen", pane.image};
            QTRY_VERIFY_WITH_TIMEOUT(view.image(there) != nullptr, 30000);
            QVERIFY(view.transform(there) && !view.transform(pane));
            const auto grey = fixture.folder() / "grey.npy", description = model / "model.json";
            const auto input = nlohmann::json::parse(readText(description))["input"];
            const int side = input["size"].get<int>();
            QCOMPARE(mamaCommand({"preprocess", test::text(study.images[pane.image].path), "--profile",
                                  QString::fromStdString(input["profile"].get<std::string>()), "--size",
                                  QString::number(side), "--grey", test::text(grey)})
                         .status,
                     0);
            const NpyArray expected = readNpy(grey);
            const viewer::ViewImage& shown = *view.image(there);
            QVERIFY(shown.rows() == expected.shape[0] && shown.columns() == expected.shape[1]);
            for (int y = 0; y < shown.rows(); ++y)
                for (int x = 0; x < shown.columns(); ++x)
                    QCOMPARE(shown.value(x, y),
                             static_cast<double>(std::to_integer<int>(
                                 expected.bytes[static_cast<std::size_t>(y * shown.columns() + x)])));
        }
        fixture.screenshot(QStringLiteral("what-the-model-sees"));
        QTest::keyClick(&view, Qt::Key_H);
        QVERIFY(!seen->isChecked() && !view.overlayStyle().cells);
        for (const auto& [slot, pane] : views)
            QVERIFY(view.transform(pane) && !view.image({pane.study + " seen", pane.image}));
        QTest::keyClick(&view, Qt::Key_H);
        QVERIFY(seen->isChecked());
        QTRY_VERIFY(!window.read().session().busy());
        QTest::keyClick(&view, Qt::Key_Escape); // as it restores any hanging
        QVERIFY(!seen->isChecked() && view.transform(views.begin()->second));
        seen->trigger(); // by the menu; a layout ends it too
        QVERIFY(seen->isChecked());
        QTest::keyClick(&view, Qt::Key_F3);
        QVERIFY(!seen->isChecked() && view.viewLayout() == viewer::ViewLayout::Row);
        QTest::keyClick(&view, Qt::Key_Return); // from one view alone it comes back to that view
        QTest::keyClick(&view, Qt::Key_H);
        QVERIFY(seen->isChecked());
        QTest::keyClick(&view, Qt::Key_H);
        QCOMPARE(view.viewLayout(), viewer::ViewLayout::Single);
        QVERIFY(view.activePane() && view.transform(*view.activePane()));
    }

    // Before a verdict is locked nothing of the model is shown, this neither.
    void readFirstComesBeforeWhatTheModelSees()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QTRY_VERIFY_WITH_TIMEOUT(window.read().session().model().has_value(), 60000);
        QAction* seen = window.findChild<QAction*>(QStringLiteral("view.seen"));
        viewer::PaneView& view = window.read().view();
        const std::size_t pictures = view.panes().size();
        seen->trigger();
        QVERIFY(seen->isChecked());
        QTRY_COMPARE_WITH_TIMEOUT(view.panes().size(), 2 * pictures, 30000);
        window.read().reader().setReadFirst(true); // while it is on
        QTRY_VERIFY(!seen->isChecked());
        QCOMPARE(view.panes().size(), pictures);
        seen->trigger();
        QVERIFY(!seen->isChecked());
        QTest::qWait(300);
        QCOMPARE(view.panes().size(), pictures);
    }

    // What sets maps is grey until there is a map, and again on the next study.
    void controlsWaitForMaps()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        showDrawer(window);
        QSlider* opacity = nullptr;
        for (auto* each : window.read().findChildren<QSlider*>())
            if (each->accessibleName() == QStringLiteral("Opacity of the maps"))
                opacity = each;
        QVERIFY(opacity && opacity->isVisible() && !opacity->isEnabled());
        QVERIFY(fixture.askAndWait(mass));
        QVERIFY(opacity->isEnabled());
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(!opacity->isEnabled());
    }

    // Outlines and the raw grid by one key each, undone by the same, in step with the panel.
    void outlinesByOneKey()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        view.setFocus();
        const auto on = [&](const char* id) { return window.findChild<QAction*>(QLatin1String(id))->isChecked(); };
        for (const auto& [key, id] :
             {std::pair{Qt::Key_U, "view.overlay.outline"}, {Qt::Key_C, "view.overlay.cells"}}) {
            QVERIFY(!on(id));
            QTest::keyClick(&view, key);
            QVERIFY(on(id));
            QTest::keyClick(&view, key);
            QVERIFY(!on(id));
        }
    }

    // On a small window the open panel covers no word of the legend.
    void thePanelCoversNoWord()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.resize(1280, 800);
        window.read().setModel(QString::fromStdString(fixture.importModel().string()));
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        QVERIFY(fixture.askAndWait(mass));
        showDrawer(window);
        QCoreApplication::processEvents();
        viewer::PaneView& view = window.read().view();
        const QImage frame = view.grabFrame();
        const double unit = view.devicePixelRatioF();
        const int free = static_cast<int>((view.width() - window.read().findChild<QueryPanel*>()->width()) * unit);
        int ink = 0, hidden = 0;
        for (int y = frame.height() - static_cast<int>(60 * unit); y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x)
                (x < free ? ink : hidden) += qGreen(frame.pixel(x, y)) > 60 ? 1 : 0;
        QVERIFY2(ink > 500 && hidden == 0, qPrintable(QStringLiteral("%1 %2").arg(ink).arg(hidden)));
        fixture.screenshot(QStringLiteral("legend-beside-the-panel"));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestMapChoices test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_map_choices.moc"
