#include "core/study/view_text.h"

#include "core/dicom/codes/view_codes.h"

#include <algorithm>
#include <optional>

namespace mama {
namespace {

std::vector<std::string> words(std::string_view text)
{
    std::vector<std::string> found(1);
    for (const char c : text) {
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'), digit = c >= '0' && c <= '9';
        if (letter || digit)
            found.back() += letter && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
        else if (!found.back().empty())
            found.emplace_back();
    }
    if (found.back().empty())
        found.pop_back();
    return found;
}

// What may stand before a view in one word: a side, then M or S.
bool readFront(std::string_view front, ViewText& found)
{
    for (const std::string_view side : {"RIGHT", "LEFT", "R", "L"})
        if (front.starts_with(side)) {
            found.side = sideOfWord(side);
            found.sideBesideView = true;
            front.remove_prefix(side.size());
            break;
        }
    for (const ViewModifier& modifier : viewModifiers())
        if (modifier.place == LabelPlace::Before && front == modifier.label) {
            found.modifiers.emplace_back(modifier.label);
            return true;
        }
    return front.empty();
}

// What may stand behind it: modifiers, a number, or the side where none stood in front.
bool readBack(std::string_view back, ViewText& found)
{
    while (!back.empty() && back.back() >= '0' && back.back() <= '9')
        back.remove_suffix(1);
    if ((back == "R" || back == "L") && found.side == Side::Unknown) {
        found.side = sideOfWord(back);
        found.sideBesideView = true;
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

// The spelled-out names, in one word or two, as their abbreviations.
void abbreviate(std::vector<std::string>& all)
{
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        for (const auto& [first, second] : {std::pair("CRANIO", "CAUDAL"), {"MEDIO", "LATERAL"}, {"LATERO", "MEDIAL"}})
            if (all[i] == first && all[i + 1] == second) {
                all[i] += second;
                all.erase(all.begin() + static_cast<std::ptrdiff_t>(i) + 1);
                break;
            }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool oblique = i + 1 < all.size() && all[i + 1] == "OBLIQUE";
        if (all[i] == "CRANIOCAUDAL")
            all[i] = "CC";
        else if ((all[i] == "ML" || all[i] == "LM") && oblique)
            all[i] = all[i] == "ML" ? "MLO" : "LMO";
        else if (all[i] == "MEDIOLATERAL")
            all[i] = oblique ? "MLO" : "ML";
        else if (all[i] == "LATEROMEDIAL")
            all[i] = oblique ? "LMO" : "LM";
    }
}

Side agreed(Side one, Side other)
{
    return one == Side::Unknown || one == other ? other : other == Side::Unknown ? one : Side::Both;
}

// Words that say by themselves what an image is, by their beginning.
struct Speech
{
    std::string_view beginning, modifier, contrast;
};
constexpr Speech speeches[] = {{"SPOT", "S", ""},
                               {"CONE", "S", ""},
                               {"MAGNIF", "M", ""},
                               {"EKLUND", "ID", ""},
                               {"VERGROESS", "M", ""},
                               {"LUPE", "M", ""},
                               {"AGRAND", "M", ""},
                               {"DISPL", "ID", ""},
                               {"PUSHBACK", "ID", ""},
                               {"RECOMB", "", "recombined"},
                               {"SUBTRACT", "", "recombined"},
                               {"IODINE", "", "recombined"}};
// Words that have other meanings too, and count only beside a view.
constexpr Speech besideView[] = {{"ID", "ID", ""},
                                 {"LE", "", "low energy"},
                                 {"SUB", "", "recombined"},
                                 {"REC", "", "recombined"},
                                 {"HE", "", "high energy"}};

bool denied(const std::vector<std::string>& all, std::size_t at)
{
    if (at > 0)
        for (const std::string_view word : {"NO", "NOT", "NON", "WITHOUT"})
            if (all[at - 1] == word)
                return true;
    return all[at].starts_with("MAG") && at + 1 < all.size() && all[at + 1] == "1" &&
           (at + 2 == all.size() || all[at + 2].find_first_not_of('0') == std::string::npos);
}

// Whether every word between this one and a view belongs to the view's name.
bool standsByView(const std::vector<std::string>& all, std::size_t at)
{
    const auto belongs = [](const std::string& word) {
        return sideOfWord(word) != Side::Unknown ||
               std::ranges::any_of(besideView, [&](const Speech& one) { return one.beginning == word; }) ||
               std::ranges::any_of(speeches, [&](const Speech& one) { return word.starts_with(one.beginning); });
    };
    for (std::size_t i = at; i-- > 0;) {
        if (readWord(all[i]))
            return true;
        if (!belongs(all[i]))
            break;
    }
    for (std::size_t i = at + 1; i < all.size(); ++i) {
        if (readWord(all[i]))
            return true;
        if (!belongs(all[i]))
            break;
    }
    return false;
}

void take(const Speech& said, ViewText& text)
{
    if (!said.modifier.empty() && std::ranges::find(text.spoken, said.modifier) == text.spoken.end())
        text.spoken.emplace_back(said.modifier);
    if (!said.contrast.empty() && text.contrast != "recombined")
        text.contrast = said.contrast;
}

void listen(const std::vector<std::string>& all, ViewText& text)
{
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (denied(all, i))
            continue;
        if (all[i] == "MAG" || all[i] == "MAGN")
            take({"", "M", ""}, text);
        if (i + 1 < all.size() && all[i] == "LOW" && all[i + 1].starts_with("ENERG"))
            take({"", "", "low energy"}, text);
        if (i + 1 < all.size() && all[i] == "HIGH" && all[i + 1].starts_with("ENERG"))
            take({"", "", "high energy"}, text);
        if (i + 1 < all.size() && all[i] == "PUSH" && all[i + 1] == "BACK")
            take({"", "ID", ""}, text);
        if (i + 1 < all.size() && all[i] == "FOCAL" && all[i + 1].starts_with("COMPRESS"))
            take({"", "S", ""}, text);
        for (const Speech& one : speeches)
            if (all[i].starts_with(one.beginning))
                take(one, text);
        for (const Speech& one : besideView)
            if (all[i] == one.beginning && standsByView(all, i))
                take(one, text);
    }
}

} // namespace

Side sideOfWord(std::string_view word)
{
    if (word == "R" || word == "RT" || word == "RIGHT")
        return Side::Right;
    if (word == "L" || word == "LT" || word == "LEFT")
        return Side::Left;
    return Side::Unknown;
}

ViewText parseViewText(std::string_view text)
{
    std::vector<std::string> all = words(text);
    abbreviate(all);
    ViewText best;
    std::size_t bestAt = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto found = readWord(all[i]);
        // The longest view of the text; of two equally long ones the later, which stands nearer to the file's own name.
        if (found && found->view.size() >= best.view.size()) {
            best = *found;
            bestAt = i;
        }
    }
    if (!best.view.empty() && best.side == Side::Unknown) {
        Side beside = Side::Unknown;
        if (bestAt > 0)
            beside = sideOfWord(all[bestAt - 1]);
        if (bestAt + 1 < all.size())
            beside = agreed(beside, sideOfWord(all[bestAt + 1]));
        best.side = beside == Side::Both ? Side::Unknown : beside;
        best.sideBesideView = best.side != Side::Unknown;
    }
    if (best.side == Side::Unknown) {
        Side named = Side::Unknown;
        for (const std::string& word : all)
            if (word == "RIGHT" || word == "LEFT")
                named = agreed(named, sideOfWord(word));
        best.side = named == Side::Both ? Side::Unknown : named;
    }
    listen(all, best);
    return best;
}

} // namespace mama
