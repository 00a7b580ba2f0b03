#include "core/study/view_speech.h"

#include "core/study/view_vocabulary.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace mama {
namespace {

using Words = std::vector<ViewWord>;

const std::string& at(const Words& all, std::size_t i)
{
    static const std::string none;
    return i < all.size() ? all[i].text : none;
}

bool begins(const std::string& word, std::initializer_list<std::string_view> any)
{
    return std::ranges::any_of(any, [&](std::string_view each) { return word.starts_with(each); });
}

bool is(const std::string& word, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, word) != words.end();
}

// 1, 1.0, 10 for 1.0.
bool isOne(const std::string& digits)
{
    return digits.starts_with('1') && digits.find_first_not_of('0', 1) == std::string::npos;
}

// What may stand between a word and the one that denies it.
bool isFiller(const std::string& word, bool (*isView)(const std::string&))
{
    return is(word, {"ADDITIONAL", "FURTHER", "ANY",    "MORE",    "EXTRA",    "OTHER", "A",    "AN",
                     "THE",        "FOR",     "OF",     "TO",      "AND",      "OR",    "NOR",  "VIEW",
                     "VIEWS",      "IMAGE",   "IMAGES", "IMPLANT", "IMPLANTS", "UND",   "ODER", "ZUSATZLICHE",
                     "WEITERE",    "DE",      "DU",     "DES",     "LA",       "UNE"}) ||
           begins(word, {"COMPRES", "KOMPRES"}) || sideOfWord(word) != Side::Unknown || speechOf(word) || isView(word);
}

bool deniesBefore(const Words& all, std::size_t i)
{
    const std::string& word = at(all, i);
    if (word == "NO")
        return !isNumber(at(all, i + 1)); // "no. 2"
    return is(word, {"NOT",   "NON", "WITHOUT", "NEVER",  "OHNE", "KEIN", "KEINE", "NICHT", "SANS",   "PAS",
                     "SENZA", "SIN", "SEM",     "ZONDER", "GEEN", "UTAN", "NEED",  "NEEDS", "NEEDED", "PLANNED"}) ||
           begins(word, {"RECOMMEND", "ADVIS", "SUGGEST", "CONSIDER", "REQUIR", "DECLIN", "REFUS"});
}

bool deniesBehind(const Words& all, std::size_t i)
{
    const std::string& word = all[i].text;
    if (is(word, {"NO", "NONE", "OFF", "NEIN"})) // "mag: no", not "mag no grid" nor "spot no. 2"
        return !isNumber(at(all, i + 1)) && (i + 1 == all.size() || all[i + 1].clause != all[i].clause);
    return is(word, {"NOT", "IF", "NEEDED", "PLANNED"}) ||
           begins(word, {"RECOMMEND", "ADVIS", "SUGGEST", "DECLIN", "REFUS", "REQUIR", "FOLLOW"});
}

bool isDenied(const Words& all, std::size_t at, bool (*isView)(const std::string&))
{
    const int clause = all[at].clause;
    for (std::size_t i = at; i-- > 0 && all[i].clause == clause;) {
        if (deniesBefore(all, i))
            return true;
        if (!isFiller(all[i].text, isView))
            break;
    }
    for (std::size_t i = at + 1; i < all.size() && all[i].clause == clause; ++i) {
        if (deniesBehind(all, i))
            return true;
        if (!isFiller(all[i].text, isView) && !is(all[i].text, {"IS", "ARE", "WAS", "WERE", "BE"}))
            break;
    }
    return false;
}

// "MAG 1.0", "MAG1.0": nothing is magnified.
bool saysOne(const Words& all, std::size_t i)
{
    const std::string& word = all[i].text;
    if (!word.starts_with("MAG"))
        return false;
    const std::string& number = isMagWithFactor(word) ? word.substr(3) : at(all, i + 1);
    const std::string& fraction = at(all, i + (isMagWithFactor(word) ? 1 : 2));
    return isOne(number) && (!isNumber(fraction) || fraction.find_first_not_of('0') == std::string::npos);
}

// The X-ray tube's, not the breast's.
bool isTubeSpot(const Words& all, std::size_t i)
{
    return all[i].text.starts_with("SPOT") && i > 0 && is(all[i - 1].text, {"FOCAL", "FOCUS"}) &&
           !begins(at(all, i + 1), {"COMPRES"});
}

