#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Characters as the `tokenizers` library sees them. Texts are UTF-8; ICU stays inside the source file.
namespace mama::unicode {

// The bytes with every ill-formed sequence replaced by U+FFFD, one for each maximal part (as Rust and WHATWG do).
std::string wellFormed(std::string_view bytes);

// The character at `at`, which moves behind it. `text` is well formed and at < text.size().
char32_t next(std::string_view text, std::size_t& at);
void append(std::string& text, char32_t character);

bool isSpace(char32_t c);       // White_Space
bool isLetter(char32_t c);      // L*
bool isNumber(char32_t c);      // N*
bool isWord(char32_t c);        // alphabetic, mark, decimal digit, connector
bool isPunctuation(char32_t c); // ASCII punctuation and symbols, P*
bool isControl(char32_t c);     // Cc, Cf, Co but tab, line feed and carriage return
bool isNonspacingMark(char32_t c);
bool isMark(char32_t c);    // M*
bool isChinese(char32_t c); // the ideographs that BERT spaces out

std::string lower(std::string_view text); // character by character, no final-sigma rule

enum class Form { Nfc, Nfd, Nfkc, Nfkd };
std::string normalized(std::string_view text, Form form);

using Range = std::pair<std::size_t, std::size_t>; // bytes [begin, end)

// A regular expression in the syntax that tokenizer files use (Oniguruma's, as far as ICU shares it).
class Pattern
{
public:
    // Throws Error(Format) naming `where` if it does not compile.
    Pattern(const std::string& expression, const std::string& where);
    ~Pattern();
    Pattern(Pattern&& other) noexcept;
    Pattern(const Pattern&) = delete;
    // All matches that are not empty, left to right. Error(Data) if the expression runs away on this text.
    std::vector<Range> matches(std::string_view text) const;

private:
    struct State;
    State* m_state;
    std::string m_where;
};

} // namespace mama::unicode
