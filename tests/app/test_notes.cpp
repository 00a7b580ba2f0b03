// What is drawn in the window: by keys and mouse, kept in the reader's file or the library, listed, taken back, also
// after a new start and on a full disk.
#include "app/workstation/read/work/notes_session.h"
#include "core/library/studies/image_annotations.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "widgets/panels/notes_panel.h"
#include "widgets/viewer/cursor_info.h"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTreeWidget>
#include <csignal>
#include <sys/resource.h>

using namespace mama;
using mama::test::WindowFixture;

class TestNotes : public QObject
{
    Q_OBJECT

    static std::filesystem::path phantoms(WindowFixture& fixture)
    {
        const auto folder = fixture.folder() / "set";
        test::mamaCommand({"phantom", "--seed", "5", "--studies", "1", "--priors", "0", "--size", "512x416", "--out",
                           test::text(folder)});
        return folder;
    }

    static bool openStudy(WindowFixture& fixture, const std::filesystem::path& folder)
    {
        MainWindow& window = fixture.window();
        window.activateWindow();
        const bool fine = QTest::qWaitForWindowActive(&window) && fixture.openAndWait(folder / "images");
        window.read().view().setFocus();
        return fine;
    }

    static void drag(viewer::PaneView& view, QPointF from, QPointF to)
    {
        QTest::mousePress(&view, Qt::LeftButton, {}, from.toPoint());
        QMouseEvent move(QEvent::MouseMove, to, view.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&view, &move);
        QTest::mouseRelease(&view, Qt::LeftButton, {}, to.toPoint());
    }

    // Beside the chest wall of a right breast, on half the height of its cell.
    static QPointF besideWall(const viewer::PaneView& view, std::size_t cell)
    {
        const viewer::PixelRect& area = view.hung().at(cell).area;
        return QPointF(area.x + area.width - 20, area.y + area.height / 2.0) / view.devicePixelRatioF();
    }

