#include "core/text/sentences/sentence_end.h"

#include "core/text/sentences/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace mama::text {
namespace {

constexpr auto abbreviations = std::to_array<const char*>(
    {"dr",  "drs", "mr",   "mrs",  "ms",    "prof", "st",    "vs", "approx", "e.g", "i.e", "fig", "figs",
     "cf",  "ca",  "incl", "resp", "dept",  "hosp", "jr",    "sr", "ref",    "pt",  "rt",  "lt",  "bilat",
     "esp", "eg",  "ie",   "viz",  "a.k.a", "mam",  "mammo", "dx", "hx",     "tx",  "sx",  "neg", "pos"});
constexpr auto units = std::to_array<const char*>({"mm", "cm", "m", "ml", "cc", "yr", "yrs", "mo", "wk", "in", "min"});

bool isDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool isLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool isSmall(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool isCapital(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool closes(char c) { return c == ')' || c == '"' || c == '\'' || c == ']'; }

template <std::size_t N>
bool isOneOf(const std::array<const char*, N>& words, const std::string& word)
{
    return std::ranges::any_of(words, [&](const char* one) { return word == one; });
}

// The characters up to `at` without a blank.
std::string_view wordBefore(std::string_view text, std::size_t at, std::size_t begin)
{
    std::size_t first = at;
    while (first > begin && !isBlank(text[first - 1]) && text[first - 1] != '(')
        --first;
    return text.substr(first, at - first);
}

bool allDigits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, isDigit); }

// "y.o", "p.m": letters with full stops between them.
bool isDotted(std::string_view word)
{
    if (word.size() < 3 || word.size() % 2 == 0)
        return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (i % 2 == 0 ? !isLetter(word[i]) : word[i] != '.')
            return false;
    return true;
}

// "J." at the beginning, or behind a title or another initial, and before a name.
bool isInitial(std::string_view text, std::size_t at, std::size_t begin, char next)
{
    const std::string_view word = wordBefore(text, at, begin);
    if (word.size() != 1 || !isCapital(word[0]) || !isCapital(next))
        return false;
    std::size_t before = at - 1;
    while (before > begin && isBlank(text[before - 1]))
        --before;
    return before == begin || text[before - 1] == '.' || text[before - 1] == ',';
}

} // namespace

bool endsSentence(std::string_view text, std::size_t at, std::size_t begin)
{
    const char mark = text[at];
    if (mark == ';')
        return true;
    if (mark != '.' && mark != '!' && mark != '?')
        return false;
    std::size_t after = at + 1;
    while (after < text.size() && closes(text[after]))
        ++after;
    if (after == text.size())
        return true;
    const char next = text[after];
    if (!isBlank(next)) // "mass.Calcifications": the blank was forgotten
        return mark == '.' && at > begin + 1 && isSmall(text[at - 1]) && isSmall(text[at - 2]) && isCapital(next) &&
               after + 1 < text.size() && isSmall(text[after + 1]);
    if (mark != '.')
        return true;
    const std::size_t following = text.find_first_not_of(" \t\n\r", after);
    if (following == std::string_view::npos)
        return true;
    const std::string word = lowerAscii(wordBefore(text, at, begin));
    if (isOneOf(abbreviations, word) || (word == "no" && isDigit(text[following])))
        return false;
    if ((isOneOf(units, word) || isDotted(word)) && isSmall(text[following]))
        return false;
    const bool numbers = allDigits(word) && trimmed(text.substr(begin, at - begin)).size() == word.size();
    return !numbers && !isInitial(text, at, begin, text[following]);
}

std::size_t bulletLength(std::string_view text)
{
    std::size_t at = 0;
    for (const std::string_view sign : {"-", "*", "+", "o", "\xe2\x80\xa2", "\xe2\x80\x93", "\xe2\x80\x94", "\xc2\xb7",
                                        "\xe2\x96\xaa", "\xe2\x97\x8f", "\xe2\x80\xa3", "\xe2\x97\xa6", ">"})
        if (text.starts_with(sign))
            at = std::max(at, sign.size());
    if (at == 0) {
        const std::size_t open = text.starts_with('(') ? 1 : 0;
        std::size_t end = open;
        while (end < text.size() && end < open + 2 && isDigit(text[end]))
            ++end;
        if (end == open)
            while (end < text.size() && end < open + 4 &&
                   std::string_view("ivx").find(text[end]) != std::string_view::npos)
                ++end;
        if (end == open && end < text.size() && isLetter(text[end]))
            ++end;
        const bool closed = end > open && end < text.size() &&
                            (text[end] == ')' || (open == 0 && text[end] == '.' && isDigit(text[open])));
        if (!closed)
            return 0;
        at = end + 1;
    } else if (at < text.size() && !isBlank(text[at]) && static_cast<unsigned char>(text[0]) < 0x80) {
        return text[0] == '-' && isLetter(text[at]) ? 1 : 0; // "-mass", but not "-1.5"
    }
    const std::size_t words = at;
    while (at < text.size() && isBlank(text[at]))
        ++at;
    return at > words || at == text.size() || static_cast<unsigned char>(text[0]) >= 0x80 ? at : 0;
}

} // namespace mama::text
