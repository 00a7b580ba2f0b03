#include "core/study/view_vocabulary.h"

#include <algorithm>

namespace mama {
namespace {

// By their beginning, wherever they stand.
constexpr Speech beginnings[] = {{"SPOT", "S", ""},
                                 {"CONED", "S", ""},
                                 {"CONEV", "S", ""},
                                 {"ZIELAUF", "S", ""},
                                 {"PUNKTAUF", "S", ""},
                                 {"MAGNIF", "M", ""},
                                 {"MAGVIEW", "M", ""},
                                 {"VERGROSS", "M", ""},
                                 {"VERGROESS", "M", ""},
                                 {"LUPE", "M", ""},
                                 {"AGRAND", "M", ""},
                                 {"AMPLIA", "M", ""},
                                 {"INGRAND", "M", ""},
                                 {"VERGROT", "M", ""},
                                 {"FORSTOR", "M", ""},
                                 {"ZOOM", "M", ""},
                                 {"EKLUND", "ID", ""},
                                 {"DISPLAC", "ID", ""},
                                 {"DESPLAZ", "ID", ""},
                                 {"REFOUL", "ID", ""},
                                 {"PUSHBACK", "ID", ""},
                                 {"TANGEN", "TAN", ""},
                                 {"GALACTO", "galactography", ""},
                                 {"DUCTO", "galactography", ""},
                                 {"CLEAVAGE", "CV", ""},
                                 {"CLEOPATRA", "AT", ""},
                                 {"EXAG", "exaggerated", ""},
                                 {"LOCALIZ", "localisation", ""},
                                 {"LOCALIS", "localisation", ""},
                                 {"LOKALIS", "localisation", ""},
                                 {"HARPON", "localisation", ""},
                                 {"REPERAGE", "localisation", ""},
                                 {"DRAHT", "localisation", ""},
                                 {"AGUJA", "localisation", ""},
                                 {"STEREO", "biopsy", ""},
                                 {"BIOPS", "biopsy", ""},
                                 {"PREFIRE", "biopsy", ""},
                                 {"POSTFIRE", "biopsy", ""},
                                 {"RECOMB", "", "recombined"},
                                 {"SUBTRACT", "", "recombined"},
                                 {"IODINE", "", "recombined"},
                                 {"INFRAMAMM", "IMF", ""}};
// Whole words, wherever they stand.
constexpr Speech wholes[] = {{"CONE", "S", ""},
                             {"MAG", "M", ""},
                             {"MAGN", "M", ""},
                             {"MAGV", "M", ""},
                             {"MAGS", "M", ""},
                             {"TANG", "TAN", ""},
                             {"MIRATA", "S", ""},
                             {"MIRATO", "S", ""},
                             {"DISPL", "ID", ""},
                             {"SEED", "localisation", ""},
                             {"WIRE", "localisation", ""},
                             {"NEEDLE", "localisation", ""},
                             {"HOOKWIRE", "localisation", ""},
                             {"SCOUT", "biopsy", ""}};
// Words that have other meanings too, and count only beside a view.
constexpr Speech besideView[] = {{"ID", "ID", ""},          {"TAN", "TAN", ""},
                                 {"CV", "CV", ""},          {"RL", "RL", ""},
                                 {"RM", "RM", ""},          {"RI", "RI", ""},
                                 {"RS", "RS", ""},          {"NP", "NP", ""},
                                 {"IMF", "IMF", ""},        {"LOC", "localisation", ""},
                                 {"LE", "", "low energy"},  {"SUB", "", "recombined"},
                                 {"DES", "", "recombined"}, {"CM", "", "recombined"},
                                 {"DM", "", "low energy"},  {"REC", "", "recombined"},
                                 {"HE", "", "high energy"}};
// By their beginnings.
struct Pair
{
    std::string_view first, second;
    Speech said;
};
constexpr Pair pairs[] = {{"LOW", "ENERG", {"", "", "low energy"}},
                          {"HIGH", "ENERG", {"", "", "high energy"}},
                          {"PUSH", "BACK", {"", "ID", ""}},
                          {"FOCAL", "COMPRES", {"", "S", ""}},
                          {"COMPRES", "FOCAL", {"", "S", ""}},
                          {"LOCAL", "COMPRES", {"", "S", ""}},
                          {"COMPRES", "LOCAL", {"", "S", ""}},
                          {"T", "SPOT", {"", "S", ""}},
                          {"ANTERIOR", "COMPRES", {"", "AC", ""}},
                          {"INFRA", "MAMM", {"", "IMF", ""}},
                          {"CLIP", "PLACE", {"", "after a procedure", ""}},
                          {"MARKER", "PLACE", {"", "after a procedure", ""}}};

} // namespace

bool isNumber(const std::string& word)
{
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

// "MAG18", "MAG15X": glued to its factor.
bool isMagWithFactor(const std::string& word)
{
    if (!word.starts_with("MAG") || word.size() < 4)
        return false;
    const std::string factor = word.substr(3, word.size() - 3 - (word.ends_with('X') ? 1 : 0));
    return isNumber(factor);
}

const Speech* speechOf(const std::string& word)
{
    static constexpr Speech spot{"SPOT", "S", ""}, magnified{"MAG", "M", ""};
    if (word.ends_with("SPOT"))
        return &spot;
    if (isMagWithFactor(word))
        return &magnified;
    for (const Speech& one : wholes)
        if (word == one.word)
            return &one;
    for (const Speech& one : beginnings)
        if (word.starts_with(one.word))
            return &one;
    return nullptr;
}

const Speech* speechBesideView(const std::string& word)
{
    const auto* found = std::ranges::find(besideView, word, &Speech::word);
    return found == std::end(besideView) ? nullptr : found;
}

const Speech* speechOf(const std::string& word, const std::string& next)
{
    const auto* found = std::ranges::find_if(pairs, [&](const Pair& one) {
        return word.starts_with(one.first) && next.starts_with(one.second) &&
               (one.first.size() > 1 || word == one.first);
    });
    return found == std::end(pairs) ? nullptr : &found->said;
}

} // namespace mama
