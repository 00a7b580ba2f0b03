#pragma once
#include <array>
#include <charconv>
#include <string>

namespace mama {

// With so many digits after the point, in no language's own way; what rounds to zero has no sign: never "-0.00".
inline std::string fixedText(double value, int digits)
{
    std::array<char, 400> text{}; // the largest double has 309 digits before the point
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
    std::string out(text.data(), end.ptr);
    if (out.starts_with('-') && out.find_first_of("123456789") == std::string::npos &&
        out.find('0') != std::string::npos)
        out.erase(0, 1);
    return out;
}

} // namespace mama
