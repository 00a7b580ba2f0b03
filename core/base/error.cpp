#include "core/base/error.h"

#include "core/base/text_escape.h"

#include <new>
#include <nlohmann/json.hpp>
#include <system_error>

namespace mama {

UserText errorText(const UserText& what, const std::string& where, const UserText& why)
{
    if (what.empty())
        return where.empty() ? why : errorText(where, {}, why);
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
    if (own)
        return own->text();
    if (dynamic_cast<const std::bad_alloc*>(&error))
        return {TextId("error.not_enough_memory", "not enough memory")};
    if (dynamic_cast<const nlohmann::json::exception*>(&error))
        return {TextId("error.json_field", "a field of a JSON document is missing or of a wrong type")};
    if (const auto* system = dynamic_cast<const std::system_error*>(&error))
        return system->code().message();
    return {TextId("error.library", "a fault inside the program or one of its libraries")};
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
