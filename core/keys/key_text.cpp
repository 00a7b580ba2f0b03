#include "core/keys/key_text.h"

#include "core/base/text_escape.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mama {
namespace {

constexpr std::array<std::string_view, 4> modifiers{"Meta", "Ctrl", "Alt", "Shift"}; // in Qt's order
constexpr std::array<std::string_view, 20> named{"Esc",   "Tab",   "Backtab", "Backspace", "Return", "Enter", "Ins",
                                                 "Del",   "Pause", "Print",   "Home",      "End",    "Left",  "Up",
                                                 "Right", "Down",  "PgUp",    "PgDown",    "Space",  "Menu"};

bool same(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::optional<std::string> functionKey(std::string_view text)
{
    if (text.size() < 2 || text.size() > 3 || (text[0] != 'F' && text[0] != 'f') || text[1] == '0')
        return {};
    int number = 0;
    for (const char c : text.substr(1)) {
        if (c < '0' || c > '9')
            return {};
        number = number * 10 + (c - '0');
    }
    return number <= 35 ? std::optional("F" + std::to_string(number)) : std::nullopt;
}

// One letter of another alphabet, in UTF-8.
bool isOtherLetter(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc3 ? 2 : 0;
    return bytes == text.size() && isUtf8(text);
}

std::optional<std::string> plainKey(std::string_view text)
{
    if (isOtherLetter(text))
        return std::string(text);
    if (text.size() == 1) {
        const auto c = static_cast<unsigned char>(text[0]);
        return c > ' ' && c < 0x7f ? std::optional(std::string(1, static_cast<char>(std::toupper(c)))) : std::nullopt;
    }
    const auto name = std::ranges::find_if(named, [&](std::string_view each) { return same(each, text); });
    return name != named.end() ? std::optional(std::string(*name)) : functionKey(text);
}

} // namespace

std::optional<std::string> keyText(std::string_view text)
{
    if (text.empty())
        return std::string();
    std::array<bool, modifiers.size()> held{};
    for (std::size_t plus = text.find('+'); plus != std::string_view::npos && plus > 0 && plus + 1 < text.size();
         plus = text.find('+')) {
        const auto found =
            std::ranges::find_if(modifiers, [&](std::string_view each) { return same(each, text.substr(0, plus)); });
        if (found == modifiers.end() || held[static_cast<std::size_t>(found - modifiers.begin())])
            return {};
        held[static_cast<std::size_t>(found - modifiers.begin())] = true;
        text.remove_prefix(plus + 1);
    }
    const auto key = plainKey(text);
    if (!key)
        return {};
    std::string out;
    for (std::size_t i = 0; i < modifiers.size(); ++i)
        if (held[i])
            out += std::string(modifiers[i]) + "+";
    return out + *key;
}

} // namespace mama
