#pragma once
#include <exception>
#include <string>

namespace mama {

// What kind of failure it is; callers choose an exit status or a hint from it, never from the text.
enum class ErrorCode { Usage, Io, Format, Unsupported, Data, Model, Memory, Internal };

// The one exception that core throws. Caught in main, the engine's dispatcher and the window's job class.
// Texts hold no patient identifiers.
class Error : public std::exception
{
public:
    // what: the action that failed ("decode"); where: file, row or tag; why: the reason, with expected and
    // actual values where there are any, and what would help.
    Error(ErrorCode code, std::string what, std::string where, std::string why);

    ErrorCode code() const { return m_code; }
    const std::string& action() const { return m_action; }
    const std::string& where() const { return m_where; }
    const std::string& why() const { return m_why; }
    // "<what>: <where>: <why>", one line; the command line puts "error: " in front.
    const char* what() const noexcept override { return m_line.c_str(); }

private:
    ErrorCode m_code;
    std::string m_action, m_where, m_why, m_line;
};

// "usage", "io", "format", "unsupported", "data", "model", "memory", "internal": as the engine's replies say it.
const char* name(ErrorCode code);

} // namespace mama
