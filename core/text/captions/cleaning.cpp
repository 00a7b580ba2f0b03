// Sources: open_clip's tokenizer.py (basic_clean, whitespace_clean), ftfy's fix_text with its defaults, Python's
// html.unescape. Of HTML's names those of ISO 8859-1, marks and arithmetic signs are known.
#include "core/text/captions/cleaning.h"

#include "core/base/error.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace mama {
namespace {

// What Windows 1252 has at 0x80 to 0x9F; 0: nothing, the control character stays.
constexpr std::array<char32_t, 32> windows{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                           0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                           0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                           0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

template <class Map>
std::string mapped(std::string_view text, const Map& map)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();)
        map(unicode::next(text, i), out);
    return out;
}

// The byte that a character is in Windows 1252, or none.
std::optional<unsigned char> windowsByte(char32_t c)
{
    if (c < 0x100)
        return static_cast<unsigned char>(c);
    const auto found = std::find(windows.begin(), windows.end(), c);
    return found == windows.end() ? std::nullopt
                                  : std::optional(static_cast<unsigned char>(0x80 + (found - windows.begin())));
}

// UTF-8 that was once read as Windows 1252 is turned back, as often as it happened; other text stays.
std::string withoutMojibake(std::string text)
{
    for (int round = 0; round < 3; ++round) {
        std::string bytes;
        bool other = false, high = false;
        for (std::size_t i = 0; i < text.size() && !other;) {
            const char32_t c = unicode::next(text, i);
            const auto byte = windowsByte(c);
            other = !byte;
            high = high || c >= 0x80;
            bytes += static_cast<char>(byte.value_or(0));
        }
        if (other || !high || unicode::wellFormed(bytes) != bytes)
            return text;
        text = std::move(bytes);
    }
    return text;
}

struct Entity
{
    std::string_view name;
    char32_t character;
};
constexpr Entity entities[]{
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},    {"nbsp", 0xA0},
    {"iexcl", 0xA1},   {"cent", 0xA2},    {"pound", 0xA3},   {"sect", 0xA7},    {"copy", 0xA9},    {"laquo", 0xAB},
    {"reg", 0xAE},     {"deg", 0xB0},     {"plusmn", 0xB1},  {"sup2", 0xB2},    {"sup3", 0xB3},    {"acute", 0xB4},
    {"micro", 0xB5},   {"para", 0xB6},    {"middot", 0xB7},  {"sup1", 0xB9},    {"raquo", 0xBB},   {"frac14", 0xBC},
    {"frac12", 0xBD},  {"frac34", 0xBE},  {"iquest", 0xBF},  {"Agrave", 0xC0},  {"Aacute", 0xC1},  {"Acirc", 0xC2},
    {"Atilde", 0xC3},  {"Auml", 0xC4},    {"Aring", 0xC5},   {"AElig", 0xC6},   {"Ccedil", 0xC7},  {"Egrave", 0xC8},
    {"Eacute", 0xC9},  {"Ecirc", 0xCA},   {"Euml", 0xCB},    {"Ntilde", 0xD1},  {"Oacute", 0xD3},  {"Ocirc", 0xD4},
    {"Otilde", 0xD5},  {"Ouml", 0xD6},    {"times", 0xD7},   {"Oslash", 0xD8},  {"Uacute", 0xDA},  {"Uuml", 0xDC},
    {"szlig", 0xDF},   {"agrave", 0xE0},  {"aacute", 0xE1},  {"acirc", 0xE2},   {"atilde", 0xE3},  {"auml", 0xE4},
    {"aring", 0xE5},   {"aelig", 0xE6},   {"ccedil", 0xE7},  {"egrave", 0xE8},  {"eacute", 0xE9},  {"ecirc", 0xEA},
    {"euml", 0xEB},    {"igrave", 0xEC},  {"iacute", 0xED},  {"icirc", 0xEE},   {"iuml", 0xEF},    {"ntilde", 0xF1},
    {"ograve", 0xF2},  {"oacute", 0xF3},  {"ocirc", 0xF4},   {"otilde", 0xF5},  {"ouml", 0xF6},    {"divide", 0xF7},
    {"oslash", 0xF8},  {"ugrave", 0xF9},  {"uacute", 0xFA},  {"ucirc", 0xFB},   {"uuml", 0xFC},    {"yuml", 0xFF},
    {"alpha", 0x3B1},  {"beta", 0x3B2},   {"gamma", 0x3B3},  {"mu", 0x3BC},     {"ndash", 0x2013}, {"mdash", 0x2014},
    {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"bull", 0x2022},  {"hellip", 0x2026},
    {"euro", 0x20AC},  {"trade", 0x2122}, {"larr", 0x2190},  {"rarr", 0x2192},  {"minus", 0x2212}, {"asymp", 0x2248},
    {"ne", 0x2260},    {"le", 0x2264},    {"ge", 0x2265}};
