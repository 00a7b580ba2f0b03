#include "app/workstation/shell/key_map.h"

#include <QAction>
#include <algorithm>

namespace mama {

// Single letters, arrows and digits of view.* work while the pictures have the focus.
const std::vector<KeyOf>& keyMap()
{
    static const std::vector<KeyOf> keys{
        {"file.folder", "Ctrl+O"},
        {"file.files", "Ctrl+Shift+O"},
        {"file.quit", "Ctrl+Q"},
        {"study.next", "Ctrl+PgDown"},
        {"study.previous", "Ctrl+PgUp"},
        {"study.frame.next", "Alt+PgDown"},
        {"study.frame.previous", "Alt+PgUp"},
        {"study.place.rcc", "5"},
        {"study.place.lcc", "6"},
        {"study.place.rmlo", "7"},
        {"study.place.lmlo", "8"},
        {"study.place.undo", "Ctrl+Z"},
        {"reading.first", ""},
        {"reading.verdict", "Ctrl+B"},
        {"reading.lock", "Ctrl+Return"},
        {"reading.mark", "K"},
        {"study.pin", ""},
        {"study.cancel", "Esc"},
        {"study.identifiers", ""},
        {"view.read", "Ctrl+1"},
        {"view.train", "Ctrl+2"},
        {"view.models", "Ctrl+4"}, // Ctrl+3: the library
        {"panel.ask", "A"},
        {"panel.images", "V"},
        {"panel.studies", "E"},
        {"view.layout.grid", "F2"},
        {"view.layout.row", "F3"},
        {"view.layout.cc", "F4"},
        {"view.layout.mlo", "F5"},
        {"view.layout.right", "F6"},
        {"view.layout.left", "F7"},
        {"view.maximise", "Return"},
        {"view.next", "]"},
        {"view.previous", "["},
        {"view.zoom.same", "0"},
        {"view.zoom.fit", "9"},
        {"view.zoom.pixels", "1"},
        {"view.zoom.in", "+"},
        {"view.zoom.out", "-"},
        {"view.pan.left", "Left"},
        {"view.pan.right", "Right"},
        {"view.pan.up", "Up"},
        {"view.pan.down", "Down"},
        {"view.window.brighter", "Ctrl+Up"},
        {"view.window.darker", "Ctrl+Down"},
        {"view.window.more", "Ctrl+Right"},
        {"view.window.less", "Ctrl+Left"},
        {"view.window.next", "W"},
        {"view.invert", "I"},
        {"view.reset", "R"},
        {"view.overlay", "O"},
        {"view.overlay.cells", "C"},
        {"view.overlay.isolines", "L"},
        {"view.overlay.outline", "U"},
        {"view.seen", "H"},
        {"view.loupe", "M"},
        {"view.crosshair", "X"},
        {"view.texts", "T"},
        {"view.measure", "D"},
        {"view.mirror", "Shift+M"},
        {"view.fullscreen", "F11"},
        {"model.open", "Ctrl+M"},
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
        {"help.keys", "F1"},
        {"help.about", ""},
    };
    return keys;
}

std::size_t placeInKeyMap(const QString& command)
{
    const auto found = std::find_if(keyMap().begin(), keyMap().end(),
                                    [&](const KeyOf& each) { return command == QLatin1String(each.command); });
    return static_cast<std::size_t>(found - keyMap().begin());
}

void giveShortcut(QAction& action, const QKeySequence& key)
{
    action.setShortcut(key);
    if (!action.property(ofPictures).toBool())
        return;
    const int first = key.isEmpty() ? 0 : key[0].key();
    action.setShortcutContext(first >= Qt::Key_F1 && first <= Qt::Key_F35 ? Qt::WindowShortcut : Qt::WidgetShortcut);
}

QString defaultKey(const QString& command)
{
    const std::size_t place = placeInKeyMap(command);
    return place < keyMap().size() ? QString::fromLatin1(keyMap()[place].key) : QString();
}

} // namespace mama
