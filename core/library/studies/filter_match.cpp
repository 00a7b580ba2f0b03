#include "core/library/studies/filter_match.h"

#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/library/studies/filter_values.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

using Op = FilterClause::Operator;

[[noreturn]] void noField(const StudyColumns& columns, const FilterClause& clause)
{
    std::vector<std::string> names{"study", "patient", "date"};
    for (const StudyColumn& column : columns.columns())
        names.push_back(column.name);
    throw Error(
        ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
        {TextId("filter.no_field", "there is no field \"%1\": there are %2"), clause.field, filtering::listed(names)});
}

[[noreturn]] void noFieldAt(const StudyColumns& columns, const FilterClause& clause, StudyLevel level)
{
    std::vector<std::string> names{"side"};
    for (const StudyColumn& column : columns.columns())
        if (column.name != "side" && holdsAt(column, level))
            names.push_back(column.name);
    const std::string level_name = level == StudyLevel::Image     ? "an image"
                                   : level == StudyLevel::Finding ? "a finding"
                                                                  : "a breast";
    throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                {TextId("filter.no_field_at", "\"%1\" is not said of %2: there are %3"), clause.field, level_name,
                 filtering::listed(names)});
}

[[noreturn]] void noTag(const StudyColumns& columns, const FilterClause& clause)
{
    std::vector<std::string> names;
    for (const auto& [folded, tagged] : columns.tags())
        names.push_back(tagged.name);
    throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                {TextId("filter.no_tag", "there is no tag \"%1\": there are %2"), clause.values.front(),
                 filtering::listed(names)});
}

// What each part has, by all of them or by one.
template <class Of>
StudySet together(const FilterClause& clause, Of of)
{
    StudySet found = of(clause.parts.front());
    for (std::size_t i = 1; i < clause.parts.size(); ++i)
        clause.op == Op::AllOf ? found.keep(of(clause.parts[i])) : found.join(of(clause.parts[i]));
    return found;
}

bool compares(std::size_t count, Op than, std::size_t wanted)
{
    switch (than) {
    case Op::Equal: return count == wanted;
    case Op::Unequal: return count != wanted;
    case Op::Less: return count < wanted;
    case Op::LessEqual: return count <= wanted;
    case Op::Greater: return count > wanted;
    default: return count >= wanted;
    }
}

std::size_t breastOf(std::size_t study, char side) { return study * 2 + (side == 'L' ? 1 : 0); }

} // namespace

StudyLevel levelNamed(const std::string& name)
{
    return name == "image"     ? StudyLevel::Image
           : name == "finding" ? StudyLevel::Finding
           : name == "breast"  ? StudyLevel::Breast
                               : StudyLevel::Study;
}

bool holdsAt(const StudyColumn& column, StudyLevel level)
{
    return column.saidOf(level) || column.saidOf(StudyLevel::Study) ||
           (level != StudyLevel::Study && column.saidOf(StudyLevel::Breast));
}

const StudyColumn* columnAt(const StudyColumns& columns, const std::string& field, StudyLevel level)
{
    if (level == StudyLevel::Finding && field == "kind")
        if (const StudyColumn* kinds = columns.column("finding_kind"))
            return kinds;
    return columns.column(field);
}

std::size_t FilterMatch::count(StudyLevel level) const
{
    return level == StudyLevel::Study    ? m_columns.size()
           : level == StudyLevel::Breast ? m_columns.size() * 2
                                         : m_columns.items(level).study.size();
}

std::size_t FilterMatch::studyOf(StudyLevel level, std::size_t item) const
{
    return level == StudyLevel::Breast ? item / 2 : m_columns.items(level).study[item];
}

// A breast is there when an image, a finding or a label is of it.
StudySet FilterMatch::thereAre(StudyLevel level) const
{
    if (level != StudyLevel::Breast)
        return StudySet(count(level), true);
    StudySet found(count(level));
    for (const StudyLevel below : {StudyLevel::Image, StudyLevel::Finding}) {
        const StudyItems& items = m_columns.items(below);
        for (std::size_t i = 0; i < items.study.size(); ++i)
            for (const char side : {'R', 'L'})
                if (items.side[i] == side || items.side[i] == 'B')
                    found.add(breastOf(items.study[i], side));
    }
    for (const StudyColumn& column : m_columns.columns())
        for (std::size_t row = 0; column.saidOf(level) && row < column.codes.size(); ++row)
            if (column.codes[row] != 0 && column.levelOf(row) == level)
                found.add(column.itemOf(row));
    return found;
}

