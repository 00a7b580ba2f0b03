#include "core/library/studies/value_places.h"

#include "core/tables/cell.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mama {

std::vector<std::uint32_t> placesOf(const std::vector<std::string>& values)
{
    std::vector<double> numbers(values.size());
    std::transform(values.begin(), values.end(), numbers.begin(), [](const std::string& value) {
        return asNumber(value).value_or(std::numeric_limits<double>::infinity());
    });
    std::vector<std::uint32_t> order(values.size()), places(values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return numbers[a] != numbers[b] ? numbers[a] < numbers[b] : values[a] < values[b];
    });
    for (std::uint32_t i = 0; i < order.size(); ++i)
        places[order[i]] = values[order[i]].empty() ? 0 : i + 1;
    return places;
}

} // namespace mama
