#pragma once
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_order.h"
#include "core/library/studies/value_histogram.h"

#include <QString>
#include <memory>

namespace mama {

// What one of several models says of the studies.
struct ModelScores
{
    std::string model;                                // its name
    std::shared_ptr<const std::vector<float>> scores; // one a study of the columns
    bool operator==(const ModelScores&) const = default;
};

// What the library page asks for.
struct StudyQuestion
{
    std::string filter;
    std::string field = "date"; // sorted by
    bool descending = true;
    std::shared_ptr<const std::vector<float>> scores{}; // one a study of the columns; null: nothing was asked
    // Ids, rising, of studies that were chosen and kept: only these; null: all.
    std::shared_ptr<const std::vector<std::int64_t>> kept{};
    std::shared_ptr<const std::vector<std::int64_t>> keptImages{}; // of those, if images were chosen; null: all
    std::string histogram{};                                       // of which field; empty: none
    std::vector<ModelScores> byModel{};                            // of all that are asked, the one of `scores` too
    std::shared_ptr<const std::vector<float>> rankDifference{};    // one a study; null: not several models were asked
};

// And what it shows: one result for grid, table and facets alike.
struct StudyResult
{
    std::shared_ptr<const StudyColumns> columns;
    std::vector<FilterClause> clauses;
    std::vector<std::uint32_t> rows; // a study of the columns each, in order
    std::vector<Facet> facets;
    std::int64_t images = 0;           // of all rows
    std::optional<std::size_t> kept{}; // how many of those that were kept are in the library; empty: none were
    std::shared_ptr<const std::vector<std::int64_t>> keptImages{}; // ids, rising; null: whole studies were kept
    // Where there are no rows: of each clause, how many studies there would be without it; at last without keeping.
    std::vector<std::size_t> without;
    std::vector<UserText> warnings{}; // what the filter asks for in vain
    std::optional<ValueHistogram> histogram{};
    std::vector<std::string> numberFields{}; // that have a histogram, the score aside
};

// Error(Usage): the filter names the character that is wrong, or a field that there is none of.
StudyResult answer(const std::shared_ptr<const StudyColumns>& columns, const StudyQuestion& question);

} // namespace mama
