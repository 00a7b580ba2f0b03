// What a reader chose, or wrote by hand, is kept: windows, hangings, keys.
#include "app/workstation/look/theme.h"
#include "app/workstation/shell/keys_dialog.h"
#include "core/base/files.h"
#include "core/hanging/hanging_file.h"
#include "core/keys/key_file.h"
#include "tests/app/mama_command.h"
#include "tests/app/window_fixture.h"
#include "tests/core/study/synthetic_mammogram.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QTest>
#include <QTimer>

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

QAction* action(const MainWindow& window, const char* id) { return window.findChild<QAction*>(QLatin1String(id)); }

fs::path patients(const WindowFixture& fixture)
{
    const fs::path folder = fixture.folder() / "patients";
    mamaCommand({"phantom", "--seed", "1000000", "--studies", "1", "--priors", "1", "--size", "256x208", "--out",
                 text(folder)});
    return folder / "images";
}

void writeKeys(const WindowFixture& fixture, const std::string& inside)
{
    writeAtomically(fixture.folder() / "keys.json",
                    "{\n\"format\": \"mama-keys\",\n\"version\": 1,\n" + inside + "\n}\n");
}

} // namespace

class TestKeptChoices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // The file's windows by their names; which of them was chosen, by key or from the list, is how pictures of that
    // device open at the next start.
    void aChosenWindowIsRemembered()
    {
        WindowFixture fixture;
        const fs::path folder = fixture.folder() / "windows";
        fs::create_directories(folder);
        for (const std::string side : {"R", "L"})
            write(SyntheticMammogram{{{"ImageLaterality", side},
                                      {"ViewPosition", "CC"},
                                      {"Manufacturer", "Maker"},
                                      {"ManufacturerModelName", "One"},
                                      {"WindowCenter", "2000\\1500\\900"},
                                      {"WindowWidth", "3000\\800\\400"},
                                      {"WindowCenterWidthExplanation", "NORMAL\\HARDER\\SOFTER"}},
                                     "",
                                     "SCT",
                                     "",
                                     side == "R"},
                  folder / (side + ".dcm"));
        const auto open = [&] {
            fixture.window().activateWindow();
            return QTest::qWaitForWindowActive(&fixture.window()) && fixture.openAndWait(folder);
        };
        const auto choices = [&] {
            std::vector<int> all;
            for (const viewer::PaneId& each : fixture.window().read().view().panes())
                all.push_back(fixture.window().read().view().shade(each).choice);
            return all;
        };
        QVERIFY(open());
        QCOMPARE(choices(), (std::vector<int>{0, 0}));
        fixture.window().read().view().setFocus();
        QTest::keyClick(&fixture.window().read().view(), Qt::Key_W);
        QCOMPARE(choices(), (std::vector<int>{1, 1}));
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(open());
        QCOMPARE(choices(), (std::vector<int>{1, 1}));
        auto* list = named<QComboBox>(fixture.window(), "Window");
        QCOMPARE(list->currentText(), QStringLiteral("HARDER"));
        list->setFocus();
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(choices(), (std::vector<int>{2, 2}));
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(open());
        QCOMPARE(choices(), (std::vector<int>{2, 2}));
    }

    // MLO first, chosen in the menu, is how the steps begin, at the next start too.
    void hangingsAreChosenByName()
    {
        WindowFixture fixture;
        const fs::path images = patients(fixture);
        QVERIFY(fixture.openAndWait(images));
        const auto mloFirst = [&]() -> QAction* {
            for (QAction* each : fixture.window().read().findChildren<QAction*>())
                if (each->data().toString() == QStringLiteral("MLO first"))
                    return each;
            return nullptr;
        };
        const auto firstCells = [&] {
            const auto& hung = fixture.window().read().view().hung();
            return hung[0].name + ", " + hung[1].name;
        };
        action(fixture.window(), "view.step.next")->trigger();
        QCOMPARE(firstCells(), std::string("R CC, L CC"));
        QVERIFY(mloFirst() && !mloFirst()->isChecked());
        mloFirst()->trigger();
        QCOMPARE(firstCells(), std::string("R MLO, L MLO"));
        QVERIFY(mloFirst()->isChecked());
        fixture.endWindow();
        fixture.newWindow();
        QVERIFY(mloFirst()->isChecked() && fixture.openAndWait(images));
        fixture.window().activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        fixture.window().read().view().setFocus();
        QTest::keyClick(&fixture.window().read().view(), Qt::Key_Space);
        QCOMPARE(firstCells(), std::string("R MLO, L MLO"));
    }

    // A hanging file that was broken by hand is told by line at the start, is left as it is, and is kept when another
    // takes its place; the built-in hanging removes nobody's file.
    void aBrokenHangingIsKept()
    {
        WindowFixture fixture;
        const fs::path own = fixture.folder() / "hanging.json", chosen = fixture.folder() / "chosen.json";
        const std::string broken = "{\"format\": \"mama-hanging\", \"version\": 1,\n \"hangings\": [\n  {\"name\": ";
        fixture.endWindow();
        writeAtomically(own, std::string_view(broken));
        writeAtomically(fixture.folder() / "keys.json", std::string_view("{]"));
        fixture.newWindow();
        const auto message = [&] { return fixture.window().findChild<QLabel*>(QStringLiteral("message"))->text(); };
        QTRY_VERIFY2(message().contains(QStringLiteral("hanging.json: line 3")), qPrintable(message()));
        QVERIFY(message().contains(QStringLiteral("built-in")));
        QVERIFY(message().contains(QStringLiteral("keys.json: line 1"))); // both are told
        QCOMPARE(readText(own), broken);
        const std::string right = builtInHangingText();
        writeAtomically(chosen, std::string_view(right));
        fixture.window().read().takeHangingFile(QString::fromStdString(chosen.string()));
        QVERIFY2(message().contains(QStringLiteral("hanging.json.before")), qPrintable(message()));
        QCOMPARE(readText(fixture.folder() / "hanging.json.before"), broken);
        QCOMPARE(readText(own), right);
        fixture.window().read().takeHangingFile(QString::fromStdString(chosen.string())); // the program's own copy
        QVERIFY(!fs::exists(fixture.folder() / "hanging.json.before-2"));
        action(fixture.window(), "view.hanging.builtin")->trigger();
        QVERIFY(!fs::exists(own));
        QCOMPARE(readText(fixture.folder() / "hanging.json.before-2"), right);
        QVERIFY2(message().contains(QStringLiteral("hanging.json.before-2")), qPrintable(message()));
    }

    // Other keys take the place of a file that could not be read, or that was edited meanwhile: what stood there is
    // kept beside it, said in one line; one's own file is written again without a copy.
    void whatAHandWroteIsKept()
    {
        WindowFixture fixture;
        fixture.endWindow();
        const fs::path file = fixture.folder() / "keys.json", mine = fixture.folder() / "mine.json",
                       first = fixture.folder() / "keys.json.before", second = fixture.folder() / "keys.json.before-2";
        writeKeys(fixture, "\"keys\": {\"view.invert\": \"Hyper+I\"}");
        const std::string broken = readText(file);
        fixture.newWindow();
        const auto message = [&] { return fixture.window().findChild<QLabel*>(QStringLiteral("message"))->text(); };
        const auto giveKey = [&](const std::string& key) {
            writeAtomically(
                mine, std::string_view("{\"format\": \"mama-keys\", \"version\": 1, \"keys\": {\"view.invert\": \"" +
                                       key + "\"}}"));
            QTimer::singleShot(0, qApp, [&] {
                auto* dialog = qobject_cast<KeysDialog*>(QApplication::activeModalWidget());
                QVERIFY(dialog);
                dialog->importFile(text(mine));
                dialog->accept();
            });
            action(fixture.window(), "help.keys")->trigger();
        };
        giveKey("Ctrl+Alt+Y");
        QCOMPARE(readText(first), broken);
        QVERIFY2(message().contains(QStringLiteral("keys.json.before")), qPrintable(message()));
        QCOMPARE(readKeys(file).keyOf("view.invert"), std::string("Ctrl+Alt+Y"));
        giveKey("Ctrl+Alt+U");
        QCOMPARE(readKeys(file).keyOf("view.invert"), std::string("Ctrl+Alt+U"));
        QVERIFY(!fs::exists(second));
        writeKeys(fixture, "\"keys\": {\"view.reset\": \"Ctrl+Alt+R\"}"); // by hand, while the window is open
        const std::string edited = readText(file);
        giveKey("Ctrl+Alt+I");
        QCOMPARE(readText(second), edited);
    }
};

int main(int argc, char** argv)
{
    viewer::PaneView::setDefaultFormat();
    QApplication application(argc, argv);
    applyTheme(application, Theme::Dark);
    TestKeptChoices test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_kept_choices.moc"
