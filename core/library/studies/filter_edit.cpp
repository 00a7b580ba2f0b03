#include "core/library/studies/filter_edit.h"

#include "core/base/folded_text.h"
#include "core/library/studies/study_order.h"

#include <algorithm>

namespace mama {
namespace {

using Op = FilterClause::Operator;

std::string ofTags(const FilterClause& clause) { return clause.values.empty() ? std::string() : clause.values.front(); }

// A clause that says which of a field's values there may be, and nothing else.
bool lists(const FilterClause& clause, const std::string& field)
{
    return !clause.negated && clause.field == field && (clause.op == Op::Equal || clause.op == Op::In);
}

bool saysOf(const FilterClause& clause, const std::string& field, const std::string& value)
{
    if (clause.negated || clause.field != field)
        return false;
    if (clause.op == Op::Tagged)
        return ofTags(clause) == value;
    if (clause.op == Op::Missing)
        return value.empty();
    return lists(clause, field) && std::find(clause.values.begin(), clause.values.end(), value) != clause.values.end();
}

FilterClause made(Op op, const std::string& field, std::vector<std::string> values)
{
    FilterClause clause;
    clause.op = op;
    clause.field = field;
    if (const auto model = modelOfScore(field)) {
        clause.field = "score";
        clause.model = *model;
    }
    clause.values = std::move(values);
    return clause;
}

} // namespace

bool isChosen(const std::vector<FilterClause>& clauses, const std::string& field, const std::string& value)
{
    return std::any_of(clauses.begin(), clauses.end(),
                       [&](const FilterClause& each) { return saysOf(each, field, value); });
}

std::vector<FilterClause> turned(std::vector<FilterClause> clauses, const std::string& field, const std::string& value)
{
    const bool was = isChosen(clauses, field, value);
    if (field == "tag" || value.empty()) {
        std::erase_if(clauses, [&](const FilterClause& each) {
            return saysOf(each, field, value) || (field != "tag" && lists(each, field));
        });
        if (!was)
            clauses.push_back(value.empty() ? made(Op::Missing, field, {}) : made(Op::Tagged, field, {value}));
        return clauses;
    }
    std::erase_if(clauses, [&](const FilterClause& each) { return saysOf(each, field, ""); });
    auto clause =
        std::find_if(clauses.begin(), clauses.end(), [&](const FilterClause& each) { return lists(each, field); });
    if (clause == clauses.end())
        clauses.push_back(made(Op::Equal, field, {value}));
    else if (was)
        std::erase(clause->values, value);
    else
        clause->values.push_back(value);
    std::erase_if(clauses, [&](FilterClause& each) {
        if (lists(each, field))
            each.op = each.values.size() == 1 ? Op::Equal : Op::In;
        return lists(each, field) && each.values.empty();
    });
    return clauses;
}

bool isOf(const FilterClause& clause, const std::string& field)
{
    const auto model = modelOfScore(field);
    return model ? clause.field == "score" && asciiFolded(clause.model) == asciiFolded(*model)
                 : clause.field == field && clause.model.empty();
}

namespace {

bool isRange(const FilterClause& clause, const std::string& field)
{
    return !clause.negated && isOf(clause, field) &&
           (clause.op == Op::Between || clause.op == Op::Less || clause.op == Op::LessEqual ||
            clause.op == Op::Greater || clause.op == Op::GreaterEqual);
}

} // namespace

std::vector<FilterClause> ranged(std::vector<FilterClause> clauses, const std::string& field, const std::string& low,
                                 const std::string& high)
{
    const auto first =
        std::find_if(clauses.begin(), clauses.end(), [&](const FilterClause& each) { return isRange(each, field); });
    const auto place = first - clauses.begin();
    std::erase_if(clauses, [&](const FilterClause& each) { return isRange(each, field); });
    if (low.empty() && high.empty())
        return clauses;
    clauses.insert(clauses.begin() + place, low.empty()    ? made(Op::LessEqual, field, {high})
                                            : high.empty() ? made(Op::GreaterEqual, field, {low})
                                                           : made(Op::Between, field, {low, high}));
    return clauses;
}

std::pair<std::string, std::string> rangeOf(const std::vector<FilterClause>& clauses, const std::string& field)
{
    std::pair<std::string, std::string> ends;
    for (const FilterClause& each : clauses) {
        if (!isRange(each, field))
            continue;
        if (each.op == Op::Between)
            ends = {each.values[0], each.values[1]};
        else
            (each.op == Op::Less || each.op == Op::LessEqual ? ends.second : ends.first) = each.values.front();
    }
    return ends;
}

} // namespace mama
