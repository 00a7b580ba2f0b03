// Keys, mouse and the search for commands, as a user changes and uses them.
#include "app/workstation/look/theme.h"
#include "app/workstation/shell/command_palette.h"
#include "app/workstation/shell/key_field.h"
#include "app/workstation/shell/keys_dialog.h"
#include "app/workstation/shell/shortcuts.h"
#include "core/base/files.h"
#include "core/keys/key_map.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTimer>
#include <QTreeWidget>
#include <QWheelEvent>

using namespace mama;
using mama::test::WindowFixture;
namespace fs = std::filesystem;

namespace {

QAction* action(const MainWindow& window, const char* id) { return window.findChild<QAction*>(QLatin1String(id)); }

std::vector<QAction*> commands(const MainWindow& window)
{
    std::vector<QAction*> out;
    for (const KeyOf& each : keyMap())
        out.push_back(action(window, each.command));
    return out;
}

QTreeWidgetItem* row(QTreeWidget& tree, const QString& title)
{
    const auto found = tree.findItems(title, Qt::MatchExactly | Qt::MatchRecursive);
    return found.isEmpty() ? nullptr : found.front();
}

int shownRows(const QTreeWidget& tree)
{
    int rows = 0;
    for (int page = 0; page < tree.topLevelItemCount(); ++page)
        for (int i = 0; i < tree.topLevelItem(page)->childCount(); ++i)
            rows += tree.topLevelItem(page)->child(i)->isHidden() || tree.topLevelItem(page)->isHidden() ? 0 : 1;
    return rows;
}

QPushButton* button(const QWidget& in, const QString& text)
{
    for (auto* each : in.findChildren<QPushButton*>())
        if (each->text().remove(QLatin1Char('&')) == text)
            return each;
    return nullptr;
}

// Into the chosen row, as a person does: Enter, then the key.
void press(QTreeWidget& tree, QTreeWidgetItem* item, Qt::Key key, Qt::KeyboardModifiers held = Qt::NoModifier)
{
    tree.setCurrentItem(item, 1);
    tree.setFocus();
    QTest::keyClick(&tree, Qt::Key_F2);
    auto* field = tree.findChild<KeyField*>();
    QVERIFY(field);
    QTest::keyClick(field, key, held);
    QTRY_VERIFY(!tree.findChild<KeyField*>()); // it goes a little later
}

QPointF middleOfFirst(const viewer::PaneView& view)
{
    const viewer::PaneId pane = *view.hung()[0].pane;
    const viewer::ViewImage& image = *view.image(pane);
    return view.placeOf(pane, {image.columns() / 2.0, image.rows() / 2.0});
}

void drag(viewer::PaneView& view, Qt::MouseButton with, Qt::KeyboardModifiers held = Qt::NoModifier)
{
    const QPoint from = middleOfFirst(view).toPoint();
    QTest::mousePress(&view, with, held, from);
    for (int step = 1; step <= 4; ++step) { // QTest::mouseMove holds no keys
        QMouseEvent move(QEvent::MouseMove, from + QPoint(10 * step, 0), view.mapToGlobal(from + QPoint(10 * step, 0)),
                         Qt::NoButton, with, held);
        QCoreApplication::sendEvent(&view, &move);
    }
    QTest::mouseRelease(&view, with, held, from + QPoint(40, 0));
}

void turn(viewer::PaneView& view, int notches, Qt::KeyboardModifiers held)
{
    const QPointF at = middleOfFirst(view);
    QWheelEvent wheel(at, view.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, held, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &wheel);
}

void write(const WindowFixture& fixture, const std::string& inside)
{
    writeAtomically(fixture.folder() / "keys.json",
                    "{\n\"format\": \"mama-keys\",\n\"version\": 1,\n" + inside + "\n}\n");
}

} // namespace

