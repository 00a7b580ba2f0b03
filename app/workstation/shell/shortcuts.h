#pragma once
#include <QKeySequence>

class QAction;

namespace mama {

// Single keys of the pictures, and of the library's studies (a command's property "ofPictures"), work while those have
// the focus, so that lists and text fields keep their letters; function keys always do. Two pages may have the same
// key: it is that of the page on screen.
inline constexpr const char* ofPictures = "ofPictures";
// The key of a command with this property is asleep while another page is on screen.
inline constexpr const char* ofPage = "ofPage";
void giveShortcut(QAction& action, const QKeySequence& key);

// "View ▸ Layout ▸ CC pair": where the command stands; its title alone where it is in no menu.
QString placeInMenus(const QAction& action);

} // namespace mama
