#include "core/protocol/run_filter.h"

#include "core/base/folded_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

namespace mama {
namespace {

constexpr auto findRuns = TextId("action.find_runs", "find runs");
constexpr char quote = '"';
// Stands for a character that quotes have made an ordinary one, until the token is taken apart.
constexpr char plainMark = '\x01';

[[noreturn]] void refuse(const std::string& token, const UserText& why)
{
    throw Error(ErrorCode::Usage, {findRuns}, token, why);
}

// Parts between blanks; inside quotes nothing has a meaning. open: whether a quotation mark is not closed, and so the
// last part not complete.
std::vector<std::string> tokensOf(std::string_view text, bool& open)
{
    std::vector<std::string> tokens;
    std::string token;
    bool quoted = false, any = false;
    for (const char c : text) {
        if (c == quote) {
            quoted = !quoted;
            any = true;
        } else if (!quoted && static_cast<unsigned char>(c) <= ' ') {
            if (any)
                tokens.push_back(std::move(token));
            token.clear();
            any = false;
        } else {
            if (quoted && std::string_view(":=!<>-").find(c) != std::string_view::npos)
                token += plainMark;
            token += c;
            any = true;
        }
    }
    open = quoted;
    if (any)
        tokens.push_back(std::move(token));
    return tokens;
}

std::string plain(std::string_view text)
{
    std::string made;
    for (const char c : text)
        if (c != plainMark)
            made += c;
    return made;
}

std::optional<double> numberOf(const std::string& text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(value) ? std::optional(value)
                                                                                            : std::nullopt;
}

// The beginning of a local day or minute: 2026-11-01, 2026-11-01T08:30.
std::optional<double> dayOf(const std::string& text)
{
    for (const char* form : {"%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
        std::tm parts{};
        parts.tm_isdst = -1;
        const char* end = ::strptime(text.c_str(), form, &parts);
        if (end && *end == '\0')
            return static_cast<double>(std::mktime(&parts));
    }
    return {};
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

bool isTag(const std::string& key) { return key == "tag" || key == "tags"; }

// Digits count as a number: "run-9" comes before "run-10".
int compareNatural(const std::string& a, const std::string& b)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            while (i < a.size() && a[i] == '0')
                ++i;
            while (j < b.size() && b[j] == '0')
                ++j;
            std::size_t m = i, n = j;
            while (m < a.size() && digit(a[m]))
                ++m;
            while (n < b.size() && digit(b[n]))
                ++n;
            if (m - i != n - j)
                return m - i < n - j ? -1 : 1;
            if (const int order = a.compare(i, m - i, b, j, n - j))
                return order;
            i = m;
            j = n;
        } else if (a[i] != b[j]) {
            return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]) ? -1 : 1;
        } else {
            ++i;
            ++j;
        }
    }
    return a.size() - i == b.size() - j ? 0 : a.size() - i < b.size() - j ? -1 : 1;
}

int compareValues(const RunValue& a, const RunValue& b)
{
    if (a.index() != b.index())
        return a.index() < b.index() ? -1 : 1;
    if (const auto* one = std::get_if<double>(&a))
        return *one < std::get<double>(b) ? -1 : *one > std::get<double>(b) ? 1 : 0;
    return std::holds_alternative<std::string>(a)
               ? compareNatural(folded(std::get<std::string>(a)), folded(std::get<std::string>(b)))
               : 0;
}

bool isNothing(const RunValue& value)
{
    const auto* text = std::get_if<std::string>(&value);
    return std::holds_alternative<std::monostate>(value) || (text && text->empty());
}

} // namespace

RunFilter RunFilter::read(std::string_view text, std::optional<Error>& wrong)
{
    RunFilter filter;
    bool open = false;
    for (const std::string& token : tokensOf(text, open))
        try {
            filter.m_terms.push_back(termOf(token));
        } catch (const Error& error) {
            if (!wrong)
                wrong = error;
        }
    if (open && !wrong)
        wrong.emplace(ErrorCode::Usage, UserText{findRuns}, std::string(text),
                      UserText{TextId("run.filter_open_quote", "a quotation mark is not closed")});
    return filter;
}

RunFilter::RunFilter(std::string_view text)
{
    std::optional<Error> wrong;
    *this = read(text, wrong);
    if (wrong)
        throw Error(*wrong);
}

RunFilter RunFilter::whileTyped(std::string_view text, UserText& problem)
{
    std::optional<Error> wrong;
    RunFilter filter = read(text, wrong);
    problem = wrong ? errorText({}, wrong->where(), wrong->why()) : UserText();
    return filter;
}

