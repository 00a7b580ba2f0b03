#include "core/weights/families/tower_reader.h"

#include <algorithm>

namespace mama::weights {

std::int64_t TowerReader::heads(std::int64_t width, const std::vector<std::string>& keys, std::int64_t headWidth)
{
    width = std::max<std::int64_t>(width, 1);
    std::int64_t assumed = std::max<std::int64_t>(1, width / headWidth);
    while (width % assumed != 0)
        --assumed;
    const auto found = told<std::int64_t>("heads", keys, assumed, "weights do not show it; name it with --config");
    if (found < 1 || width % found != 0) {
        problem(
            {TextId("weights.tower_s_width_cannot_divided", "the %1 tower's width %2 cannot be divided among %3 heads"),
             m_section, width, found});
        return 1;
    }
    return found;
}

} // namespace mama::weights