constexpr std::size_t withoutEnd = 4; // of the first ones: amp, lt, gt, quot are known without ";" too

// The character of "#65", "#x41" or a name, or none.
std::optional<char32_t> entity(std::string_view name)
{
    if (!name.starts_with('#')) {
        const auto found = std::ranges::find(entities, name, &Entity::name);
        return found == std::end(entities) ? std::nullopt : std::optional(found->character);
    }
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const std::string_view digits = name.substr(hex ? 2 : 1);
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (digits.empty() || end != digits.data() + digits.size())
        return {};
    if (failed != std::errc() || value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return U'\uFFFD';
    return value >= 0x80 && value < 0xA0 && windows[value - 0x80] != 0 ? windows[value - 0x80] : value;
}

std::string unescaped(std::string_view text)
{
    constexpr std::size_t longest = 32;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '&') {
            out += text[i++];
            continue;
        }
        const std::size_t end = text.substr(0, i + longest).find(';', i);
        if (end != text.npos)
            if (const auto character = entity(text.substr(i + 1, end - i - 1))) {
                unicode::append(out, *character);
                i = end + 1;
                continue;
            }
        const auto known =
            std::find_if(std::begin(entities), std::begin(entities) + withoutEnd,
                         [&](const Entity& each) { return text.substr(i + 1, each.name.size()) == each.name; });
        if (known != std::begin(entities) + withoutEnd) {
            unicode::append(out, known->character);
            i += 1 + known->name.size();
        } else {
            out += text[i++];
        }
    }
    return out;
}

bool isDropped(char32_t c)
{
    return c < 0x09 || c == 0x0B || (c >= 0x0E && c < 0x20) || c == 0x7F || (c >= 0x206A && c <= 0x206F) ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

// Ligatures, widths, quotation marks, line ends and control characters.
void plainer(char32_t c, std::string& out)
{
    static constexpr std::array<std::string_view, 7> ligatures{"ff", "fi", "fl", "ffi", "ffl", "\xC5\xBFt", "st"};
    if (c >= 0xFB00 && c <= 0xFB06)
        out += ligatures[c - 0xFB00];
    else if (c == 0x3000 || (c >= 0xFF01 && c <= 0xFFEF)) {
        std::string wide;
        unicode::append(wide, c);
        out += unicode::normalized(wide, unicode::Form::Nfkc);
    } else if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B))
        out += '\'';
    else if (c >= 0x201C && c <= 0x201F)
        out += '"';
    else if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)
        out += '\n';
    else if (c >= 0x80 && c < 0xA0 && windows[c - 0x80] != 0)
        plainer(windows[c - 0x80], out);
    else if (!isDropped(c))
        unicode::append(out, c);
}

// ESC [ ... letter, of terminals.
std::string withoutEscapes(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i, 2) == "\x1B[") {
            const std::size_t end = text.find_first_not_of("0123456789;", i + 2);
            if (end != text.npos &&
                ((text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z'))) {
                i = end + 1;
                continue;
            }
        }
        out += text[i++];
    }
    return out;
}

std::string repaired(std::string_view text)
{
    std::string made = unicode::wellFormed(text);
    if (made.find('<') == made.npos)
        made = unescaped(made);
    made = withoutMojibake(withoutEscapes(made));
    return unicode::normalized(mapped(made, plainer), unicode::Form::Nfc);
}

std::string oneBlankEach(std::string_view text)
{
    std::string out;
    mapped(text, [&](char32_t c, std::string&) {
        if (!unicode::isSpace(c))
            unicode::append(out, c);
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    });
    if (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

} // namespace

std::string cleaned(std::string_view text, const std::string& kind)
{
    if (kind.empty())
        return std::string(text);
    if (kind == "lower")
        return unicode::lower(unicode::wellFormed(text));
    if (kind != "clip" && kind != "whitespace")
        throw Error(ErrorCode::Unsupported, "tokenize", "captions.cleaning",
                    "\"" + kind + "\" is none of clip, whitespace, lower");
    const std::string made = oneBlankEach(unescaped(unescaped(repaired(text))));
    return kind == "clip" ? unicode::lower(made) : made;
}

} // namespace mama
