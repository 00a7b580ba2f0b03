#include "core/study/view_words.h"

#include <algorithm>
#include <array>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace mama {
namespace {

constexpr std::array rights{
    "R",     "RT",    "RIGHT",  "RECHTS", "RECHTE", "RECHTER", "RECHTES", "DROIT",   "DROITE", "DERECHA", "DERECHO",
    "DCHA",  "DCHO",  "DESTRA", "DESTRO", "DEXTER", "DEXTRA",  "DIREITA", "DIREITO", "HOGER",  "HOJRE",   "HOYRE",
    "PRAWA", "PRAWY", "PRAWEJ", "PRAVA",  "PRAVY",  "OIKEA",   "ПРАВАЯ",  "ПРАВОЙ",  "ПРАВЫИ", "СПРАВА",  "\u53f3"};
constexpr std::array lefts{"L",         "LT",        "LEFT",    "LINKS",   "LINKE", "LINKER",   "LINKES",   "GAUCHE",
                           "IZQUIERDA", "IZQUIERDO", "IZQ",     "IZDA",    "IZDO",  "SINISTRA", "SINISTRO", "SINISTER",
                           "ESQUERDA",  "ESQUERDO",  "VANSTER", "VENSTRE", "LEWA",  "LEWY",     "LEWEJ",    "LEVA",
                           "LEVY",      "VASEN",     "ЛЕВАЯ",   "ЛЕВОИ",   "ЛЕВЫИ", "СЛЕВА",    "\u5de6"};
constexpr std::array boths{"B",         "BOTH",   "BILATERAL", "BILATERALE", "BILATERALES", "BILAT",   "BEIDE",
                           "BEIDSEITS", "BEIDER", "AMBAS",     "AMBOS",      "ENTRAMBI",    "ENTRAMBE"};
constexpr std::array breasts{"BREAST", "BREASTS", "MAMMA", "MAMA", "MAMAS", "BRUST", "SEIN", "SENO",
                             "BORST",  "BROST",   "BRYST", "SIDE", "SEITE", "COTE",  "LADO", "MAMMELLA"};

bool isOneOf(const auto& words, std::string_view word) { return std::ranges::find(words, word) != std::end(words); }

bool beginsAsOneOf(std::initializer_list<std::string_view> beginnings, std::string_view word)
{
    return std::ranges::any_of(beginnings, [&](std::string_view each) { return word.starts_with(each); });
}

// Letters that do not fall apart into another one and a mark.
std::string_view plainLetter(UChar32 letter)
{
    switch (letter) {
    case 0xD8: return "O";
    case 0xC6: return "AE";
    case 0x152: return "OE";
    case 0x141: return "L";
    case 0x110: return "D";
    default: return {};
    }
}

// In capitals and without marks; a word of an ideographic script stands alone.
std::string folded(std::string_view text)
{
    std::string out;
    if (std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; })) {
        for (const char c : text)
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        return out;
    }
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* apart = icu::Normalizer2::getNFKDInstance(status);
    icu::UnicodeString in = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())})
                                .toUpper(icu::Locale::getRoot());
    if (U_SUCCESS(status))
        in = apart->normalize(in, status);
    for (std::int32_t at = 0; at < in.length(); at = in.moveIndex32(at, 1)) {
        const UChar32 letter = in.char32At(at);
        if (u_charType(letter) == U_NON_SPACING_MARK)
            continue;
        const bool alone = u_hasBinaryProperty(letter, UCHAR_IDEOGRAPHIC);
        if (const std::string_view plain = plainLetter(letter); !plain.empty())
            out += plain;
        else if (letter < 0x80 || u_isalnum(letter))
            icu::UnicodeString(alone ? icu::UnicodeString(" ").append(letter).append(' ') : icu::UnicodeString(letter))
                .toUTF8String(out);
        else
            out += ' ';
    }
    return out;
}

std::vector<ViewWord> split(const std::string& text)
{
    std::vector<ViewWord> found(1);
    int clause = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool part = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
        const bool stop = c == '.' && (i + 1 == text.size() || text[i + 1] == ' ');
        if (part) {
            found.back().text += c;
            found.back().clause = clause;
            continue;
        }
        if (stop || std::string_view(",;()\r\n").find(c) != std::string_view::npos)
            ++clause;
        if (!found.back().text.empty())
            found.emplace_back();
    }
    if (found.back().text.empty())
        found.pop_back();
    return found;
}

struct Compound
{
    std::string_view first, second, view; // how the two halves begin
};
constexpr Compound compounds[] = {{"CRANIO", "CAUD", "CC"},  {"CRANEO", "CAUD", "CC"}, {"KRANIO", "KAUD", "CC"},
                                  {"CRANIO", "KAUD", "CC"},  {"CAUDO", "CRAN", "FB"},  {"KAUDO", "KRAN", "FB"},
                                  {"MEDIO", "LATERA", "ML"}, {"LATERO", "MEDIA", "LM"}};

