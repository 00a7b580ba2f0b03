#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>

namespace mama {

// Random numbers by their places: no state, so that neither threads nor the order of work change them. SplitMix64's
// output function (Steele, Lea and Flood 2014).
class RandomPlaces
{
public:
    explicit RandomPlaces(std::uint64_t seed) : m_start(mixed(seed + step)) {}
    std::uint64_t at(std::uint64_t place) const { return mixed(m_start + (place + 1) * step); }

private:
    static constexpr std::uint64_t step = 0x9E3779B97F4A7C15;
    static std::uint64_t mixed(std::uint64_t x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }
    std::uint64_t m_start;
};
inline std::uint64_t randomAt(std::uint64_t seed, std::uint64_t place) { return RandomPlaces(seed).at(place); }

// 0 to below count (2^32 at most), as evenly as 2^32 numbers allow.
inline std::uint32_t randomBelow(std::uint64_t bits, std::uint64_t count)
{
    return static_cast<std::uint32_t>((bits >> 32) * count >> 32);
}

// Standard normal, by Box and Muller from places 2 n and 2 n + 1.
inline double normalAt(std::uint64_t seed, std::uint64_t place)
{
    const auto uniform = [&](std::uint64_t at) { // above 0, up to 1
        return (static_cast<double>(randomAt(seed, at) >> 11) + 1) * 0x1p-53;
    };
    return std::sqrt(-2 * std::log(uniform(2 * place))) * std::cos(2 * std::numbers::pi * uniform(2 * place + 1));
}

} // namespace mama
