#pragma once
#include <QString>
#include <exception>

namespace mama {

// With a full stop where no sign ends it yet: another sentence may follow.
QString asSentence(const QString& text);
// What a caught exception says to the user, on one line, as a sentence.
QString shownSentence(const std::exception& error);

} // namespace mama
