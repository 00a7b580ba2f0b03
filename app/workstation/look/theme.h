#pragma once
#include <QString>

class QApplication;

namespace mama {

enum class Theme { System, Dark, Light };

// Palette and style for the whole program. Reading rooms are dark: System follows the desktop where it says which
// it is, and is dark else. The image area stays black in every theme.
void applyTheme(QApplication& application, Theme theme);
bool isDark(Theme theme);

Theme themeFromName(const QString& name); // "dark", "light", else System
QString nameOf(Theme theme);

} // namespace mama
