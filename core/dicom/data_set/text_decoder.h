#pragma once
#include "core/base/user_text.h"

#include <memory>
#include <string>

class DcmItem;

namespace mama {

// Texts of a data set to UTF-8 by its Specific Character Set (0008,0005), code extensions included. Never fails:
// what cannot be decoded becomes \xNN.
class TextDecoder
{
public:
    explicit TextDecoder(DcmItem& dataset);
    ~TextDecoder();
    TextDecoder(const TextDecoder&) = delete;
    TextDecoder& operator=(const TextDecoder&) = delete;

    // delimiters: characters after which code extensions start anew (PS3.5 6.1.2.5.3); "\\^=" for person names.
    std::string operator()(const std::string& text, const char* delimiters = "\\") const;
    // Empty, or what is wrong with (0008,0005).
    const UserText& warning() const { return m_warning; }

private:
    struct State;
    std::unique_ptr<State> m_state;
    UserText m_warning;
};

} // namespace mama
