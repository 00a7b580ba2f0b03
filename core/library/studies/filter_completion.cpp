#include "core/library/studies/filter_completion.h"

#include "core/base/folded_text.h"
#include "core/library/studies/filter_expectation.h"
#include "core/library/studies/filter_match.h"
#include "core/library/studies/study_order.h"

#include <algorithm>
#include <numeric>

namespace mama {
namespace {

constexpr std::size_t most = 200; // candidates

bool inWord(char c) { return isFilterWord(std::string_view(&c, 1)); }

// Where what is being typed at the cursor begins: a word, or an open quote.
std::size_t beginOfTyped(std::string_view text, std::size_t cursor)
{
    std::size_t quote = text.npos;
    for (std::size_t i = 0; i < cursor; ++i)
        if (text[i] == '"')
            quote = quote == text.npos ? i : text.npos;
    if (quote != text.npos)
        return quote;
    std::size_t begin = cursor;
    while (begin > 0 && inWord(text[begin - 1]))
        --begin;
    return begin;
}

class Candidates
{
public:
    explicit Candidates(std::string_view typed) : m_typed(asciiFolded(std::string(typed))) {}

    // also: another text that what is typed may be part of.
    void add(std::string text, std::string note = {}, const std::string& also = {})
    {
        const std::size_t at = asciiFolded(text).find(m_typed);
        if (at != std::string::npos || asciiFolded(also).find(m_typed) != std::string::npos)
            (at == 0 ? m_first : m_later).push_back({std::move(text), std::move(note)});
    }
    // Those that begin so before those that hold it.
    std::vector<FilterCandidate> taken()
    {
        std::move(m_later.begin(), m_later.end(), std::back_inserter(m_first));
        m_first.resize(std::min(m_first.size(), most));
        return std::move(m_first);
    }

private:
    std::string m_typed;
    std::vector<FilterCandidate> m_first, m_later;
};

void addFields(Candidates& found, const StudyColumns& columns, const FilterExpectation& expected,
               std::span<const std::string> models)
{
    const StudyLevel level = levelNamed(expected.level);
    if (level == StudyLevel::Finding && columns.column("finding_kind"))
        found.add("kind ");
    if (!expected.level.empty() && level != StudyLevel::Image)
        found.add("side ");
    for (const StudyColumn& column : columns.columns())
        if (expected.level.empty() || holdsAt(column, level))
            found.add(filterWord(column.name) + " ");
    for (const char* key : {"study ", "patient ", "date ", "score "})
        found.add(key);
    for (const std::string& model : models)
        found.add(scoreField(filterWord(model)) + " ");
    if (!columns.tags().empty())
        found.add("tag:");
    found.add("not ");
    found.add("missing(");
    if (expected.level.empty())
        for (const char* quantifier : {"any(", "all(", "none(", "count("})
            found.add(quantifier);
}

void addValues(Candidates& found, const StudyColumns& columns, const FilterExpectation& expected)
{
    const StudyColumn* column = columnAt(columns, expected.field, levelNamed(expected.level));
    if (!column)
        return;
    std::vector<std::size_t> counts(column->values.size()), order(column->values.size());
    for (const std::uint16_t code : column->codes)
        ++counts[code];
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    for (const std::size_t code : order)
        if (code != 0)
            found.add(filterWord(column->values[code]), std::string(column->meaning(code)),
                      std::string(column->meaning(code)));
}

void addJoiners(Candidates& found, int open)
{
    found.add("and ");
    found.add("or ");
    if (open > 0)
        found.add(")");
}

void addExpected(Candidates& found, const StudyColumns& columns, const FilterExpectation& expected,
                 std::span<const std::string> models)
{
    using Kind = FilterExpectation;
    const auto addAll = [&](std::initializer_list<const char*> texts) {
        for (const char* text : texts)
            found.add(text);
    };
    switch (expected.kind) {
    case Kind::Field: return addFields(found, columns, expected, models);
    case Kind::MissingField:
        for (const StudyColumn& column : columns.columns())
            found.add(filterWord(column.name) + ")");
        return found.add("date)");
    case Kind::Sign: return addAll({"= ", "!= ", "< ", "<= ", "> ", ">= ", "~ ", "in (", "between "});
    case Kind::CountSign: return addAll({">= ", "> ", "= ", "!= ", "< ", "<= "});
    case Kind::Value: return addValues(found, columns, expected);
    case Kind::List: return addAll({"("});
    case Kind::ListEnd: return addAll({", ", ")"});
    case Kind::And: return addAll({"and "});
    case Kind::Tag:
        for (const auto& [folded, tagged] : columns.tags())
            found.add(filterWord(tagged.name));
        return;
    case Kind::Level: return addAll({"finding: ", "image: ", "breast: "});
    case Kind::Joiner: return addJoiners(found, expected.open);
    case Kind::Model:
        for (const std::string& model : models)
            found.add(filterWord(model) + " ");
        return;
    case Kind::Number:
    case Kind::Nothing: return;
    }
}

} // namespace

FilterCompletion completeFilter(const StudyColumns& columns, std::string_view text, std::size_t cursor,
                                std::span<const std::string> models)
{
    FilterCompletion made;
    cursor = std::min(cursor, text.size());
    made.begin = beginOfTyped(text, cursor);
    made.end = cursor;
    const bool quoted = made.begin < cursor && text[made.begin] == '"';
    while (made.end < text.size() && !quoted && inWord(text[made.end]))
        ++made.end;
    const FilterExpectation expected = expectedAfter(text.substr(0, made.begin));
    Candidates found(text.substr(made.begin, cursor - made.begin).substr(quoted ? 1 : 0));
    addExpected(found, columns, expected, models);
    made.candidates = found.taken();
    made.asked = made.begin == cursor && expected.kind != FilterExpectation::Value &&
                 expected.kind != FilterExpectation::Tag && expected.kind != FilterExpectation::Level &&
                 expected.kind != FilterExpectation::Model;
    return made;
}

} // namespace mama
