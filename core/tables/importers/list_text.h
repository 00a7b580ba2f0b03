#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lists that data frames wrote as text. Read by their form; nothing is ever evaluated.
namespace mama {

// "['Mass', "Suspicious Calcification"]": quoted words, blanks around them; empty optional: no such list.
std::optional<std::vector<std::string>> readWordList(std::string_view text);

// Regions of EMBED, each y0, x0, y1, x1: "()", "((1, 2, 3, 4),)", "[[[1, 2, 3, 4]], [[...]]]"; brackets of both kinds.
// Empty optional: no such list. Whether a box is a good one is not asked here.
using RoiBox = std::array<double, 4>;
std::optional<std::vector<RoiBox>> readRois(std::string_view text);

} // namespace mama
