#include "core/library/collection/label_scale.h"

#include <string_view>

namespace mama {

ScaledValue onScale(const std::string& task, const std::string& value)
{
    const auto isOneOf = [&](std::string_view scale) {
        return value.size() == 1 && scale.find(value.front()) != std::string_view::npos;
    };
    if (task == "birads" && !isOneOf("0123456"))
        return {value, {TextId("library.no_birads", "a BI-RADS assessment is 0, 1, 2, 3, 4, 5 or 6")}};
    if (task == "cancer" && !isOneOf("01"))
        return {value, {TextId("library.no_cancer", "cancer is 0 (no) or 1 (yes)")}};
    if (task != "density")
        return {value};
    if (!isOneOf("ABCDabcd"))
        return {value, {TextId("library.no_density", "a breast density is A, B, C or D")}};
    return {{static_cast<char>(value.front() & ~0x20)}};
}

} // namespace mama