// What holds for a study or a breast holds for each of its images and findings; one of both breasts or of an unsaid
// side has what either has.
void FilterMatch::addItems(StudySet& found, const StudySet& studies, const StudySet& breasts, StudyLevel level) const
{
    for (std::size_t item = 0; item < found.size(); ++item) {
        const std::size_t study = studyOf(level, item);
        bool has = studies.has(study);
        if (!has && level != StudyLevel::Breast) {
            const char side = m_columns.items(level).side[item];
            has = (side != 'L' && breasts.has(breastOf(study, 'R'))) ||
                  (side != 'R' && breasts.has(breastOf(study, 'L')));
        }
        if (has)
            found.add(item);
    }
}

// A finding of both breasts has either side.
StudySet FilterMatch::itemsBySide(const FilterClause& clause, StudyLevel level) const
{
    StudySet found(count(level));
    for (std::size_t item = 0; item < found.size(); ++item) {
        const char side = level == StudyLevel::Finding ? m_columns.items(level).side[item] : item % 2 ? 'L' : 'R';
        const auto fits = [&](const char* value) { return filtering::holds(clause, value, filtering::comparedText); };
        if (side == 'B' ? fits("R") || fits("L") || fits("B") : fits(side == ' ' ? "" : side == 'L' ? "L" : "R"))
            found.add(item);
    }
    return found;
}

StudySet FilterMatch::itemsByColumn(const FilterClause& clause, StudyLevel level) const
{
    const StudyColumn* column = columnAt(m_columns, clause.field, level);
    if (!column)
        noField(m_columns, clause);
    if (!holdsAt(*column, level))
        noFieldAt(m_columns, clause, level);
    filtering::checkValues(clause, *column, m_warnings);
    const bool missing = clause.op == Op::Missing;
    const std::vector<char> fits = filtering::fittingCodes(clause, *column);
    StudySet found(count(level)), studies(m_columns.size()), breasts(m_columns.size() * 2);
    for (std::size_t row = 0; row < column->codes.size(); ++row) {
        if (missing ? column->codes[row] == 0 : !fits[column->codes[row]])
            continue;
        const StudyLevel said = column->levelOf(row);
        if (said == level)
            found.add(column->itemOf(row));
        else if (said == StudyLevel::Study)
            studies.add(column->itemOf(row));
        else if (said == StudyLevel::Breast)
            breasts.add(column->itemOf(row));
    }
    addItems(found, studies, breasts, level);
    if (missing)
        found.invert();
    return found;
}

StudySet FilterMatch::items(const FilterClause& clause, StudyLevel level) const
{
    StudySet found;
    if (clause.op == Op::AllOf || clause.op == Op::OneOf) {
        found = together(clause, [&](const FilterClause& part) { return items(part, level); });
    } else if (clause.op == Op::Tagged || clause.field == "score" || m_columns.places(clause.field)) {
        found = StudySet(count(level));
        addItems(found, plainStudies(clause), StudySet(m_columns.size() * 2), level);
    } else if (clause.field == "side" && level != StudyLevel::Image) {
        found = itemsBySide(clause, level);
    } else {
        found = itemsByColumn(clause, level);
    }
    if (clause.negated)
        found.invert();
    return found;
}

StudySet FilterMatch::quantified(const FilterClause& clause) const
{
    const StudyLevel level = levelNamed(clause.level);
    const StudySet there = thereAre(level);
    StudySet fit = there;
    for (const FilterClause& part : clause.parts)
        fit.keep(items(part, level));
    StudySet found(m_columns.size());
    if (clause.op == Op::Any || clause.op == Op::None) {
        for (std::size_t item = 0; item < fit.size(); ++item)
            if (fit.has(item))
                found.add(studyOf(level, item));
        if (clause.op == Op::None)
            found.invert();
        return found;
    }
    std::vector<std::uint32_t> fits(m_columns.size()), all(m_columns.size());
    for (std::size_t item = 0; item < fit.size(); ++item) {
        fits[studyOf(level, item)] += fit.has(item);
        all[studyOf(level, item)] += there.has(item);
    }
    const std::size_t wanted = clause.op == Op::Count ? std::stoul(clause.values.front()) : 0;
    for (std::size_t study = 0; study < found.size(); ++study)
        if (clause.op == Op::Count ? compares(fits[study], clause.than, wanted)
                                   : all[study] > 0 && fits[study] == all[study])
            found.add(study);
    return found;
}

