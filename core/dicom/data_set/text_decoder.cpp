// DCMTK's converter asks the C library for encodings (ISO-IR-87, ISO-IR-159) that Debian's does not have, so that
// Japanese names fail; here each escape sequence is mapped to an encoding that every iconv knows.
#include "core/dicom/data_set/text_decoder.h"

#include "core/base/text_escape.h"
#include "core/dicom/data_set/tags.h"

#include <cstdio>
#include <iconv.h>
#include <map>
#include <vector>

namespace mama {
namespace {

// How the bytes of one half of the code table become the input of iconv.
struct Coding
{
    const char* name;   // iconv's
    bool lower = false; // a two-byte set in the lower half (G0): the eighth bit is added
    char prefix = 0;    // single shift before each pair: JIS X 0212 in EUC-JP
};

// Defined terms of PS3.3 C.12.1.1.2 with and without code extensions.
const char* encodingOf(const std::string& term)
{
    static const std::map<std::string, const char*> terms{
        {"", "ISO-8859-1"},           {"ISO_IR 6", "ISO-8859-1"},   {"ISO_IR 100", "ISO-8859-1"},
        {"ISO_IR 101", "ISO-8859-2"}, {"ISO_IR 109", "ISO-8859-3"}, {"ISO_IR 110", "ISO-8859-4"},
        {"ISO_IR 144", "ISO-8859-5"}, {"ISO_IR 127", "ISO-8859-6"}, {"ISO_IR 126", "ISO-8859-7"},
        {"ISO_IR 138", "ISO-8859-8"}, {"ISO_IR 148", "ISO-8859-9"}, {"ISO_IR 203", "ISO-8859-15"},
        {"ISO_IR 13", "SHIFT_JIS"},   {"ISO_IR 166", "TIS-620"},    {"ISO_IR 192", "UTF-8"},
        {"ISO_IR 87", "EUC-JP"},      {"ISO_IR 159", "EUC-JP"},     {"ISO_IR 149", "EUC-KR"},
        {"ISO_IR 58", "GB2312"},      {"GB18030", "GB18030"},       {"GBK", "GBK"}};
    std::string key = term;
    for (const char* prefix : {"ISO 2022 IR ", "ISO-IR ", "ISO IR ", "ISO_IR_", "ISO-IR-"})
        if (key.rfind(prefix, 0) == 0)
            key = "ISO_IR " + key.substr(std::string(prefix).size());
    const auto found = terms.find(key);
    return found == terms.end() ? nullptr : found->second;
}

// Escape sequences of PS3.3 tables C.12-3 and C.12-4, without the escape character.
struct Escape
{
    const char* sequence;
    Coding coding;
};
constexpr Escape escapes[] = {{"(B", {"ISO-8859-1"}},   {"(J", {"SHIFT_JIS"}},    {")I", {"SHIFT_JIS"}},
                              {"$B", {"EUC-JP", true}}, {"$@", {"EUC-JP", true}}, {"$(D", {"EUC-JP", true, '\x8F'}},
                              {"$)C", {"EUC-KR"}},      {"$)A", {"GB2312"}},      {"-A", {"ISO-8859-1"}},
                              {"-B", {"ISO-8859-2"}},   {"-C", {"ISO-8859-3"}},   {"-D", {"ISO-8859-4"}},
                              {"-L", {"ISO-8859-5"}},   {"-G", {"ISO-8859-6"}},   {"-F", {"ISO-8859-7"}},
                              {"-H", {"ISO-8859-8"}},   {"-M", {"ISO-8859-9"}},   {"-b", {"ISO-8859-15"}},
                              {"-T", {"TIS-620"}}};

std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte >= 0x20 && byte < 0x7F) || c == '\n' || c == '\r' || c == '\t') {
            out += c;
        } else {
            char code[5];
            std::snprintf(code, sizeof code, "\\x%02X", byte);
            out += code;
        }
    }
    return out;
}

std::string converted(const Coding& coding, const std::string& text)
{
    std::string input;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (coding.prefix && i % 2 == 0)
            input += coding.prefix;
        input += coding.lower ? static_cast<char>(text[i] | '\x80') : text[i];
    }
    const iconv_t converter = iconv_open("UTF-8", coding.name);
    if (converter == reinterpret_cast<iconv_t>(-1))
        return escaped(text);
    std::vector<char> output(input.size() * 4 + 16);
    char* from = input.data();
    char* to = output.data();
    std::size_t left = input.size(), room = output.size();
    const bool good = iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
    iconv_close(converter);
    const std::string out(output.data(), output.size() - room);
    return good && isUtf8(out) ? out : escaped(text);
}

bool isAscii(const std::string& text)
{
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80)
            return false;
    return true;
}

} // namespace

struct TextDecoder::State
{
    Coding initial{"ISO-8859-1"};
    bool known = true;
    bool extended = false; // escape sequences may occur

    // Two-byte sets in the lower half end at a delimiter, at an escape and at control characters.
    std::string decode(const std::string& text, const std::string& delimiters) const
    {
        std::string out, run;
        Coding coding = initial;
        const auto flush = [&] {
            // Backslash and tilde of the Japanese sets stay what they are in the file: separators.
            out += !coding.lower && isAscii(run) ? run : converted(coding, run);
            run.clear();
        };
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const Escape* escape = c == '\x1B' ? find(text, i + 1) : nullptr;
            if (escape) {
                flush();
                coding = escape->coding;
                i += std::string(escape->sequence).size();
            } else if (!(coding.lower && run.size() % 2 == 1) &&
                       (static_cast<unsigned char>(c) < 0x20 ||
                        (extended && !coding.lower && delimiters.find(c) != std::string::npos))) {
                flush();
                out += c == '\x1B' ? "\\x1B" : std::string(1, c);
                if (delimiters.find(c) != std::string::npos)
                    coding = initial;
            } else {
                run += c;
            }
        }
        flush();
        return out;
    }

    static const Escape* find(const std::string& text, std::size_t at)
    {
        for (const Escape& escape : escapes)
            if (text.compare(at, std::string(escape.sequence).size(), escape.sequence) == 0)
                return &escape;
        return nullptr;
    }
};

TextDecoder::TextDecoder(DcmItem& dataset) : m_state(std::make_unique<State>())
{
    const auto terms = tags::texts(dataset, 0x00080005);
    m_state->extended = terms.size() > 1;
    for (const std::string& term : terms)
        if (!encodingOf(term)) {
            m_state->known = false;
            m_warning = {TextId("decode.specific_character_set_not_known",
                                "(0008,0005) Specific Character Set \"%1\" is not known"),
                         escaped(term)};
        }
    if (!terms.empty())
        if (const char* encoding = encodingOf(terms.front()))
            m_state->initial.name = encoding;
    m_state->known = m_state->known && !terms.empty();
}

TextDecoder::~TextDecoder() = default;

std::string TextDecoder::operator()(const std::string& text, const char* delimiters) const
{
    if (isAscii(text) && text.find('\x1B') == std::string::npos)
        return text;
    // A missing or unknown character set: UTF-8 is often meant; nothing else is guessed.
    if (!m_state->known && text.find('\x1B') == std::string::npos)
        return isUtf8(text) ? text : escaped(text);
    return m_state->decode(text, delimiters);
}

} // namespace mama
