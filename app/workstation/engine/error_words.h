#pragma once
#include "core/protocol/line_splitter.h"

#include <QByteArray>
#include <QString>

namespace mama {

// The last thing that a program said on standard error, whatever pieces its lines arrive in.
class ErrorWords
{
public:
    enum class Of {
        Command, // what stands behind "error: "
        Engine   // any line that is not of its log's levels debug and info
    };
    explicit ErrorWords(Of of) : m_of(of) {}

    void clear();
    void add(const QByteArray& bytes);
    QString last(); // once the program has ended: also of a line without its end; empty: none

private:
    void take(const std::string& line);

    Of m_of;
    protocol::LineSplitter m_lines;
    QString m_last;
};

} // namespace mama
