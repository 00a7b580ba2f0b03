#include "core/library/studies/study_order.h"

#include "core/base/error.h"
#include "core/library/studies/value_places.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mama {
namespace {

std::vector<double> keysOf(const StudyColumns& columns, const StudyOrder& order)
{
    std::vector<double> keys(columns.size(), std::numeric_limits<double>::quiet_NaN());
    if (isOfScores(order.field)) {
        std::copy_n(order.scores.begin(), std::min(order.scores.size(), keys.size()), keys.begin());
    } else if (const StudyPlaces* known = columns.places(order.field)) {
        for (std::size_t study = 0; study < keys.size(); ++study)
            if (const std::uint32_t place = known->of(study))
                keys[study] = place;
    } else if (const StudyColumn* column = columns.column(order.field)) {
        const auto places = placesOf(column->values);
        for (std::size_t row = 0; row < column->codes.size(); ++row)
            if (const std::uint16_t code = column->codes[row])
                keys[column->studyOf(row)] = std::fmax(keys[column->studyOf(row)], places[code]);
    } else {
        throw Error(ErrorCode::Usage, {TextId("library.sort", "sort")}, order.field,
                    {TextId("library.no_sort_field", "there is no field of this name")});
    }
    return keys;
}

constexpr std::string_view ofModel = "score:";

} // namespace

bool isOfScores(std::string_view field)
{
    return field == "score" || field.starts_with(ofModel) || field == rankDifference;
}

std::string scoreField(std::string_view model) { return std::string(ofModel).append(model); }

std::optional<std::string> modelOfScore(std::string_view field)
{
    return field.starts_with(ofModel) ? std::optional(std::string(field.substr(ofModel.size()))) : std::nullopt;
}

std::vector<std::uint32_t> orderStudies(const StudyColumns& columns, const StudySet& studies, const StudyOrder& order)
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t study = 0; study < columns.size(); ++study)
        if (studies.has(study))
            rows.push_back(study);
    const std::vector<double> keys = keysOf(columns, order);
    std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
        if (std::isnan(keys[a]) || std::isnan(keys[b]))
            return !std::isnan(keys[a]) && std::isnan(keys[b]);
        return order.descending ? keys[a] > keys[b] : keys[a] < keys[b];
    });
    return rows;
}

} // namespace mama
