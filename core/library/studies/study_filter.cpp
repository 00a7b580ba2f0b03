#include "core/library/studies/study_filter.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <cctype>

namespace mama {
namespace {

constexpr auto filtering = TextId("filter.studies", "filter");

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

// Keys have more digits than a number holds: those of digits alone by their length first.
int comparedKeys(const std::string& a, const std::string& b)
{
    if (isDigits(a) && isDigits(b) && a.size() != b.size())
        return a.size() < b.size() ? -1 : 1;
    return asciiFolded(a).compare(asciiFolded(b));
}

int comparedText(const std::string& a, const std::string& b) { return asciiFolded(a).compare(asciiFolded(b)); }

using Compare = int (*)(const std::string&, const std::string&);

// What is not given compares to nothing: only missing() and "not" find it.
bool holds(const FilterClause& clause, const std::string& value, Compare compared)
{
    using Op = FilterClause::Operator;
    if (clause.op == Op::Missing || value.empty())
        return clause.op == Op::Missing && value.empty();
    if (clause.op == Op::In)
        return std::any_of(clause.values.begin(), clause.values.end(),
                           [&](const std::string& each) { return compared(value, each) == 0; });
    const std::string& wanted = clause.values.front();
    if (clause.op == Op::Contains)
        return asciiFolded(value).find(asciiFolded(wanted)) != std::string::npos;
    const int order = compared(value, wanted);
    switch (clause.op) {
    case Op::Equal: return order == 0;
    case Op::Unequal: return order != 0;
    case Op::Less: return order < 0;
    case Op::LessEqual: return order <= 0;
    case Op::Greater: return order > 0;
    default: return order >= 0;
    }
}

std::string listed(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out.empty() ? "-" : out;
}

[[noreturn]] void noField(const StudyColumns& columns, const FilterClause& clause)
{
    std::vector<std::string> names{"study", "patient", "date"};
    for (const StudyColumn& column : columns.columns())
        names.push_back(column.name);
    throw Error(ErrorCode::Usage, {filtering}, "character " + std::to_string(clause.at + 1),
                {TextId("filter.no_field", "there is no field \"%1\": there are %2"), clause.field, listed(names)});
}

[[noreturn]] void noTag(const StudyColumns& columns, const FilterClause& clause)
{
    std::vector<std::string> names;
    for (const auto& [folded, tagged] : columns.tags())
        names.push_back(tagged.name);
    throw Error(
        ErrorCode::Usage, {filtering}, "character " + std::to_string(clause.at + 1),
        {TextId("filter.no_tag", "there is no tag \"%1\": there are %2"), clause.values.front(), listed(names)});
}

std::string placeOf(const FilterClause& clause) { return "character " + std::to_string(clause.at + 1); }

bool ordersBy(const FilterClause& clause)
{
    using Op = FilterClause::Operator;
    return clause.op == Op::Less || clause.op == Op::LessEqual || clause.op == Op::Greater ||
           clause.op == Op::GreaterEqual;
}

// A field of numbers is not before or after a word.
void checkNumber(const StudyColumn& column, const FilterClause& clause)
{
    if (!ordersBy(clause) || asNumber(clause.values.front()) || column.values.size() < 2 ||
        !std::all_of(column.values.begin() + 1, column.values.end(),
                     [](const std::string& value) { return asNumber(value).has_value(); }))
        return;
    throw Error(ErrorCode::Usage, {filtering}, placeOf(clause),
                {TextId("filter.no_number", "\"%1\" is no number, and the values of %2 are numbers"),
                 clause.values.front(), column.name});
}

// "2015", "2015-02", "2015-02-01"
void checkDate(const FilterClause& clause)
{
    const std::string& day = clause.values.front();
    const bool fine = !day.empty() && day.size() <= 10 && isDigits(day.substr(0, day.find('-'))) &&
                      day.find_first_not_of("0123456789-") == day.npos;
    if (ordersBy(clause) && !fine)
        throw Error(ErrorCode::Usage, {filtering}, placeOf(clause),
                    {TextId("filter.no_date", "\"%1\" is no date: it is written as 2015-02-01, 2015-02 or 2015"), day});
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

StudySet studiesBy(const StudyColumns& columns, const FilterClause& clause, const StudyColumn& column)
{
    StudySet found(columns.size());
    if (clause.op == FilterClause::Missing) { // no row at all, or none with a value
        for (std::size_t row = 0; row < column.codes.size(); ++row)
            if (column.codes[row] != 0)
                found.add(column.studyOf(row));
        found.invert();
        return found;
    }
    std::vector<char> fits(column.values.size());
    for (std::size_t code = 0; code < fits.size(); ++code)
        fits[code] = fitsCode(clause, column, code);
    for (std::size_t row = 0; row < column.codes.size(); ++row)
        if (fits[column.codes[row]])
            found.add(column.studyOf(row));
    return found;
}

// By a study's key, its patient's or its date: too many values for a facet.
StudySet studiesByKey(const StudyColumns& columns, const FilterClause& clause, std::vector<UserText>& warnings)
{
    const bool byDate = clause.field == "date";
    if (byDate && clause.op != FilterClause::Missing)
        checkDate(clause);
    StudySet found(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string& value = byDate                    ? columns.date(i)
                                   : clause.field == "study" ? columns.key(i)
                                                             : columns.patient(i);
        if (holds(clause, value, byDate ? comparedText : comparedKeys))
            found.add(i);
    }
    if (found.count() == 0 && clause.op == FilterClause::Equal)
        warnings.push_back({TextId("filter.no_such_key", "no study has %1 %2"), clause.field, clause.values.front()});
    return found;
}

StudySet studiesOf(const StudyColumns& columns, const FilterClause& clause, std::vector<UserText>& warnings)
{
    StudySet found;
    if (clause.op == FilterClause::Tagged) {
        const StudySet* tagged = columns.tag(clause.values.front());
        if (!tagged)
            noTag(columns, clause);
        found = *tagged;
    } else if (columns.places(clause.field)) {
        found = studiesByKey(columns, clause, warnings);
    } else {
        const StudyColumn* column = columns.column(clause.field);
        if (!column)
            noField(columns, clause);
        if (clause.op != FilterClause::Missing) {
            checkNumber(*column, clause);
            warnOfValues(*column, clause, warnings);
        }
        found = studiesBy(columns, clause, *column);
    }
    if (clause.negated)
        found.invert();
    return found;
}

// Each study counts once for each of its values: `last` remembers by value which study was counted last, since a
// study's rows stand together.
Facet facetOf(const StudyColumn& column, const StudySet& among, std::size_t studies)
{
    Facet facet{column.name, {}};
    std::vector<std::size_t> counts(column.values.size()), all(column.values.size());
    if (!column.of) {
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            ++all[column.codes[row]];
            counts[column.codes[row]] += among.has(row);
        }
    } else {
        std::vector<std::uint32_t> last(column.values.size(), ~std::uint32_t{0});
        StudySet given(studies), inside = among;
        std::size_t missing = 0;
        for (std::size_t row = 0; row < column.codes.size(); ++row) {
            const std::uint32_t study = (*column.of)[row];
            const std::uint16_t code = column.codes[row];
            if (code == 0 || last[code] == study)
                continue;
            last[code] = study;
            given.add(study);
            ++all[code];
            counts[code] += among.has(study);
        }
        missing = studies - given.count();
        given.invert();
        inside.keep(given);
        all[0] = missing;
        counts[0] = inside.count();
    }
    for (std::size_t code = 0; code < column.values.size(); ++code)
        if (all[code] > 0)
            facet.values.push_back({column.values[code], counts[code], all[code], std::string(column.meaning(code))});
    std::stable_sort(facet.values.begin(), facet.values.end(),
                     [](const FacetValue& a, const FacetValue& b) { return a.all > b.all; });
    return facet;
}

} // namespace

FilterResult filterStudies(const StudyColumns& columns, const std::vector<FilterClause>& clauses, bool facets,
                           const StudySet* inside)
{
    const StudySet all = inside ? *inside : StudySet(columns.size(), true);
    FilterResult result{all, {}, {}};
    std::vector<StudySet> each;
    for (const FilterClause& clause : clauses) {
        each.push_back(studiesOf(columns, clause, result.warnings));
        result.studies.keep(each.back());
    }
    if (!facets)
        return result;
    for (const StudyColumn& column : columns.columns()) {
        StudySet among = all;
        for (std::size_t i = 0; i < clauses.size(); ++i)
            if (clauses[i].field != column.name)
                among.keep(each[i]);
        result.facets.push_back(facetOf(column, among, columns.size()));
    }
    Facet tags{"tag", {}};
    StudySet among = all;
    for (std::size_t i = 0; i < clauses.size(); ++i)
        if (clauses[i].op != FilterClause::Tagged)
            among.keep(each[i]);
    for (const auto& [folded, tagged] : columns.tags()) {
        StudySet both = among;
        both.keep(tagged.studies);
        tags.values.push_back({tagged.name, both.count(), tagged.studies.count(), {}});
    }
    result.facets.push_back(std::move(tags));
    return result;
}

} // namespace mama
