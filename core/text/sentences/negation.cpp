#include "core/text/sentences/negation.h"

#include "core/text/sentences/words.h"

#include <array>

namespace mama {
namespace {

// A negating wording and what stands in its place when it is taken back.
struct Wording
{
    const char* negating;
    const char* plain;
};

// Longer wordings first, so that "negative for" is not read as less than it is.
constexpr std::array wordings{Wording{"there is no evidence of", "there is"},
                              Wording{"there are no signs of", "there are"},
                              Wording{"no evidence for", ""},
                              Wording{"no evidence of", ""},
                              Wording{"no evidence to suggest", ""},
                              Wording{"no sign of", ""},
                              Wording{"no signs of", ""},
                              Wording{"negative for", "positive for"},
                              Wording{"absence of", "presence of"},
                              Wording{"free of", "with"},
                              Wording{"lack of", ""},
                              Wording{"neg. for", "positive for"},
                              Wording{"neg for", "positive for"},
                              Wording{"none of", "some of"},
                              Wording{"w/o", "with"},
                              Wording{"isnt", "is"},
                              Wording{"arent", "are"},
                              Wording{"lacks", "has"},
                              Wording{"no longer present", "present"},
                              Wording{"has disappeared", "is present"},
                              Wording{"have disappeared", "are present"},
                              Wording{"has vanished", "is present"},
                              Wording{"have vanished", "are present"},
                              Wording{"has resolved", "is present"},
                              Wording{"have resolved", "are present"},
                              Wording{"has been excised", "is present"},
                              Wording{"have been excised", "are present"},
                              Wording{"has been resected", "is present"},
                              Wording{"have been resected", "are present"},
                              Wording{"has been removed", "is present"},
                              Wording{"have been removed", "are present"},
                              Wording{"was excised", "is present"},
                              Wording{"were excised", "are present"},
                              Wording{"was resected", "is present"},
                              Wording{"were resected", "are present"},
                              Wording{"was removed", "is present"},
                              Wording{"were removed", "are present"},
                              Wording{"was excluded", "is present"},
                              Wording{"were excluded", "are present"},
                              Wording{"has been excluded", "is present"},
                              Wording{"have been excluded", "are present"},
                              Wording{"was ruled out", "is present"},
                              Wording{"were ruled out", "are present"},
                              Wording{"has been ruled out", "is present"},
                              Wording{"have been ruled out", "are present"},
                              Wording{"hardly visible", "visible"},
                              Wording{"barely visible", "visible"},
                              Wording{"is gone", "is present"},
                              Wording{"are gone", "are present"},
                              Wording{"does not show", "shows"},
                              Wording{"do not show", "show"},
                              Wording{"does not demonstrate", "demonstrates"},
                              Wording{"fails to show", "shows"},
                              Wording{"no longer", "still"},
                              Wording{"without", "with"},
                              Wording{"absent", "present"},
                              Wording{"(-)", "(+)"},
                              Wording{"(\xe2\x88\x92)", "(+)"},
                              Wording{"(\xe2\x80\x93)", "(+)"},
                              Wording{"cannot", "can"},
                              Wording{"can not", "can"},
                              Wording{"never", ""},
                              Wording{"none", ""},
                              Wording{"neither", ""},
                              Wording{"nor", "or"},
                              Wording{"nothing", "something"},
                              Wording{"not", ""},
                              Wording{"no", ""},
                              Wording{"n't", ""},
                              Wording{"n\xe2\x80\x99t", ""}};

// The whole answer behind a colon: "Mass: no.", "Calcifications: negative".
constexpr std::array answers{Wording{"negative", "positive"}, Wording{"absent", "present"}, Wording{"none", "yes"},
                             Wording{"nil", "yes"}, Wording{"no", "yes"}};

struct Found
{
    std::size_t at = std::string::npos;
    const Wording* wording = nullptr;

