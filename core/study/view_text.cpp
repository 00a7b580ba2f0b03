#include "core/study/view_text.h"

#include "core/dicom/codes/view_codes.h"
#include "core/study/view_speech.h"
#include "core/study/view_words.h"

#include <algorithm>
#include <optional>

namespace mama {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// What may stand before a view in one word: what ends in a number and belongs to the name, a side, then M or S.
bool readFront(std::string_view front, ViewText& found)
{
    const std::size_t number = front.find_last_of("0123456789");
    const bool numbered = number != std::string_view::npos;
    front.remove_prefix(numbered ? number + 1 : 0);
    for (const std::string_view side : {"RIGHT", "LEFT", "RT", "LT", "R", "L"})
        if (front.starts_with(side)) {
            found.side = sideOfWord(side);
            found.sideBesideView = true;
            front.remove_prefix(side.size());
            break;
        }
    if (numbered && found.side == Side::Unknown)
        return false; // "3ML" is no view
    for (const ViewModifier& modifier : viewModifiers())
        if (modifier.place == LabelPlace::Before && front == modifier.label) {
            found.modifiers.emplace_back(modifier.label);
            return true;
        }
    return front.empty();
}

// What may stand behind it: modifiers, a number, or the side where none stood in front; behind "RCC" an M or S too.
bool readBack(std::string_view back, ViewText& found)
{
    while (!back.empty() && isDigit(back.back()))
        back.remove_suffix(1);
    const bool isSide = back == "R" || back == "L" || back == "RIGHT" || back == "LEFT";
    if (isSide && found.side == Side::Unknown) {
        found.side = sideOfWord(back);
        found.sideBesideView = true;
        return true;
    }
    if ((back == "M" || back == "S") && found.side != Side::Unknown) {
        found.modifiers.emplace_back(back);
        return true;
    }
    while (!back.empty()) {
        const auto next = std::ranges::find_if(viewModifiers(), [&](const ViewModifier& modifier) {
            return modifier.place == LabelPlace::Behind && back.starts_with(modifier.label);
        });
        if (next == viewModifiers().end())
            return false;
        found.modifiers.emplace_back(next->label);
        back.remove_prefix(next->label.size());
    }
    return true;
}

std::optional<ViewText> readWord(const std::string& word)
{
    for (const std::string_view view : viewNames())
        for (std::size_t at = word.find(view); at != std::string::npos; at = word.find(view, at + 1)) {
            ViewText found;
            found.view = view;
            if (readFront(std::string_view(word).substr(0, at), found) &&
                readBack(std::string_view(word).substr(at + view.size()), found))
                return found;
        }
    return std::nullopt;
}

Side agreed(Side one, Side other)
{
    return one == Side::Unknown || one == other ? other : other == Side::Unknown ? one : Side::Both;
}

bool isView(const std::string& word) { return readWord(word).has_value(); }

// Letters apart, as "R C.C." and "M-L-O" are written: as many as make a view that is no chance.
void joinLetters(std::vector<ViewWord>& all)
{
    const auto isLetter = [&](std::size_t i) { return i < all.size() && all[i].text.size() == 1; };
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::string joined;
        std::size_t best = 0;
        for (std::size_t end = i; isLetter(end); ++end) {
            joined += all[end].text;
            const auto read = end > i ? readWord(joined) : std::nullopt;
            if (read && (read->view.size() > 2 || read->view == "CC" || read->side != Side::Unknown))
                best = end - i + 1;
        }
        for (; best > 1; --best) {
            all[i].text += all[i + 1].text;
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    }
}

// A side glued to a number, directly before a view: "PATIENT1L CC".
Side gluedSide(const std::string& word)
{
    const std::size_t number = word.find_last_of("0123456789");
    return number == std::string::npos ? Side::Unknown : sideOfWord(std::string_view(word).substr(number + 1));
}

// Whether a word may stand between a view and its side.
bool isAttribute(const std::string& word)
{
    ViewText said;
    listen({word, {{word, 0}, {"CC", 0}}}, isView, said);
    return isBreastWord(word) || !said.spoken.empty() || !said.contrast.empty();
}

// The sides that stand before a view: "L", "right breast", "R and L".
Side sideBefore(const std::vector<ViewWord>& all, std::size_t view)
{
    Side side = view > 0 ? gluedSide(all[view - 1].text) : Side::Unknown;
    for (std::size_t i = view; i-- > 0;) {
        const std::string& word = all[i].text;
        if (const Side own = sideOfWord(word); own != Side::Unknown)
            side = agreed(side, own);
        else if (word == "AND" || word == "UND" || word == "ET" || word == "Y" || word == "E")
            continue;
        else if (!isAttribute(word))
            break;
    }
    return side;
}

// The one behind it, where it is not the next view's.
Side sideBehind(const std::vector<ViewWord>& all, std::size_t view)
{
    for (std::size_t i = view + 1; i < all.size(); ++i)
        if (const Side own = sideOfWord(all[i].text); own != Side::Unknown)
            return i + 1 < all.size() && isView(all[i + 1].text) ? Side::Unknown : own;
        else if (!isAttribute(all[i].text))
            break;
    return Side::Unknown;
}

std::vector<ViewText> viewsIn(const std::vector<ViewWord>& all)
{
    std::vector<ViewText> found;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto read = readWord(all[i].text);
        if (!read)
            continue;
        if (read->side == Side::Unknown) {
            const Side before = sideBefore(all, i);
            read->side = agreed(before, before == Side::Both ? before : sideBehind(all, i));
            read->sideBesideView = read->side != Side::Unknown;
        }
        found.push_back(*read);
    }
    return found;
}

