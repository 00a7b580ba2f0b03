#include "app/workstation/engine/error_words.h"

#include <QRegularExpression>

namespace mama {

void ErrorWords::clear()
{
    m_lines = protocol::LineSplitter();
    m_last.clear();
}

void ErrorWords::add(const QByteArray& bytes)
{
    for (const auto& line : m_lines.add({bytes.constData(), static_cast<std::size_t>(bytes.size())}))
        take(line.text);
}

QString ErrorWords::last()
{
    for (const auto& line : m_lines.finish())
        take(line.text);
    return m_last;
}

void ErrorWords::take(const std::string& line)
{
    static const QRegularExpression harmless(QStringLiteral(R"(^\S+ \S+ (debug|info) )"));
    const QString text = QString::fromStdString(line);
    if (m_of == Of::Command) {
        if (const QLatin1String begin("error: "); text.startsWith(begin))
            m_last = text.mid(begin.size()).trimmed();
    } else if (!text.trimmed().isEmpty() && !harmless.match(text).hasMatch()) {
        m_last = text;
    }
}

} // namespace mama
