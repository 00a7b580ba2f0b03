#pragma once
#include "core/base/user_text.h"
#include "core/library/studies/study_columns.h"

namespace mama {

// A comparison of a filter, or several of them as one.
struct FilterClause
{
    std::string field; // a column's name; "study", "patient", "date"; "tag"; empty: of several
    enum Operator {
        Equal,
        Unequal,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        In,
        Contains,
        Missing,
        Tagged,
        Between, // both ends are in it
        AllOf,   // parts joined by "and"
        OneOf,   // parts joined by "or"
        Any,     // of the study's images, findings or breasts (level) one fits every part
        All,     // there are some, and each does
        None,    // none does
        Count    // so many do: than, values.front()
    } op = Equal;
    std::vector<std::string> values;
    bool negated = false;
    std::size_t at = 0; // of its first character
    std::vector<FilterClause> parts{};
    std::string level{}; // "image", "finding", "breast"
    Operator than = GreaterEqual;
    std::string model{}; // of score:MODEL, whose; empty: that of the sentence that is asked
};

// "density in (c, d) and birads >= 4 and not tag:seen and vendor ~ hologic and (missing(cancer) or age between 40 and
// 49)": comparisons joined by "and", which binds closer, and "or". "any(finding: kind = mass and birads >= 4)" is of
// one and the same finding; all, none and "count(image: view = CC) > 2" likewise, of findings, images or breasts, where
// fields of the study, and for findings and images of their breast, hold too; kind is a finding's there. Words with
// other characters than letters, digits and _.+- are put in double quotes. Numbers compare as numbers, else letter by
// letter, case does not matter; a quote inside quotes is written twice. A field of images, breasts or findings means
// any of a study's. A code is also found by what a legend says it means (= oval). Of several: "birads < 4" keeps a
// study that has 4 too, "not birads >= 4" does not. study and patient are their keys, date is as text, 2015-02-01.
// score is that of the sentence that was asked, score:"model b" by the embeddings of one of several models.
// Error(Usage) names the character, what stands there and what was expected; an empty text is no clause.
std::vector<FilterClause> parseFilter(std::string_view text); // joined by "and"
// What parseFilter() reads as these clauses.
std::string filterText(const std::vector<FilterClause>& clauses);
std::string filterText(const FilterClause& clause);
bool isFilterWord(std::string_view text);         // without a character that has a meaning
std::string filterWord(const std::string& value); // in quotes where it needs them

struct FacetValue
{
    std::string value; // "" = not given
    std::size_t count = 0, all = 0;
    std::string means{}; // of a code, as a legend says
};

struct Facet
{
    std::string field;
    std::vector<FacetValue> values; // most frequent first
};

struct FilterResult
{
    StudySet studies;
    std::vector<Facet> facets;        // "if I clicked this": other fields' clauses applied, the own not
    std::vector<UserText> warnings{}; // of a value that a field does not have, with those there are
};

// What a filter looks at beside the columns.
struct FilterMeans
{
    const StudySet* inside = nullptr; // only these count, for studies and facets; null: all
    // What "score > 0.2" compares, one a study, NaN: it has none; null: no sentence was asked, and such a clause is an
    // Error(Usage).
    const std::vector<float>* scores = nullptr;
    struct OfModel
    {
        std::string model; // its name
        const std::vector<float>* scores = nullptr;
    };
    std::vector<OfModel> byModel{}; // what "score:NAME > 0.2" compares; a name may stand with any case
};

// Error(Usage) names a field or tag that there is none of, with those there are, or the place where a number or a date
// was expected. facets: also count.
FilterResult filterStudies(const StudyColumns& columns, const std::vector<FilterClause>& clauses, bool facets,
                           const FilterMeans& means = {});
bool usesScore(const FilterClause& clause); // or one of its parts does

} // namespace mama
