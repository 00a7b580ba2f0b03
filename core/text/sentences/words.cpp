#include "core/text/sentences/words.h"

#include <algorithm>
#include <cctype>

namespace mama::text {
namespace {

bool isWordCharacter(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

} // namespace

std::string lowerAscii(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back()))
        text.remove_suffix(1);
    return text;
}

std::size_t findWord(std::string_view text, std::string_view word, std::size_t from)
{
    const bool begins = word.ends_with('*');
    if (begins)
        word.remove_suffix(1);
    for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !isWordCharacter(text[at - 1])) &&
            (begins || end == text.size() || !isWordCharacter(text[end])))
            return at;
    }
    return std::string_view::npos;
}

bool hasAnyWord(std::string_view text, std::string_view words)
{
    while (!words.empty()) {
        const std::size_t end = std::min(words.find('|'), words.size());
        if (findWord(text, words.substr(0, end)) != std::string_view::npos)
            return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

} // namespace mama::text
