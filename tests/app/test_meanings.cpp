#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include "widgets/panels/score_table.h"
#include "widgets/panels/sentence_edit.h"
#include "widgets/panels/study_panel.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QListWidget>
#include <QSignalSpy>
#include <QTableView>

using namespace mama;
using mama::test::WindowFixture;

namespace {

QTableView* table(MainWindow& window) { return window.read().findChild<QTableView*>(); }

QString noteOf(MainWindow& window, int row)
{
    return table(window)->model()->index(row, ScoreTable::firstImage).data(ScoreTable::noteRole).toString();
}

bool allDone(MainWindow& window, std::size_t rows)
{
    const auto& scores = window.read().session().scores();
    return scores.size() == rows && std::ranges::all_of(scores, [](const SentenceScores& each) {
               return each.state == SentenceScores::State::Done;
           });
}

// One phantom patient, as `mama phantom` leaves it: images, masks of lesions, tables.
std::filesystem::path phantom(WindowFixture& fixture)
{
    const auto folder = fixture.folder() / "phantom";
    test::mamaCommand({"phantom", "--seed", "1000005", "--studies", "1", "--priors", "0", "--size", "256x208", "--out",
                       QString::fromStdString(folder.string())});
    return folder;
}

std::filesystem::path demo() { return std::filesystem::path(MAMA_RESOURCES) / "demo"; }

} // namespace

// What stands beside a value so that it is not read as more than it is; with the demo model, which knows phantoms
// alone.
class TestMeanings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // A pasted report is a row a sentence; what denies, and what is no finding, says so in its row.
    void aPastedReportIsARowASentence()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(demo().string()));
        QVERIFY(fixture.openAndWait(phantom(fixture)));
        window.findChild<QAction*>(QStringLiteral("panel.ask"))->trigger();
        QGuiApplication::clipboard()->setText(QStringLiteral("HISTORY: Pain on the left.\nFINDINGS:\nThere is a mass. "
                                                             "No calcifications.\nUnchanged since 2019.\n"));
        window.read().findChild<SentenceEdit*>()->setFocus();
        QTest::keyClick(window.read().findChild<SentenceEdit*>(), Qt::Key_V, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(allDone(window, 4), 120000);
        const auto& rows = window.read().session().scores();
        QCOMPARE(rows[0].sentence, QStringLiteral("Pain on the left."));
        QCOMPARE(rows[0].heading, QStringLiteral("HISTORY"));
        QVERIFY2(!noteOf(window, 0).isEmpty(), "a history is no finding of the pictures");
        QCOMPARE(rows[1].sentence, QStringLiteral("There is a mass."));
        QVERIFY(rows[2].negated && noteOf(window, 2).contains(QStringLiteral("without the negation")));
        QVERIFY(!table(window)
                     ->model()
                     ->index(2, table(window)->model()->columnCount() - 3)
                     .data(Qt::FontRole)
                     .value<QFont>()
                     .bold());
        QVERIFY(!noteOf(window, 3).isEmpty());
        QVERIFY(std::isfinite(rows[1].studyRank) && !rows[1].reference.isEmpty());
    }

    // From a clean start with what is installed: the demo model, a study, a sentence; four maps and similarities of
    // views, breasts and study, the rule named beside them.
    void threeActionsFromACleanStart()
    {
        qputenv("MAMA_MODELS", QByteArray(MAMA_RESOURCES));
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        const auto folder = phantom(fixture);
        for (QLabel* each : window.read().findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("href=\"demo\"")))
                Q_EMIT each->linkActivated(QStringLiteral("demo")); // one
        QVERIFY(fixture.openAndWait(folder));                       // two
        auto* edit = window.read().findChild<SentenceEdit*>();
        QVERIFY(edit->isVisible());
        QSignalSpy maps(&window.read(), &ReadPage::mapsOnScreen);
        QTest::keyClicks(edit, QStringLiteral("There is a mass."));
        QTest::keyClick(edit, Qt::Key_Return); // three
        QVERIFY(maps.count() > 0 || maps.wait(120000));
        QVERIFY(allDone(window, 1));
        const SentenceScores& row = window.read().session().scores()[0];
        QCOMPARE(row.images.size(), std::size_t{4});
        QCOMPARE(window.read().session().maps(0).size(), std::size_t{4});
        QVERIFY(std::isfinite(row.right) && std::isfinite(row.left) && std::isfinite(row.study));
        QCOMPARE(row.study, std::max(row.right, row.left)); // the rule that is chosen at first
        qunsetenv("MAMA_MODELS");
    }

    // A sentence about something else has neither a higher breast nor a plain value.
    void nonsenseIsUnlike()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(demo().string()));
        QVERIFY(fixture.openAndWait(phantom(fixture)));
        window.read().ask(QStringLiteral("banana"));
        QTRY_VERIFY_WITH_TIMEOUT(allDone(window, 1), 120000);
        QVERIFY(window.read().session().scores()[0].unlike);
        QVERIFY2(noteOf(window, 0).contains(QStringLiteral("nearest that it knows")), qPrintable(noteOf(window, 0)));
    }

    // A patient's picture on a model of phantoms says so on each picture and in the legend; a phantom does not.
    void aPictureOutsideTheTrainingDataSaysSo()
    {
        MAMA_NEED(std::filesystem::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(demo().string()));
        for (const bool real : {true, false}) {
            QVERIFY(fixture.openAndWait(real ? test::dataFolder() / "four-view" : phantom(fixture)));
            window.read().ask(QStringLiteral("There is a mass."));
            QTRY_VERIFY_WITH_TIMEOUT(allDone(window, 1), 120000);
            QCOMPARE(window.read().session().scores()[0].outside.size(), real ? std::size_t{4} : std::size_t{0});
        }
    }

    // The folder that `mama phantom` writes opens with its study; masks and tables are other files.
    void thePhantomsFolderOpensWithItsStudy()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(phantom(fixture)));
        QCOMPARE(window.read().studies().studies().size(), std::size_t{1});
        for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO})
            QVERIFY(fixture.image(slot) != nullptr);
    }

    // The similarity of a picture and of a patch have names of their own; what was read off ends with its study.
    void valuesHaveNamesAndEndWithTheirStudy()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.read().setModel(QString::fromStdString(demo().string()));
        const auto folder = phantom(fixture);
        QVERIFY(fixture.openAndWait(folder));
        QVERIFY(fixture.askAndWait(QStringLiteral("There is a mass.")));
        viewer::PaneView& view = window.read().view();
        QSignalSpy told(&window.read(), &ReadPage::readOut);
        const auto pane = view.activePane();
        QVERIFY(pane.has_value());
        const viewer::ViewImage* image = view.image(*pane);
        const Point at = view.transform(*pane)->toScreen({image->columns() * 0.8, image->rows() * 0.5});
        const QPointF place = QPointF(at.x, at.y) / view.devicePixelRatioF();
        QMouseEvent move(QEvent::MouseMove, place, view.mapToGlobal(place), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&view, &move);
        QVERIFY(told.count() > 0);
        QVERIFY2(told.last()[0].toString().contains(QStringLiteral("patch")), qPrintable(told.last()[0].toString()));
        QVERIFY(!told.last()[0].toString().contains(QStringLiteral("image similarity")));
        told.clear();
        QVERIFY(fixture.openAndWait(folder));
        // A real pointer that rests on the window reads off the new study's picture, which has no maps.
        QVERIFY(std::ranges::any_of(told, [](const QList<QVariant>& each) { return each[0].toString().isEmpty(); }));
        QVERIFY(!told.last()[0].toString().contains(QStringLiteral("patch")));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestMeanings test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_meanings.moc"