class TestKeysAndMouse : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The pages that core knows for its commands are those that have them.
    void pagesOfCommandsAreRight()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        for (const KeyOf& each : keyMap()) {
            const QAction* command = action(window, each.command);
            QVERIFY2(command, each.command);
            const auto* page = qobject_cast<const Page*>(command->parent());
            const KeyPage expected = !page                       ? KeyPage::Window
                                     : page == &window.train()   ? KeyPage::Train
                                     : page == &window.library() ? KeyPage::Library
                                                                 : KeyPage::Read;
            QVERIFY2(pageOf(each.command) == expected, each.command);
        }
    }

    // Every way of writing a key that files know is Qt's own.
    void keysAreQts()
    {
        for (const KeyOf& each : keyMap())
            QCOMPARE(QKeySequence::fromString(QLatin1String(each.key), QKeySequence::PortableText)
                         .toString(QKeySequence::PortableText),
                     QLatin1String(each.key));
        for (const char* key : {"Esc",     "Tab",
                                "Backtab", "Backspace",
                                "Return",  "Enter",
                                "Ins",     "Del",
                                "Pause",   "Print",
                                "Home",    "End",
                                "Left",    "Up",
                                "Right",   "Down",
                                "PgUp",    "PgDown",
                                "Space",   "Menu",
                                "F35",     "Meta+Ctrl+Alt+Shift+A"})
            QCOMPARE(QKeySequence::fromString(QLatin1String(key), QKeySequence::PortableText)
                         .toString(QKeySequence::PortableText),
                     QLatin1String(key));
    }

    // By keys alone: found by words, changed by a press, a conflict that is resolved, one reset, all reset.
    void aKeyIsFoundAndChanged()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        KeysDialog dialog(commands(window), {}, &window);
        dialog.show();
        auto* tree = dialog.findChild<QTreeWidget*>();
        auto* search = dialog.findChild<QLineEdit*>();
        QCOMPARE(tree->topLevelItemCount(), 5); // read, library, train, everywhere, mouse
        const int all = shownRows(*tree);
        QCOMPARE(all, static_cast<int>(keyMap().size() + mouseGestures().size()));
        QTest::keyClicks(search, QStringLiteral("window invert"));
        QCOMPARE(shownRows(*tree), 1);
        QTreeWidgetItem* invert = tree->currentItem();
        QCOMPARE(invert->text(0), placeInMenus(*action(window, "view.invert")));
        press(*tree, invert, Qt::Key_F9); // nobody's
        QCOMPARE(invert->text(1), QStringLiteral("F9"));
        auto* ok = button(dialog, QStringLiteral("OK"));
        QVERIFY(ok->isEnabled());
        search->clear();
        QCOMPARE(shownRows(*tree), all);
        press(*tree, invert, Qt::Key_R); // the key of reset
        const QLabel* conflict = nullptr;
        for (const QLabel* each : dialog.findChildren<QLabel*>())
            if (each->text().contains(QStringLiteral("two commands")))
                conflict = each;
        QVERIFY(conflict && conflict->isVisible() && !ok->isEnabled());
        QVERIFY(conflict->text().contains(QStringLiteral("view.reset")));
        fixture.screenshot(QStringLiteral("keys-conflict"));
        dialog.grab().save(QStringLiteral("screenshots/keys-dialog.png"));
        Q_EMIT const_cast<QLabel*>(conflict)->linkActivated(QStringLiteral("view.reset"));
        QVERIFY(!conflict->isVisible() && ok->isEnabled());
        QCOMPARE(dialog.choice().keyOf("view.reset"), std::string());
        QCOMPARE(dialog.choice().keyOf("view.invert"), std::string("R"));
        tree->setCurrentItem(invert);
        QTest::mouseClick(button(dialog, QStringLiteral("Reset")), Qt::LeftButton);
        QCOMPARE(dialog.choice().keyOf("view.invert"), std::string("I"));
        QTest::mouseClick(button(dialog, QStringLiteral("No key")), Qt::LeftButton);
        QCOMPARE(dialog.choice().keyOf("view.invert"), std::string());
        QTest::mouseClick(button(dialog, QStringLiteral("Reset all")), Qt::LeftButton);
        QVERIFY(dialog.choice() == KeyChoice());
        press(*tree, invert, Qt::Key_Escape); // ends the waiting, changes nothing and leaves the dialog open
        QVERIFY(dialog.choice() == KeyChoice() && ok->isEnabled() && dialog.isVisible());
        QVERIFY(!tree->findChild<QLineEdit*>() || !tree->findChild<QLineEdit*>()->isVisible());
    }

    // Esc leaves the dialog at once where nothing was changed; else it asks, and what is kept is kept.
    void escapeLosesNoKeys()
    {
        WindowFixture fixture;
        KeysDialog dialog(commands(fixture.window()), {}, &fixture.window());
        dialog.show();
        auto* tree = dialog.findChild<QTreeWidget*>();
        press(*tree, row(*tree, placeInMenus(*action(fixture.window(), "view.invert"))), Qt::Key_F9);
        const auto answer = [&](QMessageBox::StandardButton with) {
            bool asked = false;
            QTimer::singleShot(0, &dialog, [&] {
                auto* ask = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                asked = ask != nullptr;
                if (ask)
                    ask->button(with)->click();
            });
            QTest::keyClick(&dialog, Qt::Key_Escape);
            return asked;
        };
        QVERIFY(answer(QMessageBox::Cancel));
        QVERIFY(dialog.isVisible());
        QVERIFY(answer(QMessageBox::Save));
        QCOMPARE(dialog.result(), static_cast<int>(QDialog::Accepted));
        QCOMPARE(dialog.choice().keyOf("view.invert"), std::string("F9"));
        KeysDialog unchanged(commands(fixture.window()), {}, &fixture.window());
        unchanged.show();
        QTest::keyClick(&unchanged, Qt::Key_Escape);
        QVERIFY(!unchanged.isVisible());
    }

    // From the menu to a restart: what was changed works, is kept in the file, and works again.
    void changedKeysStay()
    {
        WindowFixture fixture;
        QTimer::singleShot(0, qApp, [&] {
            auto* dialog = qobject_cast<KeysDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            auto* tree = dialog->findChild<QTreeWidget*>();
            press(*tree, row(*tree, placeInMenus(*action(fixture.window(), "view.invert"))), Qt::Key_Y,
                  Qt::ControlModifier);
            QTest::mouseClick(button(*dialog, QStringLiteral("OK")), Qt::LeftButton);
        });
        action(fixture.window(), "help.keys")->trigger();
        QCOMPARE(action(fixture.window(), "view.invert")->shortcut().toString(), QStringLiteral("Ctrl+Y"));
        QVERIFY(action(fixture.window(), "view.invert")->toolTip().contains(QStringLiteral("Ctrl+Y")));
        QVERIFY(fs::exists(fixture.folder() / "keys.json"));
        fixture.endWindow();
        fixture.newWindow();
        QCOMPARE(action(fixture.window(), "view.invert")->shortcut().toString(), QStringLiteral("Ctrl+Y"));
        QCOMPARE(action(fixture.window(), "view.reset")->shortcut().toString(), QStringLiteral("R"));
        QCOMPARE(test::mamaCommand({"keys", "check", test::text(fixture.folder() / "keys.json")}).status, 0);
    }

    // Export, import, and a wrong file: the line and the reason, and what was there stays.
    void filesGoInAndOut()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        KeyChoice choice;
        choice.keys["view.invert"] = "Ctrl+Alt+I";
        KeysDialog dialog(commands(window), choice, &window);
        dialog.show();
        const fs::path file = fixture.folder() / "mine.json";
        dialog.exportFile(test::text(file));
        QCOMPARE(readKeys(file).keyOf("view.invert"), std::string("Ctrl+Alt+I"));
        QTest::mouseClick(button(dialog, QStringLiteral("Reset all")), Qt::LeftButton);
        dialog.importFile(test::text(file));
        QCOMPARE(dialog.choice().keyOf("view.invert"), std::string("Ctrl+Alt+I"));
        const auto wrong = [&](const fs::path& path) {
            dialog.importFile(test::text(path));
            QString told;
            for (const QLabel* each : dialog.findChildren<QLabel*>())
                if (each->text().contains(QStringLiteral("stay as they were")))
                    told = each->text();
            return dialog.choice().keyOf("view.invert") == "Ctrl+Alt+I" ? told : QStringLiteral("changed");
        };
        writeAtomically(file, "{\"format\": \"mama-keys\", \"version\": 1,\n\"keys\": {\n\"view.invert\": \"R\"}}");
        QVERIFY(wrong(file).contains(QStringLiteral("line 3: R would be the key of")));
        QVERIFY(wrong(fixture.folder() / "none.json").contains(QStringLiteral("none.json")));
        const test::Outcome outcome = test::mamaCommand({"keys", "check", test::text(file)});
        QCOMPARE(outcome.status, 1);
        QVERIFY(outcome.err.contains("line 3: R would be the key of"));
    }

    // A file that somebody broke by hand: told at the start, with the usual keys, and the file is left as it is.
    void aBrokenFileIsTold()
    {
        WindowFixture fixture;
        fixture.endWindow();
        write(fixture, "\"keys\": {\"view.invert\": \"Hyper+I\"}");
        fixture.newWindow();
        QString told;
        for (const QLabel* each : fixture.window().findChildren<QLabel*>(QStringLiteral("message")))
            told = each->text();
        QVERIFY2(told.contains(QStringLiteral("line 4: \"Hyper+I\" is no key")), qPrintable(told));
        Q_EMIT fixture.window().read().told({}, false); // as when a study is opened
        Q_EMIT fixture.window().read().told(QStringLiteral("Another error."), true);
        for (const QLabel* each : fixture.window().findChildren<QLabel*>(QStringLiteral("message")))
            told = each->text();
        QVERIFY2(told.contains(QStringLiteral("is no key")) && told.contains(QStringLiteral("Another")),
                 qPrintable(told));
        QCOMPARE(action(fixture.window(), "view.invert")->shortcut().toString(), QStringLiteral("I"));
        QVERIFY(readText(fixture.folder() / "keys.json").find("Hyper") != std::string::npos);
    }

    // What the mouse does is what the file says, on real pictures.
    void theMouseDoesWhatIsSaid()
    {
        MAMA_NEED(fs::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        const auto poseOf = [&](viewer::PaneView& view) { return view.pose(*view.hung()[0].pane); };
        const auto windowOf = [&](viewer::PaneView& view) { return view.shade(*view.hung()[0].pane).window.width; };
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        {
            viewer::PaneView& view = fixture.window().read().view(); // by default
            const auto pose = poseOf(view);
            const double window = windowOf(view);
            drag(view, Qt::RightButton);
            QVERIFY(windowOf(view) != window);
            QVERIFY(poseOf(view) == pose);
            drag(view, Qt::LeftButton, Qt::ShiftModifier); // as without Shift
            QVERIFY(!(poseOf(view) == pose));
        }
        fixture.endWindow();
        write(fixture, "\"mouse\": {\"Right\": \"pan\", \"Shift+Left\": \"window\", \"Ctrl+Wheel\": \"views\", "
                       "\"Wheel\": \"nothing\"}");
        fixture.newWindow();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        viewer::PaneView& view = fixture.window().read().view();
        const auto pose = poseOf(view);
        const double window = windowOf(view);
        drag(view, Qt::LeftButton, Qt::ShiftModifier);
        QVERIFY(windowOf(view) != window && poseOf(view) == pose);
        turn(view, 1, Qt::NoModifier);
        QVERIFY(poseOf(view) == pose);
        const double changed = windowOf(view);
        drag(view, Qt::RightButton);
        QVERIFY(windowOf(view) == changed && !(poseOf(view) == pose));
        const auto active = view.activePane();
        turn(view, -1, Qt::ControlModifier);
        QVERIFY(view.activePane() != active);
        turn(view, 1, Qt::ControlModifier);
        QVERIFY(view.activePane() == active);
    }

    // The mouse in the dialog: chosen from a list; without the chosen tool nothing is taken.
    void theMouseIsChosenFromLists()
    {
        WindowFixture fixture;
        KeysDialog dialog(commands(fixture.window()), {}, &fixture.window());
        dialog.show();
        auto* tree = dialog.findChild<QTreeWidget*>();
        QTreeWidgetItem* left = row(*tree, QStringLiteral("Left button"));
        const auto choose = [&](QTreeWidgetItem* item, const QString& text) {
            tree->setCurrentItem(item, 1);
            QTest::mouseClick(button(dialog, QStringLiteral("Change")), Qt::LeftButton);
            auto* list = tree->findChild<QComboBox*>();
            QVERIFY(list);
            list->setCurrentText(text);
            Q_EMIT list->activated(list->currentIndex());
            QTRY_VERIFY(!tree->findChild<QComboBox*>());
        };
        choose(left, QStringLiteral("pan"));
        QCOMPARE(left->text(1), QStringLiteral("pan"));
        QVERIFY(!button(dialog, QStringLiteral("OK"))->isEnabled());
        QTreeWidgetItem* middle = row(*tree, QStringLiteral("Middle button"));
        choose(middle, QStringLiteral("the chosen tool"));
        QVERIFY(button(dialog, QStringLiteral("OK"))->isEnabled());
        choose(row(*tree, QStringLiteral("Wheel with Ctrl")), QStringLiteral("next or previous frame"));
        using Part = MouseGesture::Part;
        QVERIFY(actOf(dialog.choice().mouse, {Part::Middle}) == MouseAct::Tool);
        QVERIFY(actOf(dialog.choice().mouse, {Part::Wheel, MouseGesture::Held::Ctrl}) == MouseAct::Frames);
        QVERIFY(actOf(dialog.choice().mouse, {Part::Wheel}) == MouseAct::Zoom);
    }

    void wordsFindCommands()
    {
        const QString row = QStringLiteral("View ▸ Layout ▸ Four views in a row"),
                      cc = QStringLiteral("View ▸ Layout ▸ CC pair");
        QVERIFY(fitOf(QStringLiteral("row four"), row) > 0 && fitOf(QStringLiteral("row four"), cc) == 0);
        QVERIFY(fitOf(QStringLiteral("lay"), row) > fitOf(QStringLiteral("ayout"), row)); // where a word starts
        QVERIFY(fitOf(QStringLiteral("fvr"), row) > 0);                                   // its letters, in their order
        QVERIFY(fitOf(QStringLiteral("ayout"), row) > fitOf(QStringLiteral("fvr"), row));
        QCOMPARE(fitOf(QStringLiteral("xyz"), row), 0);
        QVERIFY(fitOf({}, row) > 0);
    }

    // By keys: opened, typed into, run; by the mouse too. The keyboard is back at the pictures.
    void thePaletteRunsCommands()
    {
        MAMA_NEED(fs::exists(test::dataFolder() / "four-view"), "data/four-view");
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        QVERIFY(fixture.openAndWait(test::dataFolder() / "four-view"));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        viewer::PaneView& view = window.read().view();
        view.setFocus();
        const auto open = [&] {
            window.activateWindow();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&window);
            view.setFocus();
            QTest::keyClick(&view, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
            return window.findChild<CommandPalette*>();
        };
        CommandPalette* palette = open();
        QVERIFY(palette && palette->isVisible());
        QVERIFY(QTest::qWaitForWindowActive(palette));
        auto* words = palette->findChild<QLineEdit*>();
        auto* list = palette->findChild<QTreeWidget*>();
        int ofPage = 0;
        for (const KeyOf& each : keyMap())
            ofPage += pageOf(each.command) == KeyPage::Read || pageOf(each.command) == KeyPage::Window ? 1 : 0;
        QCOMPARE(list->topLevelItemCount(), ofPage);
        QTest::keyClicks(words, QStringLiteral("theme dark"));
        QVERIFY(list->topLevelItem(0)->text(0).endsWith(QStringLiteral("Dark")));
        words->clear();
        QTest::keyClicks(words, QStringLiteral("four row"));
        QVERIFY(list->topLevelItem(0)->text(0).contains(QStringLiteral("Four views in a row")));
        QCOMPARE(list->topLevelItem(0)->text(1), QStringLiteral("F3"));
        QTest::keyClick(words, Qt::Key_Return);
        QTRY_COMPARE(view.viewLayout(), viewer::ViewLayout::Row);
        QTRY_VERIFY(!window.findChild<CommandPalette*>());
        palette = open();
        QVERIFY(palette);
        words = palette->findChild<QLineEdit*>();
        list = palette->findChild<QTreeWidget*>();
        QTest::keyClicks(words, QStringLiteral("layout"));
        fixture.screenshot(QStringLiteral("palette"));
        palette->grab().save(QStringLiteral("screenshots/palette-alone.png"));
        const QString second = list->topLevelItem(1)->text(0);
        QTest::keyClick(words, Qt::Key_Down);
        QCOMPARE(list->currentItem()->text(0), second);
        for (int i = 0; i < list->topLevelItemCount(); ++i)
            if (list->topLevelItem(i)->text(0).contains(QStringLiteral("CC pair")))
                QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                                  list->visualItemRect(list->topLevelItem(i)).center());
        QTRY_COMPARE(view.viewLayout(), viewer::ViewLayout::CcPair);
        QTRY_VERIFY(!window.findChild<CommandPalette*>());
        palette = open();
        QVERIFY(palette);
        QTest::keyClick(palette->findChild<QLineEdit*>(), Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<CommandPalette*>());
    }

    // On a page where a command cannot be used it is grey, says why, and Enter does nothing.
    void greyCommandsSayWhy()
    {
        WindowFixture fixture;
        MainWindow& window = fixture.window();
        window.showPage(window.library());
        action(window, "help.commands")->trigger();
        auto* palette = window.findChild<CommandPalette*>();
        QVERIFY(palette);
        auto* words = palette->findChild<QLineEdit*>();
        auto* list = palette->findChild<QTreeWidget*>();
        QTest::keyClicks(words, QStringLiteral("no library is open"));
        QCOMPARE(list->topLevelItemCount(), 0); // reasons are no names
        words->clear();
        QTreeWidgetItem* grey = nullptr;
        for (int i = 0; i < list->topLevelItemCount() && !grey; ++i)
            if (list->topLevelItem(i)->text(0).contains(QStringLiteral("no library is open")))
                grey = list->topLevelItem(i);
        QVERIFY(grey);
        QCOMPARE(grey->foreground(0), palette->palette().brush(QPalette::Disabled, QPalette::Text));
        list->setCurrentItem(grey);
        QTest::keyClick(words, Qt::Key_Return);
        QVERIFY(palette->isVisible());
        palette->close();
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestKeysAndMouse test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_keys_and_mouse.moc"