    static QTreeWidget& list(MainWindow& window) { return *window.findChild<NotesPanel*>()->list(); }

private Q_SLOTS:
    void drawnListedAndTakenBackByKeys()
    {
        WindowFixture fixture;
        const auto folder = phantoms(fixture);
        QVERIFY(openStudy(fixture, folder));
        ReadPage& page = fixture.window().read();
        viewer::PaneView& view = page.view();
        const auto action = [&](const char* id) { return fixture.window().findChild<QAction*>(QLatin1String(id)); };
        QTest::keyClick(&view, Qt::Key_N); // the list says how to draw
        QVERIFY(!list(fixture.window()).isVisible());
        fixture.screenshot(QStringLiteral("notes-empty"));
        QTest::keyClick(&fixture.window(), Qt::Key_Escape);
        view.setFocus();
        const QPointF at = besideWall(view, 0);
        QTest::keyClick(&view, Qt::Key_D);
        drag(view, at, at + QPointF(-50, 30));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        QCOMPARE(page.drawn().notes().size(), std::size_t(1));
        QVERIFY(page.drawn().notes()[0].annotation.id > 0);
        QCOMPARE(view.selectedNote(), std::optional(page.drawn().notes()[0].annotation.id)); // what was drawn is chosen
        QTRY_VERIFY(action("study.undo")->text().endsWith(QStringLiteral("Add a ruler on RCC")));
        QTest::keyClick(&view, Qt::Key_Q);
        drag(view, at + QPointF(-20, -40), at + QPointF(-45, -40));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        const ShownNote circle = page.drawn().notes().back();
        QVERIFY(circle.annotation.shape.kind == ShapeKind::Circle && circle.annotation.facts.figures);
        const viewer::ViewImage& image = *fixture.image(Slot::RCC);
        const auto figures =
            figuresOf(circle.annotation.shape, image.rows(), image.columns(), [&](int column, int row) {
                return image.padded(column, row) ? std::nullopt : std::optional(image.storedValue(column, row));
            });
        QVERIFY(figures == circle.annotation.facts.figures && figures->count > 100);
        QTest::keyClick(&view, Qt::Key_J); // a note asks for its words on the picture
        QTest::mouseClick(&view, Qt::LeftButton, {}, (at + QPointF(-60, 60)).toPoint());
        auto* edit = view.findChild<QLineEdit*>(QStringLiteral("note.text"));
        QVERIFY(edit && edit->hasFocus());
        QTest::keyClicks(edit, QStringLiteral("look again"));
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY(view.hasFocus());
        QTRY_COMPARE(page.drawn().notes().size(), std::size_t(3));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        QTest::mouseClick(&view, Qt::LeftButton, {}, (at + QPointF(-60, 90)).toPoint());
        QTest::keyClick(&fixture.window(), Qt::Key_Escape); // no words, no note; the tool stays
        QCOMPARE(view.tool(), viewer::LeftTool::Note);
        QTest::keyClick(&view, Qt::Key_N);
        QVERIFY(list(fixture.window()).isVisible());
        QCOMPARE(list(fixture.window()).topLevelItemCount(), 3);
        QCOMPARE(list(fixture.window()).topLevelItem(0)->text(0), QStringLiteral("RCC"));
        QVERIFY(list(fixture.window()).topLevelItem(0)->text(2).endsWith(QStringLiteral(" mm")));
        const QStringList values = list(fixture.window()).topLevelItem(1)->text(2).split(QLatin1Char('\n'));
        QCOMPARE(values.size(), 3); // area, mean and deviation, pixels
        QVERIFY(values[0].endsWith(QStringLiteral(" mm²")) && values[1].contains(QStringLiteral(" ± ")));
        QCOMPARE(values[2], QStringLiteral("n %1").arg(figures->count));
        const QTreeWidget& shown = list(fixture.window());
        for (const int column : {0, 1, 2}) // nothing of it is cut
            for (int row = 0; row < shown.topLevelItemCount(); ++row) {
                QTRY_VERIFY(shown.visualItemRect(shown.topLevelItem(row)).height() >=
                            shown.fontMetrics().height() *
                                (shown.topLevelItem(row)->text(column).count(QLatin1Char('\n')) + 1));
                for (const QString& line : shown.topLevelItem(row)->text(column).split(QLatin1Char('\n')))
                    QVERIFY(shown.columnWidth(column) >= shown.fontMetrics().horizontalAdvance(line));
            }
        QCOMPARE(list(fixture.window()).topLevelItem(2)->text(3), QStringLiteral("look again"));
        fixture.screenshot(QStringLiteral("notes"));

        const auto listed = test::mamaCommand({"annotations", "list", "--json"});
        QCOMPARE(listed.status, 0);
        QCOMPARE(listed.out.count('\n'), 3);
        // Delete in the list, undo and redo by keys.
        list(fixture.window()).setCurrentItem(list(fixture.window()).topLevelItem(2));
        QTest::keyClick(&list(fixture.window()), Qt::Key_Delete);
        QTRY_COMPARE(page.drawn().notes().size(), std::size_t(2));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        for (const std::size_t left : {3, 2, 1, 0}) {
            QTest::keyClick(&view, Qt::Key_Z, Qt::ControlModifier);
            QTRY_COMPARE(page.drawn().notes().size(), left);
            QTRY_COMPARE(page.drawn().unsaved(), 0);
        }
        for (const std::size_t now : {1, 2}) {
            QTest::keyClick(&view, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
            QTRY_COMPARE(page.drawn().notes().size(), now);
            QTRY_COMPARE(page.drawn().unsaved(), 0);
        }
        const Shape ruler = page.drawn().notes()[0].annotation.shape;
        fixture.endWindow(); // tomorrow
        fixture.newWindow();
        QVERIFY(openStudy(fixture, folder));
        ReadPage& again = fixture.window().read();
        QTRY_COMPARE(again.drawn().notes().size(), std::size_t(2));
        QVERIFY(again.drawn().notes()[0].annotation.shape == ruler);
        QTRY_COMPARE(QString::fromStdString(again.drawn().offer().undo), QStringLiteral("Add a circle on RCC"));
        QTest::keyClick(&again.view(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_COMPARE(again.drawn().notes().size(), std::size_t(1));
        QTRY_COMPARE(QString::fromStdString(again.drawn().offer().redo), QStringLiteral("Add a circle on RCC"));
        QTest::keyClick(&again.view(), Qt::Key_Delete, Qt::ShiftModifier); // all of the study
        QTRY_VERIFY(again.drawn().notes().empty());
    }

    // The reader's own text has the room of the list; the basis stands once below, and an angle has none. A large area
    // has no separator in the list, in the picture's text and in what the command lists.
    void textsHaveRoomAndNumbersNoSeparators()
    {
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        const auto back = qScopeGuard([&] { QLocale::setDefault(before); });
        WindowFixture fixture;
        const auto folder = phantoms(fixture);
        fixture.window().resize(1600, 1000);
        QVERIFY(openStudy(fixture, folder));
        ReadPage& page = fixture.window().read();
        viewer::PaneView& view = page.view();
        const QPointF at = besideWall(view, 0);
        view.setTool(viewer::LeftTool::Rectangle);
        drag(view, at + QPointF(-190, -190), at + QPointF(0, 190));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        view.setTool(viewer::LeftTool::Angle);
        for (const QPointF& corner : {QPointF(-80, -60), QPointF(-40, 0), QPointF(-80, 60)})
            QTest::mouseClick(&view, Qt::LeftButton, {}, (at + corner).toPoint());
        QTRY_COMPARE(page.drawn().notes().size(), std::size_t(2));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_N);
        QTreeWidget& notes = list(fixture.window());
        QTRY_VERIFY(notes.isVisible());
        const QString area = notes.topLevelItem(0)->text(2).section(QLatin1Char('\n'), 0, 0);
        QVERIFY2(QRegularExpression(QStringLiteral("^[0-9]{4,}(\\.[0-9]+)? mm²$")).match(area).hasMatch(),
                 qPrintable(area));
        const QString listed = QString::fromUtf8(test::mamaCommand({"annotations", "list"}).out);
        QVERIFY2(listed.contains(QLatin1Char('\t') + area + QLatin1Char('\t')), qPrintable(listed));
        for (const QString& line : listed.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
            if (line.contains(QStringLiteral("\tangle\t")))
                QCOMPARE(line.section(QLatin1Char('\t'), 5, 5), QStringLiteral("-"));
        const QString said = QStringLiteral("spiculated margin, look again in six months");
        auto& panel = *fixture.window().findChild<NotesPanel*>();
        Q_EMIT panel.textChanged(notes.topLevelItem(0)->data(0, Qt::UserRole).toLongLong(), said);
        QTRY_COMPARE(notes.topLevelItem(0)->text(3), said);
        for (const QString& word : said.split(QLatin1Char(' ')))
            QTRY_VERIFY2(notes.columnWidth(3) >= notes.fontMetrics().horizontalAdvance(word) + 8,
                         qPrintable(QStringLiteral("%1 in %2").arg(word).arg(notes.columnWidth(3))));
        const auto needed = [&] {
            return notes.fontMetrics()
                .boundingRect(QRect(0, 0, notes.columnWidth(3) - 8, 10000), Qt::TextWordWrap, said)
                .height();
        };
        QTRY_VERIFY(notes.visualItemRect(notes.topLevelItem(0)).height() >= needed());
        const StudyImage& image = page.studies().study()->images[page.drawn().notes()[0].image];
        QStringList basis;
        for (const QLabel* each : panel.findChildren<QLabel*>())
            if (each->isVisible() && each->text().contains(QString::fromStdString(image.spacing.basis.english())))
                basis << each->text();
        QCOMPARE(basis.size(), 1);
        QVERIFY(notes.topLevelItem(0)->toolTip(2).contains(QString::fromStdString(image.spacing.basis.english())));
        QVERIFY(!notes.topLevelItem(1)->toolTip(2).contains(QString::fromStdString(image.spacing.basis.english())));
        fixture.screenshot(QStringLiteral("notes-room"));
    }

    // What is read out is what lies under the mouse, also when keys moved the pictures below it.
    void theReadOutFollowsThePictures()
    {
        WindowFixture fixture;
        const auto folder = phantoms(fixture);
        fixture.window().resize(1280, 800);
        QVERIFY(openStudy(fixture, folder));
        MainWindow& window = fixture.window();
        viewer::PaneView& view = window.read().view();
        QString shown;
        connect(&window.read(), &ReadPage::readOut, &view, [&](const QString& text) { shown = text; });
        const QPointF at = besideWall(view, 1);
        const auto there = [&] { return viewer::toText(view.infoAt(at)); };
        const auto pointAt = [&] {
            QMouseEvent move(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
            QCoreApplication::sendEvent(&view, &move);
        };
        pointAt();
        QVERIFY(!there().isEmpty());
        QCOMPARE(shown, there());
        for (const Qt::Key key : {Qt::Key_F6, Qt::Key_F2, Qt::Key_F4, Qt::Key_F3, Qt::Key_Return}) {
            const QString before = there();
            QTest::keyClick(&view, key);
            QTRY_COMPARE(shown, there());
            if (key == Qt::Key_F6)
                QVERIFY(there() != before);
        }
    }

    // The disk is full: what was drawn stays on the screen, is told, and is saved once there is room.
    void whatTheDiskRefusesIsKeptAndTriedAgain()
    {
        WindowFixture fixture;
        const auto folder = phantoms(fixture);
        QVERIFY(openStudy(fixture, folder));
        ReadPage& page = fixture.window().read();
        const QPointF at = besideWall(page.view(), 0);
        QTest::keyClick(&page.view(), Qt::Key_D);
        drag(page.view(), at, at + QPointF(-50, 30));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit none{0, before.rlim_max};
        QSignalSpy told(&page, &Page::told);
        ::setrlimit(RLIMIT_FSIZE, &none);
        drag(page.view(), at + QPointF(0, 40), at + QPointF(-50, 70));
        QTRY_VERIFY(told.count() > 0 && told.last()[0].toString().startsWith(QStringLiteral("Not saved yet")));
        ::setrlimit(RLIMIT_FSIZE, &before);
        QCOMPARE(page.drawn().notes().size(), std::size_t(2));
        QVERIFY(page.drawn().notes()[1].unsaved && !page.unsaved().isEmpty());
        QTRY_COMPARE_WITH_TIMEOUT(page.drawn().unsaved(), 0, 20000);
        QVERIFY(!page.drawn().notes()[1].unsaved && page.unsaved().isEmpty());
        QCOMPARE(test::mamaCommand({"annotations", "list", "--json"}).out.count('\n'), 2);
    }

    // In the library that is open, if it has the image.
    void theOpenLibraryKeepsWhatIsDrawnOnItsImages()
    {
        WindowFixture fixture;
        const auto folder = phantoms(fixture);
        const auto library = fixture.folder() / "library";
        QCOMPARE(test::mamaCommand({"import", "--library", test::text(library), "embed", test::text(folder)}).status,
                 0);
        fixture.window().library().session().open(QString::fromStdString(library.string()));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.window().library().session().library() != nullptr, 30000);
        QVERIFY(openStudy(fixture, folder));
        ReadPage& page = fixture.window().read();
        QTest::qWait(300);
        const QPointF at = besideWall(page.view(), 0);
        QTest::keyClick(&page.view(), Qt::Key_B);
        drag(page.view(), at, at + QPointF(-50, 30));
        QTRY_COMPARE(page.drawn().notes().size(), std::size_t(1));
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        auto& open = *fixture.window().library().session().library();
        QTRY_COMPARE(QString::fromStdString(open.lastDone()->words), QStringLiteral("Add a box on RCC"));
        // What it has is not imported once more.
        const QString file = test::text(fixture.folder() / "drawn.jsonl"), place = test::text(library);
        QCOMPARE(
            test::mamaCommand({"annotations", "export", "--library", place, "--kind", "box", "--out", file}).status, 0);
        QCOMPARE(test::mamaCommand({"library", "headers", "--library", place}).status, 0);
        const auto again = test::mamaCommand({"annotations", "import", file, "--library", place, "--json"}).json();
        QVERIFY(again.at("read").get<int>() > 0 && again.at("added").get<int>() == 0);
        QTest::keyClick(&page.view(), Qt::Key_Z, Qt::ControlModifier);
        QTRY_VERIFY(page.drawn().notes().empty());
        QTRY_COMPARE(page.drawn().unsaved(), 0);
        QCOMPARE(QString::fromStdString(page.drawn().offer().redo), QStringLiteral("Add a box on RCC"));
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    TestNotes test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_notes.moc"
