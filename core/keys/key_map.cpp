#include "core/keys/key_map.h"

#include <algorithm>
#include <array>

namespace mama {

// Single letters, arrows and digits of view.* work while the pictures have the focus.
const std::vector<KeyOf>& keyMap()
{
    static const std::vector<KeyOf> keys{
        {"file.folder", "Ctrl+O"},
        {"file.files", "Ctrl+Shift+O"},
        {"file.demo", ""},
        {"file.quit", "Ctrl+Q"},
        {"study.next", "Ctrl+PgDown"},
        {"study.previous", "Ctrl+PgUp"},
        {"study.patient.next", "Ctrl+Shift+PgDown"},
        {"study.patient.previous", "Ctrl+Shift+PgUp"},
        {"study.find", "Ctrl+E"},
        {"study.prior.beside", "P"},
        {"study.prior.eight", "Shift+P"},
        {"study.prior.swap", "S"},
        {"study.frame.next", "Alt+PgDown"},
        {"study.frame.previous", "Alt+PgUp"},
        {"study.hang.here", "Ins"},
        {"study.place.rcc", "5"},
        {"study.place.lcc", "6"},
        {"study.place.rmlo", "7"},
        {"study.place.lmlo", "8"},
        {"study.place.undo", ""},
        {"study.undo", "Ctrl+Z"},
        {"study.redo", "Ctrl+Shift+Z"},
        {"study.note.text", "Shift+J"},
        {"study.note.delete", "Del"},
        {"study.note.clear", "Shift+Del"},
        {"study.note.like", "Shift+L"},
        {"reading.first", ""},
        {"reading.verdict", "Ctrl+B"},
        {"reading.lock", "Ctrl+Return"},
        {"reading.mark", "K"},
        {"study.header", "Ctrl+I"},
        {"study.again", "Ctrl+F5"},
        {"study.pin", ""},
        {"study.cancel", "Esc"},
        {"study.identifiers", ""},
        {"view.read", "Ctrl+1"},
        {"view.train", "Ctrl+2"},
        {"view.library", "Ctrl+3"},
        {"view.models", "Ctrl+4"},
        {"panel.ask", "A"},
        {"panel.images", "V"},
        {"panel.notes", "N"},
        {"panel.studies", "E"},
        {"view.layout.grid", "F2"},
        {"view.layout.row", "F3"},
        {"view.layout.cc", "F4"},
        {"view.layout.mlo", "F5"},
        {"view.layout.right", "F6"},
        {"view.layout.left", "F7"},
        {"view.step.next", "Space"},
        {"view.step.previous", "Shift+Space"},
        {"view.hanging.file", ""},
        {"view.hanging.builtin", ""},
        {"view.apart", "F12"},
        {"view.detach", "Shift+F12"},
        {"view.display", ""},
        {"view.pattern", "Ctrl+F11"},
        {"view.memory", ""},
        {"view.maximise", "Return"},
        {"view.next", "]"},
        {"view.previous", "["},
        {"view.zoom.same", "0"},
        {"view.zoom.fit", "9"},
        {"view.zoom.pixels", "1"},
        {"view.zoom.true", "2"},
        {"view.screen", ""},
        {"view.zoom.in", "+"},
        {"view.zoom.out", "-"},
        {"view.pan.left", "Left"},
        {"view.pan.right", "Right"},
        {"view.pan.up", "Up"},
        {"view.pan.down", "Down"},
        {"view.field.next", "."},
        {"view.field.previous", ","},
        {"view.unlink", "Y"},
        {"view.window.brighter", "Ctrl+Up"},
        {"view.window.darker", "Ctrl+Down"},
        {"view.window.more", "Ctrl+Right"},
        {"view.window.less", "Ctrl+Left"},
        {"view.window.next", "W"},
        {"view.window.numbers", "G"},
        {"view.window.each", "Shift+G"},
        {"view.invert", "I"},
        {"view.reset", "R"},
        {"view.overlay", "O"},
        {"view.overlay.cells", "C"},
        {"view.overlay.isolines", "L"},
        {"view.overlay.outline", "U"},
        {"view.seen", "H"},
        {"view.loupe", "M"},
        {"view.loupe.stronger", "Ctrl++"},
        {"view.loupe.weaker", "Ctrl+-"},
        {"view.loupe.larger", "Shift+Up"},
        {"view.loupe.smaller", "Shift+Down"},
        {"view.crosshair", "X"},
        {"view.texts", "T"},
        {"view.measure", "D"},
        {"view.draw.area", "F"},
        {"view.draw.angle", "Shift+D"},
        {"view.draw.circle", "Q"},
        {"view.draw.ellipse", "Shift+Q"},
        {"view.draw.rectangle", "Z"},
        {"view.draw.note", "J"},
        {"view.draw.box", "B"},
        {"view.draw.contour", "Shift+B"},
        {"view.notes", "Shift+N"},
        {"view.turn.right", "Shift+R"},
        {"view.turn.left", "Ctrl+Shift+R"},
        {"view.mirror", "Shift+M"},
        {"view.flip", "Shift+V"},
        {"view.turn.back", "Ctrl+Backspace"},
        {"view.fullscreen", "F11"},
        {"view.theme.desktop", ""},
        {"view.theme.dark", ""},
        {"view.theme.light", ""},
        {"model.open", "Ctrl+M"},
        {"model.demo", ""},
        {"model.engine", ""},
        {"model.sentence", "Ctrl+L"},
        {"model.repeat", "F8"},
        {"model.sentence.next", "Alt+Down"},
        {"model.sentence.previous", "Alt+Up"},
        {"model.clear", ""},
        {"train.new", "Ctrl+N"},
        {"train.open", "Ctrl+R"},
        {"train.find", "Ctrl+F"},
        {"train.run", "Alt+1"},
        {"train.table", "Alt+2"},
        {"train.scatter", "Alt+3"},
        {"train.filter", "Ctrl+Shift+F"},
        {"train.label", "Ctrl+T"},
        {"train.save", "Ctrl+S"},
        {"library.open", ""},
        {"library.new", ""},
        {"library.import", ""},
        {"library.undo", "Ctrl+Z"},
        {"library.redo", "Ctrl+Shift+Z"},
        {"library.filter", "F"},
        {"library.view", "V"},
        {"library.ask", "/"},
        {"library.models", "Shift+M"},
        {"library.fields", "E"},
        {"library.grid", "G"},
        {"library.table", "B"},
        {"library.map", "M"},
        {"library.keep", "K"},
        {"library.freeze", "S"},
        {"library.keys", ""},
        {"library.details", "I"},
        {"library.bits", "Z"},
        {"library.window.brighter", "Ctrl+Up"},
        {"library.window.darker", "Ctrl+Down"},
        {"library.window.more", "Ctrl+Right"},
        {"library.window.less", "Ctrl+Left"},
        {"library.window.reset", "R"},
        {"library.all", "Ctrl+A"},
        {"library.none", "Ctrl+Shift+A"},
        {"library.escape", "Esc"},
        {"library.read", "Ctrl+Return"},
        {"library.back", "Backspace"},
        {"library.tag", "T"},
        {"library.label", "Shift+L"},
        {"library.tag.1", "1"},
        {"library.tag.2", "2"},
        {"library.tag.3", "3"},
        {"library.tag.4", "4"},
        {"library.tag.5", "5"},
        {"library.tag.6", "6"},
        {"library.tag.7", "7"},
        {"library.tag.8", "8"},
        {"library.tag.9", "9"},
        {"library.cohort", "Shift+S"},
        {"library.patches", ""},
        {"library.backup", ""},
        {"library.relink", ""},
        {"library.problems", ""},
        {"library.vocabulary", ""},
        {"library.check", ""},
        {"library.log", ""},
        {"library.close", ""},
        {"help.commands", "Ctrl+Shift+P"},
        {"help.keys", "F1"},
        {"help.about", ""},
    };
    return keys;
}

std::size_t placeInKeyMap(std::string_view command)
{
    const auto found = std::ranges::find_if(keyMap(), [&](const KeyOf& each) { return command == each.command; });
    return static_cast<std::size_t>(found - keyMap().begin());
}

const char* defaultKey(std::string_view command)
{
    const std::size_t place = placeInKeyMap(command);
    return place < keyMap().size() ? keyMap()[place].key : "";
}

KeyPage pageOf(std::string_view command)
{
    // The window's own among commands that are named like those of a page.
    constexpr std::array<std::string_view, 6> window{"file.quit",    "view.read",   "view.train",
                                                     "view.library", "view.models", "view.fullscreen"};
    if (command.starts_with("help.") || command.starts_with("view.theme.") ||
        std::ranges::find(window, command) != window.end())
        return KeyPage::Window;
    return command.starts_with("train.")     ? KeyPage::Train
           : command.starts_with("library.") ? KeyPage::Library
                                             : KeyPage::Read;
}

bool clash(std::string_view command, std::string_view other)
{
    const KeyPage one = pageOf(command), two = pageOf(other);
    return one == two || one == KeyPage::Window || two == KeyPage::Window;
}

} // namespace mama