// An exaggerated view, or a specimen, is named beside the view that it comes from.
bool isSpecial(const ViewText& one) { return one.view.size() > 3; }
bool isMain(const ViewText& one) { return one.view == "CC" || one.view == "MLO"; }

// "R CC and MLO": both main views as words without a number, so that neither is a patient's code.
bool namesBothMain(const std::vector<ViewWord>& all)
{
    const auto says = [&](std::string_view view) {
        return std::ranges::any_of(all, [&](const ViewWord& word) {
            const auto read = readWord(word.text);
            return read && read->view == view && word.text.find_first_of("0123456789") == std::string::npos;
        });
    };
    return says("CC") && says("MLO");
}

// Of several names: what is special, what has a side, what is a main view; the others may be chance.
void keepLikely(std::vector<ViewText>& views)
{
    for (const auto likely :
         {+[](const ViewText& one) { return isSpecial(one); }, +[](const ViewText& one) { return one.sideBesideView; },
          +[](const ViewText& one) { return isMain(one); }})
        if (std::ranges::any_of(views, likely))
            std::erase_if(views, [&](const ViewText& one) { return !likely(one); });
}

} // namespace

ViewText parseViewText(std::string_view text, TextOf of)
{
    std::vector<ViewWord> all = viewWords(text);
    joinLetters(all);
    std::vector<ViewText> views = viewsIn(all);
    ViewText best;
    for (const ViewText& one : views) // where they are not of one view
        best.side = agreed(best.side, one.side);
    keepLikely(views);
    if (!views.empty() && !(namesBothMain(all) && isMain(views[0])) &&
        std::ranges::all_of(views, [&](const ViewText& one) { return one.view == views[0].view; })) {
        Side side = Side::Unknown;
        for (const ViewText& one : views)
            side = agreed(side, one.side);
        best = views.back();
        best.side = side;
    }
    best.severalViews = !views.empty() && best.view.empty();
    if (best.side == Side::Unknown)
        for (const ViewWord& word : all)
            if (word.text.size() > 2)
                best.side = agreed(best.side, sideOfWord(word.text));
    best.bothSides = best.side == Side::Both;
    if (best.bothSides) {
        best.side = Side::Unknown;
        best.sideBesideView = false;
    }
    listen({text, all, of == TextOf::Name}, isView, best);
    return best;
}

bool namesOnlyView(std::string_view name)
{
    std::vector<ViewWord> all = viewWords(name);
    joinLetters(all);
    return !all.empty() && std::ranges::all_of(all, [](const ViewWord& word) {
        return sideOfWord(word.text) != Side::Unknown || isBreastWord(word.text) || isView(word.text);
    });
}

std::vector<std::string> loneModifiers(std::string_view description)
{
    const std::vector<ViewWord> all = viewWords(description);
    std::vector<std::string> found;
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
        const auto next = readWord(all[i + 1].text);
        const bool letter = all[i].text == "M" || all[i].text == "S";
        if (letter && next && next->side != Side::Unknown)
            found.push_back(all[i].text);
    }
    return found;
}

} // namespace mama
