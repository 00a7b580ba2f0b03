#pragma once
#include "core/base/user_text.h"

#include <QString>
#include <exception>

namespace mama {

// In the program's language, by the installed translators: context is the text's id, source its English words. What
// they do not know stays English.
QString shownText(const UserText& text);
// The same on one line, control characters as \\n or \\xNN.
QString shownLine(const UserText& text);
// What a caught exception says to the user, on one line: core's errors in the program's language.
QString shownError(const std::exception& error);

// With so many digits after the point; what rounds to zero has no sign.
QString shownNumber(double value, int digits);

// A tooltip that wraps its lines and shows every character as it stands: names of files are no markup.
QString plainTip(const QString& text);

} // namespace mama
