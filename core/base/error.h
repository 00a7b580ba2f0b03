#pragma once
#include "core/base/user_text.h"

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
    // what: the action that failed (core/base/error_actions.h); where: file, row or tag; why: the reason, with expected
    // and actual values where there are any, and what would help.
    Error(ErrorCode code, UserText what, std::string where, UserText why);

    ErrorCode code() const { return m_code; }
    const UserText& action() const { return m_action; }
    const std::string& where() const { return m_where; }
    const UserText& why() const { return m_why; }
    UserText text() const; // "<what>: <where>: <why>", without the parts that are empty
    // The same in English on one line; the command line puts "error: " in front.
    const char* what() const noexcept override { return m_line.c_str(); }

private:
    ErrorCode m_code;
    UserText m_action;
    std::string m_where;
    UserText m_why;
    std::string m_line;
};

// "<what>: <where>: <why>", without the parts that are empty.
UserText errorText(const UserText& what, const std::string& where, const UserText& why);

// An Error's text; of another exception what kind of fault it is: a library's own words are for logs.
UserText textOf(const std::exception& error);

// "usage", "io", "format", "unsupported", "data", "model", "memory", "internal": as the engine's replies say it.
const char* name(ErrorCode code);

} // namespace mama