// By what the sentence that was asked gives it.
const std::vector<float>& FilterMatch::scoresFor(const FilterClause& clause) const
{
    if (clause.model.empty()) {
        if (!m_means.scores)
            throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                        {TextId("filter.no_score", "there is no score, since no sentence is asked")});
        return *m_means.scores;
    }
    std::string names;
    for (const FilterMeans::OfModel& each : m_means.byModel) {
        if (asciiFolded(each.model) == asciiFolded(clause.model))
            return *each.scores;
        names += (names.empty() ? "" : ", ") + each.model;
    }
    throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                names.empty()
                    ? UserText{TextId("filter.no_model_scores",
                                      "there is no score of a named model, since not several of them are asked")}
                    : UserText{TextId("filter.other_model", "no score is of the model \"%1\": there are those of %2"),
                               clause.model, names});
}

StudySet FilterMatch::byScore(const FilterClause& clause) const
{
    const std::vector<float>& scores = scoresFor(clause);
    std::vector<double> bounds;
    for (const std::string& value : clause.values) {
        const auto number = asNumber(value);
        if (!number)
            throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                        {TextId("filter.no_score_number", "\"%1\" is no number, and the values of %2 are numbers"),
                         value, "score"});
        bounds.push_back(*number);
    }
    const auto fits = [&](double score) {
        switch (clause.op) {
        case Op::Less: return score < bounds[0];
        case Op::LessEqual: return score <= bounds[0];
        case Op::Greater: return score > bounds[0];
        case Op::GreaterEqual: return score >= bounds[0];
        case Op::Between: return score >= bounds[0] && score <= bounds[1];
        case Op::Missing: return std::isnan(score);
        default:
            throw Error(ErrorCode::Usage, {filtering::action}, filtering::placeOf(clause),
                        {TextId("filter.score_sign", "a score is compared by <, <=, >, >= or between")});
        }
    };
    StudySet found(m_columns.size());
    for (std::size_t study = 0; study < found.size() && study < scores.size(); ++study)
        if (fits(static_cast<double>(scores[study])))
            found.add(study);
    return found;
}

// By a study's key, its patient's or its date: too many values for a facet.
StudySet FilterMatch::byKey(const FilterClause& clause) const
{
    const bool byDate = clause.field == "date";
    if (byDate && clause.op != Op::Missing)
        filtering::checkDates(clause);
    StudySet found(m_columns.size());
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const std::string& value = byDate                    ? m_columns.date(i)
                                   : clause.field == "study" ? m_columns.key(i)
                                                             : m_columns.patient(i);
        if (filtering::holds(clause, value, byDate ? filtering::comparedDates : filtering::comparedKeys))
            found.add(i);
    }
    if (found.count() == 0 && clause.op == Op::Equal)
        m_warnings.push_back({TextId("filter.no_such_key", "no study has %1 %2"), clause.field, clause.values.front()});
    return found;
}

StudySet FilterMatch::plainStudies(const FilterClause& clause) const
{
    if (clause.op == Op::AllOf || clause.op == Op::OneOf)
        return together(clause, [&](const FilterClause& part) { return studies(part); });
    if (!clause.level.empty())
        return quantified(clause);
    if (clause.op == Op::Tagged) {
        const StudySet* tagged = m_columns.tag(clause.values.front());
        if (!tagged)
            noTag(m_columns, clause);
        return *tagged;
    }
    if (clause.field == "score")
        return byScore(clause);
    if (m_columns.places(clause.field))
        return byKey(clause);
    const StudyColumn* column = m_columns.column(clause.field);
    if (!column)
        noField(m_columns, clause);
    filtering::checkValues(clause, *column, m_warnings);
    const bool missing = clause.op == Op::Missing; // no row at all, or none with a value
    const std::vector<char> fits = filtering::fittingCodes(clause, *column);
    StudySet found(m_columns.size());
    for (std::size_t row = 0; row < column->codes.size(); ++row)
        if (missing ? column->codes[row] != 0 : fits[column->codes[row]])
            found.add(column->studyOf(row));
    if (missing)
        found.invert();
    return found;
}

StudySet FilterMatch::studies(const FilterClause& clause) const
{
    StudySet found = plainStudies(clause);
    if (clause.negated)
        found.invert();
    return found;
}

} // namespace mama
