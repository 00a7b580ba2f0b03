// A filter's clauses as text.
#include "core/library/studies/study_filter.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mama {

bool isFilterWord(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("_.+-").find(c) != std::string_view::npos ||
               (static_cast<unsigned char>(c) & 0x80) != 0;
    });
}

std::string filterWord(const std::string& value)
{
    if (isFilterWord(value))
        return value;
    std::string text = "\"";
    for (const char c : value)
        text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

namespace {

// Of a comparison; a word that a clause may begin with is quoted.
std::string fieldText(const std::string& field)
{
    constexpr std::array own{"not", "missing", "tag", "any", "all", "none", "count"};
    return std::find(own.begin(), own.end(), field) == own.end() ? filterWord(field) : '"' + field + '"';
}

constexpr std::array signs{"=", "!=", "<", "<=", ">", ">="};

std::string together(const std::vector<FilterClause>& parts, const char* joiner)
{
    std::string text;
    for (const FilterClause& part : parts)
        text += (text.empty() ? "" : joiner) + filterText(part);
    return text;
}

std::string quantifierText(const FilterClause& clause)
{
    constexpr std::array words{"any", "all", "none", "count"};
    std::string text = words[clause.op - FilterClause::Any] + ("(" + clause.level);
    if (clause.parts.size() == 1 && clause.parts.front().op == FilterClause::OneOf && !clause.parts.front().negated)
        text += ": " + together(clause.parts.front().parts, " or ");
    else if (!clause.parts.empty())
        text += ": " + together(clause.parts, " and ");
    text += ")";
    return clause.op == FilterClause::Count ? text + " " + signs[clause.than] + " " + clause.values.front() : text;
}

std::string fieldOf(const FilterClause& clause)
{
    return fieldText(clause.field) + (clause.model.empty() ? "" : ":" + filterWord(clause.model));
}

} // namespace

std::string filterText(const FilterClause& clause)
{
    std::string text = clause.negated ? "not " : "";
    switch (clause.op) {
    case FilterClause::Tagged: return text + "tag:" + filterWord(clause.values.front());
    case FilterClause::Missing: return text + "missing(" + filterWord(clause.field) + ")";
    case FilterClause::Contains: return text + fieldOf(clause) + " ~ " + filterWord(clause.values.front());
    case FilterClause::Between:
        return text + fieldOf(clause) + " between " + filterWord(clause.values[0]) + " and " +
               filterWord(clause.values[1]);
    case FilterClause::AllOf: return text + "(" + together(clause.parts, " and ") + ")";
    case FilterClause::OneOf: return text + "(" + together(clause.parts, " or ") + ")";
    case FilterClause::Any:
    case FilterClause::All:
    case FilterClause::None:
    case FilterClause::Count: return text + quantifierText(clause);
    case FilterClause::In: break;
    default: return text + fieldOf(clause) + " " + signs[clause.op] + " " + filterWord(clause.values.front());
    }
    text += fieldOf(clause) + " in (";
    for (std::size_t i = 0; i < clause.values.size(); ++i)
        text += (i == 0 ? "" : ", ") + filterWord(clause.values[i]);
    return text + ")";
}

std::string filterText(const std::vector<FilterClause>& clauses) { return together(clauses, " and "); }

} // namespace mama
