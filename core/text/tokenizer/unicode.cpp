#include "core/text/tokenizer/unicode.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <chrono>
#include <memory>
#include <unicode/normalizer2.h>
#include <unicode/regex.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utext.h>

namespace mama::unicode {
namespace {

bool isAscii(std::string_view text)
{
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80)
            return false;
    return true;
}

std::uint32_t category(char32_t c) { return U_GET_GC_MASK(static_cast<UChar32>(c)); }

// The classes \s and \w of Oniguruma, written out; ICU's own differ (vertical tab, joiners).
std::string translated(const std::string& expression)
{
    std::string result;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        if (expression[i] != '\\' || i + 1 == expression.size()) {
            result += expression[i];
            continue;
        }
        const char kind = expression[++i];
        if (kind == 's')
            result += "\\p{White_Space}";
        else if (kind == 'S')
            result += "\\P{White_Space}";
        else if (kind == 'w')
            result += "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]";
        else if (kind == 'W')
            result += "[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]";
        else
            (result += '\\') += kind;
    }
    return result;
}

const icu::Normalizer2& normalizer(Form form)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* found = nullptr;
    switch (form) {
    case Form::Nfc: found = icu::Normalizer2::getNFCInstance(status); break;
    case Form::Nfd: found = icu::Normalizer2::getNFDInstance(status); break;
    case Form::Nfkc: found = icu::Normalizer2::getNFKCInstance(status); break;
    case Form::Nfkd: found = icu::Normalizer2::getNFKDInstance(status); break;
    }
    if (U_FAILURE(status) || !found)
        throw Error(ErrorCode::Internal, {action::normaliseText}, "ICU", u_errorName(status));
    return *found;
}

} // namespace

std::string wellFormed(std::string_view bytes)
{
    std::string result;
    icu::UnicodeString::fromUTF8(icu::StringPiece(bytes.data(), static_cast<std::int32_t>(bytes.size())))
        .toUTF8String(result);
    return result;
}

char32_t next(std::string_view text, std::size_t& at)
{
    const auto byte = [&text](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
    const char32_t first = byte(at++);
    if (first < 0x80)
        return first;
    const std::size_t more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    char32_t c = first & (0x3FU >> more);
    for (std::size_t i = 0; i < more && at < text.size(); ++i)
        c = (c << 6) | (byte(at++) & 0x3F);
    return c;
}

void append(std::string& text, char32_t c)
{
    const auto add = [&text](char32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) {
        add(c);
        return;
    }
    if (c < 0x800) {
        add(0xC0 | (c >> 6));
    } else {
        if (c < 0x10000) {
            add(0xE0 | (c >> 12));
        } else {
            add(0xF0 | (c >> 18));
            add(0x80 | ((c >> 12) & 0x3F));
        }
        add(0x80 | ((c >> 6) & 0x3F));
    }
    add(0x80 | (c & 0x3F));
}

bool isSpace(char32_t c)
{
    return c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) : u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool isLetter(char32_t c)
{
    return c < 0x80 ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') : (category(c) & U_GC_L_MASK) != 0;
}

bool isNumber(char32_t c) { return c < 0x80 ? c >= '0' && c <= '9' : (category(c) & U_GC_N_MASK) != 0; }

bool isWord(char32_t c)
{
    return (category(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
           u_isUAlphabetic(static_cast<UChar32>(c));
}

bool isPunctuation(char32_t c)
{
    if (c < 0x80)
        return (c > 32 && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 127);
    return (category(c) & U_GC_P_MASK) != 0;
}

bool isControl(char32_t c)
{
    return c != '\t' && c != '\n' && c != '\r' && (category(c) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

bool isNonspacingMark(char32_t c) { return c >= 0x300 && (category(c) & U_GC_MN_MASK) != 0; }

bool isMark(char32_t c) { return c >= 0x300 && (category(c) & U_GC_M_MASK) != 0; }

bool isChinese(char32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

std::string lower(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const char32_t c = next(text, i);
        if (c < 0x80)
            result += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        else if (c == 0x130) // the only character whose lower case is two
            result += "i\xCC\x87";
        else
            append(result, static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))));
    }
    return result;
}

std::string normalized(std::string_view text, Form form)
{
    if (isAscii(text))
        return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString source =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    const icu::UnicodeString target = normalizer(form).normalize(source, status);
    if (U_FAILURE(status))
        throw Error(ErrorCode::Internal, {action::normaliseText}, "ICU", u_errorName(status));
    std::string result;
    target.toUTF8String(result);
    return result;
}

namespace {

template <class Count>
UBool stillWithin(const void* deadline, Count)
{
    return std::chrono::steady_clock::now() < *static_cast<const std::chrono::steady_clock::time_point*>(deadline);
}

} // namespace

struct Pattern::State
{
    std::unique_ptr<icu::RegexPattern> pattern;
};

Pattern::Pattern(const std::string& expression, const std::string& where) : m_state(nullptr), m_where(where)
{
    if (expression.size() > 10000)
        throw Error(
            ErrorCode::Format, {action::readTokenizer}, where,
            {TextId("tokenizer.regular_expression_more_than_bytes", "a regular expression of more than 10000 bytes")});
    UErrorCode status = U_ZERO_ERROR;
    UParseError place{};
    std::unique_ptr<icu::RegexPattern> pattern(
        icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(translated(expression)), 0, place, status));
    if (U_FAILURE(status) || !pattern)
        throw Error(ErrorCode::Format, {action::readTokenizer}, where,
                    {TextId("tokenizer.regular_expression_does_not_compile",
                            "the regular expression does not compile (%1): %2"),
                     u_errorName(status), expression.substr(0, 200)});
    m_state = new State{std::move(pattern)};
}

Pattern::~Pattern() { delete m_state; }

Pattern::Pattern(Pattern&& other) noexcept
    : m_state(std::exchange(other.m_state, nullptr)), m_where(std::move(other.m_where))
{}

std::vector<Range> Pattern::matches(std::string_view text) const
{
    std::vector<Range> found;
    UErrorCode status = U_ZERO_ERROR;
    UText source = UTEXT_INITIALIZER;
    utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &status);
    const std::unique_ptr<icu::RegexMatcher> matcher(m_state->pattern->matcher(status));
    if (U_SUCCESS(status)) {
        // ICU's own time limit counts within one starting place only.
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        matcher->setMatchCallback(stillWithin<std::int32_t>, &deadline, status);
        matcher->setFindProgressCallback(stillWithin<std::int64_t>, &deadline, status);
        matcher->reset(&source);
        while (matcher->find(status) && U_SUCCESS(status)) {
            const auto begin = matcher->start64(status), end = matcher->end64(status);
            if (end > begin)
                found.emplace_back(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
        }
    }
    utext_close(&source);
    if (U_FAILURE(status))
        throw Error(
            ErrorCode::Data, {action::tokenize}, m_where,
            {TextId("tokenizer.regular_expression_fails_on_text", "the regular expression fails on this text: %1"),
             u_errorName(status)});
    return found;
}

} // namespace mama::unicode
