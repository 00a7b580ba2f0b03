#include "widgets/look/sentence.h"

#include "widgets/look/shown_text.h"

namespace mama {

QString asSentence(const QString& text)
{
    const QString trimmed = text.trimmed();
    const bool ended = trimmed.isEmpty() || QStringLiteral(".!?:;…").contains(trimmed.back());
    return ended ? trimmed : trimmed + QLatin1Char('.');
}

QString shownSentence(const std::exception& error) { return asSentence(shownError(error)); }

} // namespace mama