RunFilter::Term RunFilter::termOf(const std::string& given)
{
    Term term;
    term.negated = given.size() > 1 && given[0] == '-';
    const std::string token = given.substr(term.negated ? 1 : 0);
    static constexpr std::array<std::pair<std::string_view, Compare>, 7> signs{{{"!=", Compare::NotEqual},
                                                                                {"<=", Compare::LessOrEqual},
                                                                                {">=", Compare::GreaterOrEqual},
                                                                                {"=", Compare::Equal},
                                                                                {"<", Compare::Less},
                                                                                {">", Compare::Greater},
                                                                                {":", Compare::Holds}}};
    std::size_t at = 0;
    while (at < token.size() && (std::string_view(":=<>!").find(token[at]) == std::string_view::npos ||
                                 (at > 0 && token[at - 1] == plainMark) ||
                                 (token[at] == '!' && (at + 1 == token.size() || token[at + 1] != '='))))
        ++at;
    if (at == token.size()) {
        term.text = folded(plain(token));
        return term;
    }
    term.key = plain(std::string_view(token).substr(0, at));
    if (term.key.empty())
        refuse(plain(given), {TextId("run.filter_no_name", "there is no name before the sign")});
    const auto sign = std::find_if(signs.begin(), signs.end(), [&](const auto& each) {
        return token.compare(at, each.first.size(), each.first) == 0;
    });
    term.compare = sign->second;
    const std::string value = plain(std::string_view(token).substr(at + sign->first.size()));
    term.text = folded(value);
    term.number = numberOf(value);
    if (!term.number && term.key == "started")
        term.number = dayOf(value);
    const bool ordered =
        term.compare != Compare::Holds && term.compare != Compare::Equal && term.compare != Compare::NotEqual;
    if (ordered && !term.number)
        refuse(plain(given), {TextId("run.filter_no_number", "\"%1\" is no number to compare with"), value});
    return term;
}

bool RunFilter::holdsTags(const Term& term, const RunEntry& run)
{
    const auto& tags = run.notes().tags;
    if (term.compare != Compare::Holds && term.text.empty())
        return tags.empty() == (term.compare == Compare::Equal);
    const bool any = std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) {
        return term.compare == Compare::Holds ? folded(tag).find(term.text) != std::string::npos
                                              : folded(tag) == term.text;
    });
    return any == (term.compare != Compare::NotEqual);
}

bool RunFilter::holds(const Term& term, const RunEntry& run)
{
    if (term.key.empty())
        return run.words().find(term.text) != std::string::npos || run.status().find(term.text) != std::string::npos;
    if (isTag(term.key))
        return holdsTags(term, run);
    const RunValue value = run.value(term.key);
    const bool equalSign = term.compare == Compare::Equal || term.compare == Compare::NotEqual;
    if (equalSign && term.text.empty())
        return isNothing(value) == (term.compare == Compare::Equal);
    if (const auto* number = std::get_if<double>(&value)) {
        if (!term.number)
            return term.compare == Compare::NotEqual;
        switch (term.compare) {
        case Compare::Holds:
        case Compare::Equal: return same(*number, *term.number);
        case Compare::NotEqual: return !same(*number, *term.number);
        case Compare::Less: return *number < *term.number;
        case Compare::LessOrEqual: return *number <= *term.number;
        case Compare::Greater: return *number > *term.number;
        case Compare::GreaterOrEqual: return *number >= *term.number;
        }
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (term.compare == Compare::Holds)
            return folded(*text).find(term.text) != std::string::npos;
        if (equalSign)
            return (folded(*text) == term.text) == (term.compare == Compare::Equal);
    }
    return term.compare == Compare::NotEqual;
}

bool RunFilter::accepts(const RunEntry& run) const
{
    return std::all_of(m_terms.begin(), m_terms.end(),
                       [&run](const Term& term) { return holds(term, run) != term.negated; });
}

std::vector<std::string> RunFilter::unknown(std::span<const RunEntry* const> runs) const
{
    std::vector<std::string> names;
    const auto& own = RunEntry::ownKeys();
    for (const Term& term : m_terms) {
        if (term.key.empty() || isTag(term.key) || std::find(own.begin(), own.end(), term.key) != own.end())
            continue;
        if (std::none_of(runs.begin(), runs.end(), [&](const RunEntry* run) {
                return !std::holds_alternative<std::monostate>(run->value(term.key));
            }))
            names.push_back(term.key);
    }
    return names;
}

RunOrder RunOrder::parse(std::string_view text)
{
    const bool descending = text.starts_with('-');
    return {std::string(text.substr(descending ? 1 : 0)), descending};
}

bool RunOrder::isKnown(const std::vector<const RunEntry*>& runs) const
{
    const auto& own = RunEntry::ownKeys();
    return std::find(own.begin(), own.end(), key) != own.end() ||
           std::any_of(runs.begin(), runs.end(), [this](const RunEntry* run) { return !isNothing(run->value(key)); });
}

void RunOrder::sort(std::vector<const RunEntry*>& runs) const
{
    struct Placed
    {
        const RunEntry* run;
        RunValue value;
        double started;
    };
    std::vector<Placed> placed;
    placed.reserve(runs.size());
    for (const RunEntry* run : runs)
        placed.push_back({run, run->value(key), run->state() ? run->state()->started : 0});
    std::sort(placed.begin(), placed.end(), [this](const Placed& a, const Placed& b) {
        if (isNothing(a.value) != isNothing(b.value))
            return isNothing(b.value);
        if (const int order = compareValues(a.value, b.value))
            return descending ? order > 0 : order < 0;
        if (a.started != b.started)
            return a.started > b.started;
        return a.run->folder() < b.run->folder();
    });
    std::transform(placed.begin(), placed.end(), runs.begin(), [](const Placed& each) { return each.run; });
}

} // namespace mama
