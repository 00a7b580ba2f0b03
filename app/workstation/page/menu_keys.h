#pragma once
class QMenu;

namespace mama {

// Letters that are typed while the menu is open choose in it: else the shortcuts of what has the focus would take them.
void keepLettersInMenu(QMenu& menu);

} // namespace mama