// In one word or in two.
void joinCompounds(std::vector<ViewWord>& all)
{
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& [first, second, view] : compounds) {
            if (!all[i].text.starts_with(first))
                continue;
            const std::string_view rest = std::string_view(all[i].text).substr(first.size());
            const bool two = rest.empty() && i + 1 < all.size() && all[i + 1].text.starts_with(second);
            if (!two && !rest.starts_with(second))
                continue;
            all[i].text = view;
            if (two)
                all.erase(all.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            break;
        }
}

// "ML oblique", "oblicua ML", "left oblique".
void joinOblique(std::vector<ViewWord>& all)
{
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!isObliqueWord(all[i].text))
            continue;
        const auto neighbour = [&](auto&& fits) {
            return i > 0 && fits(all[i - 1].text)                ? &all[i - 1]
                   : i + 1 < all.size() && fits(all[i + 1].text) ? &all[i + 1]
                                                                 : nullptr;
        };
        if (ViewWord* view = neighbour([](const std::string& word) {
                return word.ends_with("ML") || word.ends_with("LM") || word == "MLO" || word == "LMO";
            })) {
            if (!view->text.ends_with('O'))
                view->text = view->text.ends_with("ML") ? view->text + "O" : "LMO";
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i--));
        } else if (neighbour([](const std::string& word) { return sideOfWord(word) != Side::Unknown; })) {
            all[i].text = "MLO";
        }
    }
}

// "XCC", "CC exaggerated laterally", "CC lat. exag.": with a direction a view of its own, else EXAGGERATED stays.
void joinExaggerated(std::vector<ViewWord>& all)
{
    const auto find = [&](auto&& fits) {
        return static_cast<std::size_t>(std::ranges::find_if(all, fits, &ViewWord::text) - all.begin());
    };
    const auto isOf = [](const std::string& word, std::string_view view) {
        const std::string_view front =
            std::string_view(word).substr(0, word.size() - std::min(view.size(), word.size()));
        return word.ends_with(view) && (front.empty() || sideOfWord(front) != Side::Unknown);
    };
    if (const std::size_t at = find([&](const std::string& word) { return isOf(word, "XCC"); }); at < all.size()) {
        all[at].text.erase(all[at].text.size() - 3, 1);
        all.insert(all.begin() + static_cast<std::ptrdiff_t>(at) + 1, {"EXAGGERATED", all[at].clause});
    }
    const std::size_t word = find([](const std::string&each) { return each.starts_with("EXAG"); }),
                      view = find([&](const std::string&each) { return isOf(each, "CC"); }),
                      way = find([](const std::string&each) {
                          return each == "LAT" || each == "MED" || each.starts_with("LATERAL") ||
                                 each.starts_with("MEDIAL");
                      });
    if (std::max({word, view, way}) == all.size())
        return;
    all[view].text.insert(all[view].text.size() - 2, "X");
    all[view].text += all[way].text.front();
    for (const std::size_t used : {std::max(word, way), std::min(word, way)})
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(used));
}

} // namespace

Side sideOfWord(std::string_view word)
{
    return isOneOf(rights, word) ? Side::Right : isOneOf(lefts, word) ? Side::Left : Side::Unknown;
}

bool isBreastWord(std::string_view word) { return isOneOf(breasts, word); }

bool isObliqueWord(std::string_view word)
{
    return word == "OBL" || beginsAsOneOf({"OBLIQ", "OBLIC", "OBLIK", "SCHRAG", "SCHRAEG"}, word);
}

std::vector<ViewWord> viewWords(std::string_view text)
{
    std::vector<ViewWord> all = split(folded(text));
    joinCompounds(all);
    joinOblique(all);
    joinExaggerated(all);
    for (ViewWord& word : all)
        if (word.text == "OML") // Spanish order
            word.text = "MLO";
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        if (all[i].text == "I" && all[i + 1].text == "D") { // "I.D."
            all[i].text = "ID";
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    return all;
}

Side sideOfName(std::string_view name)
{
    Side side = Side::Unknown;
    for (const ViewWord& word : split(folded(name))) {
        std::string_view own = word.text;
        for (const std::string_view glued : {"BREAST", "MAMMA"})
            if (own.size() > glued.size() && own.ends_with(glued))
                own.remove_suffix(glued.size());
        const Side said = isOneOf(boths, own) ? Side::Both : sideOfWord(own);
        if (said != Side::Unknown)
            side = side == Side::Unknown || side == said ? said : Side::Both;
        else if (!isBreastWord(own) && own != "AND")
            return Side::Unknown;
    }
    return side;
}

} // namespace mama
