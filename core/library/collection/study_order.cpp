#include "core/library/collection/study_order.h"

#include "core/base/error.h"
#include "core/tables/cell.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mama {
namespace {

// Numbers first, as numbers, then the others by their letters.
bool isBefore(const std::string& a, const std::string& b)
{
    const auto x = asNumber(a), y = asNumber(b);
    if (x && y && *x != *y)
        return *x < *y;
    return x.has_value() != y.has_value() ? x.has_value() : a < b;
}

// The place of each value among all; 0: "".
std::vector<std::uint32_t> placesOf(const std::vector<std::string>& values)
{
    std::vector<std::uint32_t> order(values.size()), places(values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return isBefore(values[a], values[b]); });
    for (std::uint32_t i = 0; i < order.size(); ++i)
        places[order[i]] = values[order[i]].empty() ? 0 : i + 1;
    return places;
}

std::vector<double> keysOf(const StudyColumns& columns, const StudyOrder& order)
{
    std::vector<double> keys(columns.size(), std::numeric_limits<double>::quiet_NaN());
    if (order.field == "score") {
        std::copy_n(order.scores.begin(), std::min(order.scores.size(), keys.size()), keys.begin());
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

} // namespace

std::vector<std::uint32_t> orderStudies(const StudyColumns& columns, const StudySet& studies, const StudyOrder& order)
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t study = 0; study < columns.size(); ++study)
        if (studies.has(study))
            rows.push_back(study);
    const auto byText = [&](const auto& textOf) {
        std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
            const std::string &x = textOf(a), &y = textOf(b);
            if (x.empty() || y.empty())
                return !x.empty() && y.empty();
            return order.descending ? isBefore(y, x) : isBefore(x, y);
        });
    };
    if (order.field == "study") {
        byText([&](auto study) -> const std::string& { return columns.key(study); });
    } else if (order.field == "patient") {
        byText([&](auto study) -> const std::string& { return columns.patient(study); });
    } else if (order.field == "date") {
        byText([&](auto study) -> const std::string& { return columns.date(study); });
    } else {
        const std::vector<double> keys = keysOf(columns, order);
        std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
            if (std::isnan(keys[a]) || std::isnan(keys[b]))
                return !std::isnan(keys[a]) && std::isnan(keys[b]);
            return order.descending ? keys[a] > keys[b] : keys[a] < keys[b];
        });
    }
    return rows;
}

} // namespace mama