// Whether every word between this one and a view belongs to the view's name.
bool standsByView(const Words& all, std::size_t at, bool (*isView)(const std::string&))
{
    const auto belongs = [](const std::string& word) {
        return sideOfWord(word) != Side::Unknown || isBreastWord(word) || speechOf(word) || speechBesideView(word);
    };
    for (std::size_t i = at; i-- > 0;) {
        if (isView(all[i].text))
            return true;
        if (!belongs(all[i].text))
            break;
    }
    for (std::size_t i = at + 1; i < all.size(); ++i) {
        if (isView(all[i].text))
            return true;
        if (!belongs(all[i].text))
            break;
    }
    return false;
}

// Views that have a name of their own: "R TAN", with nothing else but a side.
std::string_view ownName(const Words& all, std::size_t at)
{
    const std::string& word = all[at].text;
    if (!is(word, {"TAN", "CV", "AT", "AX"}))
        return {};
    const bool alone = std::ranges::all_of(all, [&](const ViewWord& other) {
        return &other == &all[at] || sideOfWord(other.text) != Side::Unknown || isBreastWord(other.text) ||
               isNumber(other.text);
    });
    return alone && all.size() > 1 ? std::string_view(word) : std::string_view();
}

// Words that are names of people too, Tan, He, Seed: in a file's name they count behind a view or a side only.
bool mayBeSurname(const Words& all, std::size_t at, bool (*isView)(const std::string&))
{
    const std::string& word = all[at].text;
    const bool weak = speechBesideView(word) || is(word, {"CONE", "DISPL", "SEED", "SCOUT", "WIRE", "NEEDLE", "LUPE",
                                                          "ROLL", "MAGS", "TANG", "AX", "AT"});
    if (!weak || (at > 0 && sideOfWord(all[at - 1].text) != Side::Unknown))
        return false;
    return std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at),
                        [&](const ViewWord& before) { return isView(before.text); });
}

void take(std::string_view label, std::string_view contrast, ViewText& text)
{
    if (!label.empty() && std::ranges::find(text.spoken, label) == text.spoken.end())
        text.spoken.emplace_back(label);
    if (!contrast.empty() && text.contrast != "recombined")
        text.contrast = contrast;
}

// "rolled lateral", "lat roll"; without a direction it is only rolled.
std::string_view rollOf(const Words& all, std::size_t i)
{
    for (const std::string& way : {at(all, i + 1), i > 0 ? all[i - 1].text : std::string()})
        for (const auto& [beginning, label] : {std::pair("LAT", "RL"), {"MED", "RM"}, {"INF", "RI"}, {"SUP", "RS"}})
            if (way.starts_with(beginning))
                return label;
    return "rolled";
}

// What a word says together with those around it.
std::string_view phraseAt(const Words& all, std::size_t i)
{
    const std::string& word = all[i].text;
    if (is(word, {"ROLL", "GEROLLT"}) || begins(word, {"ROLLED", "ROLLING"}))
        return rollOf(all, i);
    if (word.starts_with("AXIL") || word == "AX")
        return at(all, i + 1) == "TAIL" ? "AT" : word == "AX" ? "" : "AX";
    if (word == "NIPPLE" && (at(all, i + 1) == "PROFILE" || (at(all, i + 1) == "IN" && at(all, i + 2) == "PROFILE")))
        return "NP";
    const bool procedure = begins(word, {"BIOPS", "CLIP", "MARKER", "PROCEDUR"}) || word == "BX";
    if (procedure && i > 0 && is(all[i - 1].text, {"POST", "AFTER", "NACH", "APRES"}))
        return "after a procedure";
    return {};
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isCross(char c) { return c == 'x' || c == 'X'; }
bool isWordsPart(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

// A decimal factor: "1.8x", "x 1,5", "×1.8"; sizes such as "24x29" are none.
bool saysFactor(std::string text)
{
    constexpr std::string_view cross = "\u00d7";
    for (std::size_t at = text.find(cross); at != std::string::npos; at = text.find(cross, at))
        text.replace(at, cross.size(), "x");
    const auto letter = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
    const auto isPoint = [](char c) { return c == '.' || c == ','; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] < '1' || text[i] > '5' || !isPoint(letter(i + 1)) || !isDigit(letter(i + 2)))
            continue;
        std::size_t end = i + 2;
        while (isDigit(letter(end)))
            ++end;
        const std::size_t after = end + (letter(end) == ' ' ? 1 : 0);
        const std::size_t before = i - (i > 0 && text[i - 1] == ' ' ? 1 : 0); // one behind the cross
        const bool crossBefore = before > 0 && isCross(text[before - 1]) &&
                                 (before == 1 || (!isWordsPart(text[before - 2]) && !isPoint(text[before - 2])));
        const char next = letter(after + 1);
        const bool size = isWordsPart(next) || (next == ' ' && isDigit(letter(after + 2)));
        const bool starts = i == 0 || (!isDigit(text[i - 1]) && !isPoint(text[i - 1]));
        if (isCross(letter(after)) ? starts && !size : crossBefore) {
            text[i + 1] = '.';
            constexpr double least = 1.2;
            return std::atof(text.substr(i, std::min<std::size_t>(end - i, 20)).c_str()) >= least;
        }
        i = end - 1;
    }
    return false;
}

} // namespace

