// A filter's clauses as text.
#include "core/library/studies/study_filter.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mama {
namespace {

// Words that a filter would read as its own.
bool isWord(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) ||
               std::string_view("_.+-").find(c) != std::string_view::npos ||
               (static_cast<unsigned char>(c) & 0x80) != 0;
    });
}

std::string quoted(const std::string& value)
{
    if (isWord(value))
        return value;
    std::string text = "\"";
    for (const char c : value)
        text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

// Of a comparison; a word that a clause may begin with is quoted.
std::string fieldText(const std::string& field)
{
    constexpr std::array own{"not", "missing", "tag"};
    return std::find(own.begin(), own.end(), field) == own.end() ? quoted(field) : '"' + field + '"';
}

} // namespace

std::string filterText(const FilterClause& clause)
{
    constexpr std::array signs{"=", "!=", "<", "<=", ">", ">="};
    std::string text = clause.negated ? "not " : "";
    switch (clause.op) {
    case FilterClause::Tagged: return text + "tag:" + quoted(clause.values.front());
    case FilterClause::Missing: return text + "missing(" + quoted(clause.field) + ")";
    case FilterClause::Contains: return text + fieldText(clause.field) + " ~ " + quoted(clause.values.front());
    case FilterClause::In: break;
    default: return text + fieldText(clause.field) + " " + signs[clause.op] + " " + quoted(clause.values.front());
    }
    text += fieldText(clause.field) + " in (";
    for (std::size_t i = 0; i < clause.values.size(); ++i)
        text += (i == 0 ? "" : ", ") + quoted(clause.values[i]);
    return text + ")";
}

std::string filterText(const std::vector<FilterClause>& clauses)
{
    std::string text;
    for (const FilterClause& clause : clauses)
        text += (text.empty() ? "" : " and ") + filterText(clause);
    return text;
}

} // namespace mama
