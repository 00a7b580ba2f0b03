#pragma once
#include <cstdint>

namespace mama {

// IEEE 754 binary16 as its bits, rounded to the nearest, ties to even; what is too large becomes infinite.
std::uint16_t halfOf(float value);
float floatOf(std::uint16_t half); // exact

} // namespace mama