void listen(const SpokenText& text, bool (*isView)(const std::string&), ViewText& found)
{
    const Words& all = text.words;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (isDenied(all, i, isView) || saysOne(all, i) || isTubeSpot(all, i) ||
            (text.isName && mayBeSurname(all, i, isView)))
            continue;
        if (const std::string_view phrase = phraseAt(all, i); !phrase.empty()) {
            take(phrase, "", found);
            continue;
        }
        take(ownName(all, i), "", found);
        if (const Speech* pair = speechOf(all[i].text, at(all, i + 1))) {
            take(pair->label, pair->contrast, found);
            ++i;
            continue;
        }
        if (const Speech* one = speechOf(all[i].text))
            take(one->label, one->contrast, found);
        if (const Speech* one = speechBesideView(all[i].text); one && standsByView(all, i, isView))
            take(one->label, one->contrast, found);
    }
    if (saysFactor(std::string(text.whole)))
        take("M", "", found);
}

std::vector<std::string> commentKinds(const std::string& comment)
{
    const std::vector<ViewWord> all = viewWords(comment);
    ViewText found;
    listen(
        {comment, all}, [](const std::string&) { return false; }, found);
    const auto says = [&](std::initializer_list<std::string_view> any) {
        return std::ranges::any_of(all, [&](const ViewWord& word) { return begins(word.text, any); });
    };
    constexpr std::size_t few = 3; // words that are a label, no sentence
    std::erase_if(found.spoken, [&](const std::string& label) {
        if (label == "biopsy" || label == "after a procedure" || label == "AX")
            return true;
        if (label == "S")
            return all.size() > few && !says({"COMPRES", "VIEW", "MAG", "CONE", "FOCAL"});
        if (label == "localisation")
            return !says({"LOCALI", "LOKALI"}) || !says({"WIRE", "NEEDLE", "HOOK", "SEED", "DRAHT"});
        return label == "ID" && !says({"IMPLANT", "EKLUND"});
    });
    return found.spoken;
}

std::vector<std::string> paddleKinds(const std::string& paddle)
{
    const std::vector<ViewWord> all = viewWords(paddle);
    ViewText found;
    listen(
        {paddle, all}, [](const std::string&) { return false; }, found);
    constexpr int smallest = 10; // cm: paddles that press a part of the breast
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string& word = all[i].text;
        if (word.starts_with("QUAD"))
            take("S", "", found);
        if (word.starts_with("IMPLANT"))
            take("ID", "", found);
        if (begins(word, {"FENESTR", "PERFOR"}))
            take("localisation", "", found);
        const std::string number = word.ends_with("CM")     ? word.substr(0, word.size() - 2)
                                   : at(all, i + 1) == "CM" ? word
                                                            : std::string();
        if (found.spoken.empty() && isNumber(number) && number.size() < 4 && std::atoi(number.c_str()) <= smallest)
            take("S", "", found);
    }
    return found.spoken;
}

} // namespace mama
