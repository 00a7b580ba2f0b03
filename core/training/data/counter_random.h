#pragma once
#include <cstdint>
#include <initializer_list>

namespace mama {

// Random numbers as a pure function of what they are for (seed, purpose, epoch or sample): nothing to save, and the
// same from any thread. SplitMix64 (Steele, Lea, Flood 2014) over a mixed start.
class CounterRandom
{
public:
    using result_type = std::uint64_t;
    explicit CounterRandom(std::initializer_list<std::uint64_t> counters)
    {
        for (const std::uint64_t counter : counters)
            m_state = mix(m_state ^ mix(counter + 0x9E3779B97F4A7C15ULL)) + counter;
    }
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~std::uint64_t{0}; }
    result_type operator()() { return mix(m_state += 0x9E3779B97F4A7C15ULL); }

    double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; } // [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    std::uint64_t below(std::uint64_t count) // 0 to count - 1; the bias for counts below 2^32 is under 2^-32
    {
        return (*this)() % count;
    }

private:
    static std::uint64_t mix(std::uint64_t z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    std::uint64_t m_state = 0;
};

// What the numbers are for, so that no two uses share them.
enum class RandomPurpose : std::uint64_t { Split = 1, Subset, Order, Pair, Caption, FirstView, SecondView, Model };

} // namespace mama
