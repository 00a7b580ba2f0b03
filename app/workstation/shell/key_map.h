#pragma once
#include <QKeySequence>
#include <QString>
#include <vector>

class QAction;

namespace mama {

// Every key of the window: the one place to look for a free one. What a user chose instead is in the settings.
struct KeyOf
{
    const char* command; // id: "view.invert"
    const char* key;     // QKeySequence's portable text; "": none
};
const std::vector<KeyOf>& keyMap(); // in the order in which the commands are listed

// Single keys of the pictures, and of the library's studies (a command's property "ofPictures"), work while those have
// the focus, so that lists and text fields keep their letters; function keys always do. Two pages may have the same
// key: it is that of the page on screen.
inline constexpr const char* ofPictures = "ofPictures";
// The key of a command with this property is asleep while another page is on screen.
inline constexpr const char* ofPage = "ofPage";
void giveShortcut(QAction& action, const QKeySequence& key);

QString defaultKey(const QString& command); // empty: none
// For the order of a list; commands without a line come last.
std::size_t placeInKeyMap(const QString& command);

} // namespace mama
