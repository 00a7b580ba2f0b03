#include "core/keys/key_file.h"

#include "core/base/files.h"
#include "core/base/lined_json.h"
#include "core/base/text_escape.h"
#include "core/keys/key_map.h"
#include "core/keys/key_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr std::size_t longestFile = std::size_t{1} << 18;
constexpr TextId readingAction("action.read_keys", "read keys");

void takeKey(const LinedJson& json, KeyChoice& choice, const std::string& command, const std::string& text)
{
    if (placeInKeyMap(command) == keyMap().size())
        json.wrong({TextId("keys.unknown_command", "\"%1\" is no command of the window: `mama keys list` shows them"),
                    oneLine(command)});
    const auto key = keyText(text);
    if (!key)
        json.wrong({TextId("keys.no_key", "\"%1\" is no key: such as \"I\", \"Ctrl+Shift+PgDown\", \"F11\", or \"\" "
                                          "for none"),
                    oneLine(text)});
    choice.keys[command] = *key;
}

// With the keys of those that the file does not name.
void checkClashes(LinedJson& json, const KeyChoice& choice)
{
    json.eachText(json.document(), "keys", keyMap().size(), [&](const std::string& command, const std::string&) {
        const std::string key = choice.keys.at(command);
        for (const KeyOf& other : keyMap())
            if (!key.empty() && command != other.command && choice.keyOf(other.command) == key &&
                clash(command, other.command))
                json.wrong(
                    {TextId("keys.clash", "%1 would be the key of \"%2\" and of \"%3\""), key, command, other.command});
    });
}

void takeGesture(const LinedJson& json, KeyChoice& choice, const std::string& name, const std::string& what)
{
    const auto gesture = mouseGesture(name);
    if (!gesture)
        json.wrong({TextId("keys.no_gesture", "\"%1\" is nothing that a mouse does: Left, Middle, Right or Wheel, with "
                                              "\"Shift+\", \"Ctrl+\" or \"Alt+\" in front"),
                    oneLine(name)});
    const auto act = mouseAct(what);
    const auto& able = actsOf(gesture->part);
    if (act && std::ranges::find(able, *act) != able.end()) {
        choice.mouse[*gesture] = *act;
        return;
    }
    std::string words;
    for (const MouseAct each : able)
        words += (words.empty() ? "\"" : ", \"") + std::string(mama::name(each)) + "\"";
    json.wrong({TextId("keys.no_act", "\"%1\" is nothing that %2 can do: %3"), oneLine(what), name, words});
}

} // namespace

std::string KeyChoice::keyOf(const std::string& command) const
{
    const auto found = keys.find(command);
    return found != keys.end() ? found->second : defaultKey(command);
}

KeyChoice parseKeys(const std::string& text, const std::filesystem::path& file)
{
    LinedJson json(text, file, {readingAction}, longestFile);
    json.only(json.document(), {"format", "version", "keys", "mouse"});
    json.isFormat("mama-keys", 1);
    KeyChoice choice;
    json.eachText(json.document(), "keys", keyMap().size(),
                  [&](const std::string& command, const std::string& key) { takeKey(json, choice, command, key); });
    checkClashes(json, choice);
    json.eachText(json.document(), "mouse", mouseGestures().size(),
                  [&](const std::string& name, const std::string& act) { takeGesture(json, choice, name, act); });
    if (!hasTool(choice.mouse))
        json.wrong("mouse", {TextId("keys.no_tool", "no button has the \"chosen tool\": nothing could be drawn")});
    return choice;
}

KeyChoice readKeys(const std::filesystem::path& file) { return parseKeys(readText(file), file); }

std::string keysText(const KeyChoice& choice, bool all)
{
    auto keys = nlohmann::ordered_json::object(), mouse = nlohmann::ordered_json::object();
    for (const KeyOf& each : keyMap())
        if (const std::string key = choice.keyOf(each.command); all || key != each.key)
            keys[each.command] = key;
    for (const MouseGesture& each : mouseGestures())
        if (const MouseAct act = actOf(choice.mouse, each);
            all ? each.held == MouseGesture::Held::Nothing || act != actOf(choice.mouse, {each.part})
                : act != actOf(defaultMouse(), each) || choice.mouse.contains(each))
            mouse[each.name()] = std::string(name(act));
    const nlohmann::ordered_json document{
        {"format", "mama-keys"}, {"version", 1}, {"keys", std::move(keys)}, {"mouse", std::move(mouse)}};
    return document.dump(2) + "\n";
}

} // namespace mama
