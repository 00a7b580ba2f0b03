#include "core/base/error.h"

#include "core/base/text_escape.h"

namespace mama {

Error::Error(ErrorCode code, std::string what, std::string where, std::string why)
    : m_code(code), m_action(std::move(what)), m_where(std::move(where)), m_why(std::move(why))
{
    m_line = m_action;
    for (const std::string* part : {&m_where, &m_why}) {
        if (!part->empty())
            m_line += ": " + *part;
    }
    m_line = oneLine(m_line);
}

const char* name(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Usage: return "usage";
    case ErrorCode::Io: return "io";
    case ErrorCode::Format: return "format";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Data: return "data";
    case ErrorCode::Model: return "model";
    case ErrorCode::Memory: return "memory";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

} // namespace mama
