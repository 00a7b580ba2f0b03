#include "widgets/look/shown_text.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/text_escape.h"

#include <QCoreApplication>

namespace mama {
namespace {

std::string inProgramsLanguage(const UserText& text)
{
    return text.in([](const std::string& id, const std::string& english) {
        return QCoreApplication::translate(id.c_str(), english.c_str()).toStdString();
    });
}

} // namespace

QString shownText(const UserText& text) { return QString::fromStdString(inProgramsLanguage(text)); }

QString shownLine(const UserText& text) { return QString::fromStdString(oneLine(inProgramsLanguage(text))); }

QString shownError(const std::exception& error)
{
    const UserText text = textOf(error);
    return text.id().empty() ? shownText(text) : shownLine(text);
}

QString shownNumber(double value, int digits) { return QString::fromStdString(fixedText(value, digits)); }

QString plainTip(const QString& text)
{
    return QStringLiteral("<qt>") + text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>")) +
           QStringLiteral("</qt>");
}

} // namespace mama
