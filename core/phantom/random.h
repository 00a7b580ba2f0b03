#pragma once
#include <cstdint>

namespace mama::phantom {

// Bits of a number that look unrelated to it (SplitMix64's finaliser).
constexpr std::uint64_t mix(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// Integers and own distributions: the standard library's differ from one maker to the next.
class Random
{
public:
    explicit Random(std::uint64_t seed, std::uint64_t purpose = 0) : m_state(mix(seed ^ mix(purpose))) {}
    std::uint64_t bits() { return mix(m_state++); }
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    int below(int n) { return static_cast<int>(uniform() * n); }
    double normal() // Irwin-Hall: mean 0, variance 1, never beyond 6
    {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += uniform();
        return sum;
    }

private:
    std::uint64_t m_state;
};

} // namespace mama::phantom
