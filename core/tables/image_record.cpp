#include "core/tables/image_record.h"

#include "core/tables/cell.h"

#include <cmath>

namespace mama {

std::optional<int> biradsCategory(std::string_view letter)
{
    constexpr std::string_view letters = "ANBPSMK";
    const std::size_t category = letter.size() == 1 ? letters.find(letter) : std::string_view::npos;
    return category == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(category));
}

std::optional<int> densityCode(std::string_view cell)
{
    const auto value = asNumber(cell);
    if (!value || *value != std::floor(*value) || *value < 1 || *value > 5)
        return std::nullopt;
    return static_cast<int>(*value);
}

std::optional<int> classOf(const ClassLabels& labels, std::string_view name)
{
    const auto found = labels.find(name);
    return found == labels.end() ? std::nullopt : std::optional(found->second);
}

} // namespace mama
