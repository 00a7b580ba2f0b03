#include "core/library/studies/filter_values.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <cctype>

namespace mama::filtering {
namespace {

// Below 0, 0, above 0: as numbers if both are some, else letter by letter.
int compared(const std::string& a, const std::string& b)
{
    const auto x = asNumber(a), y = asNumber(b);
    if (x && y)
        return *x < *y ? -1 : *x > *y ? 1 : 0;
    return asciiFolded(a).compare(asciiFolded(b));
}

bool isDigits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool ordersBy(const FilterClause& clause)
{
    using Op = FilterClause::Operator;
    return clause.op == Op::Between || clause.op == Op::Less || clause.op == Op::LessEqual ||
           clause.op == Op::Greater || clause.op == Op::GreaterEqual;
}

} // namespace

std::string listed(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out.empty() ? "-" : out;
}

// Keys have more digits than a number holds: those of digits alone by their length first.
int comparedKeys(const std::string& a, const std::string& b)
{
    if (isDigits(a) && isDigits(b) && a.size() != b.size())
        return a.size() < b.size() ? -1 : 1;
    return asciiFolded(a).compare(asciiFolded(b));
}

int comparedText(const std::string& a, const std::string& b) { return asciiFolded(a).compare(asciiFolded(b)); }

int comparedDates(const std::string& a, const std::string& b) { return comparedText(a.substr(0, b.size()), b); }

bool holds(const FilterClause& clause, const std::string& value, Compare compare)
{
    using Op = FilterClause::Operator;
    if (clause.op == Op::Missing || value.empty())
        return clause.op == Op::Missing && value.empty();
    if (clause.op == Op::In)
        return std::any_of(clause.values.begin(), clause.values.end(),
                           [&](const std::string& each) { return compare(value, each) == 0; });
    const std::string& wanted = clause.values.front();
    if (clause.op == Op::Contains)
        return asciiFolded(value).find(asciiFolded(wanted)) != std::string::npos;
    const int order = compare(value, wanted);
    if (clause.op == Op::Between)
        return order >= 0 && compare(value, clause.values[1]) <= 0;
    switch (clause.op) {
    case Op::Equal: return order == 0;
    case Op::Unequal: return order != 0;
    case Op::Less: return order < 0;
    case Op::LessEqual: return order <= 0;
    case Op::Greater: return order > 0;
    default: return order >= 0;
    }
}

std::string placeOf(const FilterClause& clause) { return "character " + std::to_string(clause.at + 1); }

namespace {

// A field of numbers is not before or after a word.
void checkNumbers(const StudyColumn& column, const FilterClause& clause)
{
    const auto wrong = std::find_if(clause.values.begin(), clause.values.end(),
                                    [](const std::string& value) { return !asNumber(value); });
    if (!ordersBy(clause) || wrong == clause.values.end() || column.values.size() < 2 ||
        !std::all_of(column.values.begin() + 1, column.values.end(),
                     [](const std::string& value) { return asNumber(value).has_value(); }))
        return;
    throw Error(
        ErrorCode::Usage, {action}, placeOf(clause),
        {TextId("filter.no_number", "\"%1\" is no number, and the values of %2 are numbers"), *wrong, column.name});
}

// The values of an equality that the field has not.
void warnOfValues(const StudyColumn& column, const FilterClause& clause, std::vector<UserText>& warnings)
{
    using Op = FilterClause::Operator;
    constexpr std::size_t most = 20;
    if (clause.op != Op::Equal && clause.op != Op::Unequal && clause.op != Op::In)
        return;
    for (const std::string& wanted : clause.values) {
        bool there = false;
        std::vector<std::string> names;
        for (std::size_t code = 1; code < column.values.size(); ++code) {
            const std::string means(column.meaning(code));
            there = there || compared(column.values[code], wanted) == 0 ||
                    (!means.empty() && comparedText(means, wanted) == 0);
            names.push_back(column.values[code] + (means.empty() ? "" : " (" + means + ")"));
        }
        if (there)
            continue;
        std::sort(names.begin(), names.end(),
                  [](const std::string& a, const std::string& b) { return compared(a, b) < 0; });
        const bool more = names.size() > most;
        names.resize(std::min(names.size(), most));
        warnings.push_back({TextId("filter.no_value", "no study has %1 %2: there are %3"), column.name, wanted,
                            listed(names) + (more ? ", ..." : "")});
    }
}

// A code, or what a legend says it means.
bool fitsCode(const FilterClause& clause, const StudyColumn& column, std::size_t code)
{
    using Op = FilterClause::Operator;
    const bool fits = holds(clause, column.values[code], compared);
    const std::string means(column.meaning(code));
    if (means.empty())
        return fits;
    if (clause.op == Op::Unequal)
        return fits && holds(clause, means, comparedText);
    return fits || ((clause.op == Op::Equal || clause.op == Op::In || clause.op == Op::Contains) &&
                    holds(clause, means, comparedText));
}

} // namespace

void checkValues(const FilterClause& clause, const StudyColumn& column, std::vector<UserText>& warnings)
{
    if (clause.op == FilterClause::Missing)
        return;
    checkNumbers(column, clause);
    warnOfValues(column, clause, warnings);
}

// "2015", "2015-02", "2015-02-01"
void checkDates(const FilterClause& clause)
{
    if (!ordersBy(clause))
        return;
    for (const std::string& day : clause.values)
        if (day.empty() || day.size() > 10 || !isDigits(day.substr(0, day.find('-'))) ||
            day.find_first_not_of("0123456789-") != day.npos)
            throw Error(
                ErrorCode::Usage, {action}, placeOf(clause),
                {TextId("filter.no_date", "\"%1\" is no date: it is written as 2015-02-01, 2015-02 or 2015"), day});
}

std::vector<char> fittingCodes(const FilterClause& clause, const StudyColumn& column)
{
    std::vector<char> fits(column.values.size());
    for (std::size_t code = 0; code < fits.size(); ++code)
        fits[code] = fitsCode(clause, column, code);
    return fits;
}

} // namespace mama::filtering