    std::size_t end() const { return at + std::string_view(wording->negating).size(); }
};

// Nothing follows up to the end of the clause but marks.
bool isLast(std::string_view lower, std::size_t end)
{
    const std::size_t next = lower.find_first_not_of(" \t.!", end);
    return next == std::string_view::npos || lower[next] == ';' || lower[next] == ',';
}

// An answer behind a colon; assessments ("BI-RADS 1: negative") are none.
Found firstAnswer(const std::string& lower, std::size_t from)
{
    for (std::size_t colon = lower.find(':', from); colon != std::string::npos; colon = lower.find(':', colon + 1)) {
        const std::size_t begin = lower.find_first_not_of(" \t", colon + 1);
        const std::string_view asked = std::string_view(lower).substr(0, colon);
        if (begin == std::string::npos || asked.find("rads") != std::string_view::npos ||
            text::hasAnyWord(asked, "assessment|category|impression|conclusion"))
            continue;
        for (const Wording& answer : answers) {
            const std::string_view word = answer.negating;
            if (std::string_view(lower).substr(begin).starts_with(word) && isLast(lower, begin + word.size()))
                return {begin, &answer};
        }
    }
    return {};
}

// "No. 2" counts.
bool isNumber(std::string_view lower, std::size_t at)
{
    if (lower.substr(at + 2, 1) != ".")
        return false;
    const std::size_t next = lower.find_first_not_of(" \t", at + 3);
    return next != std::string_view::npos && lower[next] >= '0' && lower[next] <= '9';
}

// What follows takes the negation back: "cannot be excluded", "not ruled out".
bool isTakenBack(std::string_view lower, std::size_t end)
{
    std::size_t stop = end;
    for (int words = 0; words < 4 && stop < lower.size(); ++words) {
        stop = lower.find_first_not_of(" \t\n", stop);
        if (stop == std::string_view::npos)
            return false;
        const std::size_t next = lower.find_first_of(" \t\n", stop);
        const std::string_view word = lower.substr(stop, next - stop);
        if (word.starts_with("exclude") || word.starts_with("ruled") || word == "rule" ||
            (words == 0 && word.starts_with("doubt")))
            return true;
        stop = next;
        if (word.ends_with('.') || word.ends_with(',') || word.ends_with(';'))
            return false;
    }
    return false;
}

Found firstNegation(const std::string& lower, std::size_t from)
{
    Found first = firstAnswer(lower, from);
    for (const Wording& wording : wordings) {
        const std::string_view word = wording.negating;
        std::size_t at = word.starts_with("n'") || word.starts_with("n\xe2") ? lower.find(word, from)
                                                                             : text::findWord(lower, word, from);
        while (word == "no" && at != std::string::npos && isNumber(lower, at))
            at = text::findWord(lower, word, at + 2);
        if (at != std::string::npos && (!first.wording || at < first.at))
            first = {at, &wording};
    }
    return first;
}

std::string withOneBlank(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == ' ' && (result.empty() || result.back() == ' '))
            continue;
        if ((c == '.' || c == ',' || c == ';') && !result.empty() && result.back() == ' ')
            result.pop_back();
        result += c;
    }
    while (!result.empty() && result.back() == ' ')
        result.pop_back();
    return result;
}

} // namespace

std::optional<Negation> findNegation(std::string_view sentence)
{
    std::string rest(sentence), word;
    for (std::size_t from = 0; from < rest.size();) {
        const std::string lower = text::lowerAscii(rest);
        const Found found = firstNegation(lower, from);
        if (!found.wording)
            break;
        if (isTakenBack(lower, found.end())) {
            from = found.end();
            continue;
        }
        if (word.empty())
            word = lower.substr(found.at, found.end() - found.at);
        rest.replace(found.at, found.end() - found.at, found.wording->plain);
        from = found.at + std::string_view(found.wording->plain).size();
    }
    if (word.empty())
        return std::nullopt;
    return Negation{word, withOneBlank(rest)};
}

} // namespace mama
