#include "core/library/studies/value_histogram.h"

#include "core/library/studies/study_order.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace mama {
namespace {

constexpr std::size_t mostBins = 30;
constexpr double notGiven = std::numeric_limits<double>::quiet_NaN();

// By code; empty: not all are numbers, or there are fewer than two.
std::vector<double> numbersOf(const StudyColumn& column)
{
    std::vector<double> numbers(column.values.size(), notGiven);
    for (std::size_t code = 1; code < numbers.size(); ++code) {
        const auto number = asNumber(column.values[code]);
        if (!number)
            return {};
        numbers[code] = *number;
    }
    return numbers.size() > 2 ? numbers : std::vector<double>();
}

// Bins for these values.
ValueHistogram binsFor(const std::vector<double>& values)
{
    ValueHistogram made;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    made.whole = true;
    for (const double value : values)
        if (!std::isnan(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
            made.whole = made.whole && value == std::floor(value) && std::abs(value) < 1e9;
        }
    if (!(low < high))
        return made;
    made.low = low;
    const double span = made.whole ? high - low + 1 : high - low;
    made.step = made.whole ? std::ceil(span / static_cast<double>(mostBins)) : span / static_cast<double>(mostBins);
    made.all.resize(made.whole ? static_cast<std::size_t>(std::ceil(span / made.step)) : mostBins);
    made.counts.resize(made.all.size());
    return made;
}

} // namespace

std::vector<std::string> numberFields(const StudyColumns& columns)
{
    std::vector<std::string> fields;
    for (const StudyColumn& column : columns.columns())
        if (!numbersOf(column).empty())
            fields.push_back(column.name);
    return fields;
}

std::optional<ValueHistogram> histogramOf(const StudyColumns& columns, const std::string& field, const StudySet& among,
                                          const std::vector<float>* scores)
{
    const bool byScore = isOfScores(field);
    const StudyColumn* column = byScore ? nullptr : columns.column(field);
    std::vector<double> values;
    if (byScore && scores)
        values.assign(scores->begin(), scores->end());
    else if (column)
        values = numbersOf(*column);
    ValueHistogram made = binsFor(values);
    if (made.all.empty())
        return std::nullopt;
    made.field = field;
    std::vector<std::uint32_t> last(made.all.size(),
                                    ~std::uint32_t{0}); // study counted in each bin; rows stand together
    const auto count = [&](std::size_t study, double value) {
        if (std::isnan(value))
            return;
        const auto bin = std::min(static_cast<std::size_t>((value - made.low) / made.step), made.all.size() - 1);
        if (std::exchange(last[bin], static_cast<std::uint32_t>(study)) == study)
            return;
        ++made.all[bin];
        made.counts[bin] += among.has(study);
    };
    if (byScore)
        for (std::size_t study = 0; study < std::min(columns.size(), values.size()); ++study)
            count(study, values[study]);
    else
        for (std::size_t row = 0; row < column->codes.size(); ++row)
            count(column->studyOf(row), values[column->codes[row]]);
    return made;
}

} // namespace mama
