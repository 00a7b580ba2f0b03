#include "core/base/error.h"
#include "core/keys/key_file.h"
#include "core/keys/key_map.h"
#include "core/keys/key_text.h"
#include "tests/support/test_data.h"

#include <set>

using namespace mama;

namespace {

std::string whyNot(const std::string& text)
{
    try {
        parseKeys(text, "my.json");
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

std::string fileOf(const std::string& keys, const std::string& mouse = "")
{
    return "{\n\"format\": \"mama-keys\",\n\"version\": 1,\n\"keys\": {\n" + keys + "\n},\n\"mouse\": {\n" + mouse +
           "\n}\n}\n";
}

} // namespace

class TestKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keysAreWrittenOneWay()
    {
        for (const auto& [text, written] : {std::pair{"i", "I"},
                                            {"ctrl+shift+pgdown", "Ctrl+Shift+PgDown"},
                                            {"Shift+Ctrl+A", "Ctrl+Shift+A"},
                                            {"+", "+"},
                                            {"Ctrl++", "Ctrl++"},
                                            {"f11", "F11"},
                                            {"", ""},
                                            {"\xc3\x84", "\xc3\x84"}})
            QCOMPARE(keyText(text).value_or("no key"), std::string(written));
        for (const char* wrong :
             {"Ctrl", "Ctrl+", "Ctrl+Ctrl+A", "AB", "F36", "F0", "F1x", " ", "Hyper+A", "A+B", "\xff", "I, I", "\x7f"})
            QVERIFY2(!keyText(wrong), wrong);
    }

    // The table itself: every key is written as files write it, and no key stands twice where both would act.
    void theKeyMapIsAFileWithoutConflicts()
    {
        std::set<std::string> commands;
        for (const KeyOf& each : keyMap()) {
            QVERIFY2(commands.insert(each.command).second, each.command);
            QCOMPARE(keyText(each.key).value_or("no key"), std::string(each.key));
            for (const KeyOf& other : keyMap())
                QVERIFY2(!*each.key || &each == &other || std::string(each.key) != other.key ||
                             !clash(each.command, other.command),
                         each.command);
        }
        const KeyChoice all = parseKeys(keysText({}, true), "all");
        QCOMPARE(all.keys.size(), keyMap().size());
        for (const KeyOf& each : keyMap())
            QCOMPARE(all.keyOf(each.command), std::string(each.key));
    }

    // What is written is what is read, for all commands and for the changed ones alone.
    void filesComeBack()
    {
        KeyChoice choice =
            parseKeys(fileOf("\"view.invert\": \"ctrl+alt+i\", \"view.notes\": \"\"",
                             "\"Left\": \"pan\", \"Shift+Left\": \"chosen tool\", \"Ctrl+Wheel\": \"frames\""),
                      "my.json");
        QCOMPARE(choice.keyOf("view.invert"), std::string("Ctrl+Alt+I"));
        QCOMPARE(choice.keyOf("view.notes"), std::string());
        QCOMPARE(choice.keyOf("view.reset"), std::string(defaultKey("view.reset")));
        using Part = MouseGesture::Part;
        using Held = MouseGesture::Held;
        QVERIFY(actOf(choice.mouse, {Part::Left, Held::Nothing}) == MouseAct::Pan);
        QVERIFY(actOf(choice.mouse, {Part::Left, Held::Alt}) == MouseAct::Pan); // as without the key
        QVERIFY(actOf(choice.mouse, {Part::Left, Held::Shift}) == MouseAct::Tool);
        QVERIFY(actOf(choice.mouse, {Part::Right, Held::Nothing}) == MouseAct::Window); // as by default
        for (const bool all : {true, false}) {
            const KeyChoice again = parseKeys(keysText(choice, all), "again.json");
            for (const KeyOf& each : keyMap())
                QCOMPARE(again.keyOf(each.command), choice.keyOf(each.command));
            for (const MouseGesture& each : mouseGestures())
                QVERIFY(actOf(again.mouse, each) == actOf(choice.mouse, each));
        }
        QVERIFY(keysText(choice, false).size() < 400);
    }

    void faultsHaveTheirLine_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& text, const char* says) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(says);
        };
        row("no JSON", fileOf("\"view.invert\" \"I\""), "line 5: ");
        row("another file", "{\"format\": \"mama-hanging\", \"version\": 1}",
            "line 1: \"format\" must be \"mama-keys\"");
        row("version", "{\n\"format\": \"mama-keys\",\n\"version\": 2}", "line 3: \"version\" must be 1");
        row("unknown member", "{\n\"format\": \"mama-keys\",\n\"version\": 1,\n\"shortcuts\": {}}",
            "line 4: \"shortcuts\" is not known");
        row("unknown command", fileOf("\"view.reset\": \"R\",\n\"view.invrt\": \"I\""),
            "line 6: \"view.invrt\" is no command");
        row("no key", fileOf("\"view.invert\": \"Ctrl+\""), "line 5: \"Ctrl+\" is no key");
        row("a number", fileOf("\"view.invert\": 7"), "line 5: \"view.invert\" must be a text");
        row("twice in the file", fileOf("\"view.invert\": \"Ctrl+Alt+I\",\n\"view.reset\": \"Alt+Ctrl+I\""),
            "would be the key of");
        row("taken by another", fileOf("\"view.invert\": \"R\""),
            "line 5: R would be the key of \"view.invert\" and of \"view.reset\"");
        row("taken by the window", fileOf("\"library.grid\": \"F1\""), "line 5: F1 would be the key of");
        row("no gesture", fileOf("", "\"Fourth\": \"pan\""), "\"Fourth\" is nothing that a mouse does");
        row("no act", fileOf("", "\"Left\": \"paint\""), "\"paint\" is nothing that Left can do: \"chosen tool\"");
        row("not of the wheel", fileOf("", "\"Wheel\": \"window\""), "\"window\" is nothing that Wheel can do");
        row("no tool", fileOf("", "\"Left\": \"pan\""), "no button has the \"chosen tool\"");
        row("a list", "{\"format\": \"mama-keys\", \"version\": 1, \"keys\": []}",
            "line 1: \"keys\" must be an object");
        row("too long", std::string(1U << 20U, ' '), "line 1: 1024 KiB");
        row("deep", std::string(100000, '['), "line 1: ");
        row("empty", "", "line 1: ");
    }

    void faultsHaveTheirLine()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const QString why = QString::fromStdString(whyNot(text.toStdString()));
        QVERIFY2(why.startsWith(QStringLiteral("read keys: my.json: line ")) && why.contains(says), qPrintable(why));
    }

    // Keys of two pages may be the same; of one with the window's never.
    void twoPagesMayShareAKey()
    {
        QCOMPARE(whyNot(fileOf("\"library.grid\": \"I\", \"library.details\": \"\"")), std::string("accepted"));
        QVERIFY(!clash("view.invert", "library.grid") && clash("view.invert", "view.reset"));
        QVERIFY(clash("view.read", "library.grid") && clash("train.new", "file.quit"));
    }

    // Cut anywhere and with any byte changed it is refused or taken, and never more.
    void brokenFilesAreRefused()
    {
        const std::string whole = fileOf("\"view.invert\": \"Ctrl+Alt+I\"", "\"Middle\": \"pan\"");
        QCOMPARE(whyNot(whole), std::string("accepted"));
        for (std::size_t size = 0; size + 2 < whole.size(); ++size)
            QVERIFY(whyNot(whole.substr(0, size)).find("line ") != std::string::npos);
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (const char byte : {'\0', '\xff', '"', '{', '+'}) {
                std::string changed = whole;
                changed[at] = byte;
                QVERIFY(!whyNot(changed).empty());
            }
    }
};

QTEST_GUILESS_MAIN(TestKeys)
#include "test_keys.moc"
