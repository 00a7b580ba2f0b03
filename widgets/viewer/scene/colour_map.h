#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace mama::viewer {

// Even: dark blue to yellow, lightness rising evenly. Heat: dark red to light yellow. Diverging: blue, grey, red.
enum class ColourMap { Even, Heat, Diverging };
const char* name(ColourMap map); // "even", "heat", "diverging"

// 256 sRGB colours whose steps in CIELAB are equal (Even, Heat: over the map; Diverging: over each half).
const std::vector<std::array<std::uint8_t, 3>>& colours(ColourMap map);

} // namespace mama::viewer
