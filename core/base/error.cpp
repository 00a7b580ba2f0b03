#include "core/base/error.h"

#include "core/base/text_escape.h"

namespace mama {

UserText errorText(const UserText& what, const std::string& where, const UserText& why)
{
    if (where.empty() && why.empty())
        return what;
    if (where.empty() || why.empty())
        return {TextId("error.two_parts", "%1: %2"), what, where.empty() ? why : UserText(where)};
    return {TextId("error.three_parts", "%1: %2: %3"), what, where, why};
}

Error::Error(ErrorCode code, UserText what, std::string where, UserText why)
    : m_code(code), m_action(std::move(what)), m_where(std::move(where)), m_why(std::move(why)),
      m_line(oneLine(text().english()))
{}

UserText Error::text() const { return errorText(m_action, m_where, m_why); }

UserText textOf(const std::exception& error)
{
    const auto* own = dynamic_cast<const Error*>(&error);
    return own ? own->text() : UserText(error.what());
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
