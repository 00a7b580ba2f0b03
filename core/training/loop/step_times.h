#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace mama {

// How long the last 100 steps took, and what that says of those to come.
class StepTimes
{
public:
    void add(double seconds);
    // Seconds to go, low and high: the fast and the slow tenth of the last steps, with `between` spent between two of
    // them. Empty before the fifth.
    std::optional<std::pair<double, double>> toGo(std::int64_t steps, double between) const;

private:
    std::deque<double> m_last;
};

// ", loss 2.35, about 12 min to go: step", for a line that the steps' numbers follow.
std::string progressText(double loss, const std::optional<std::pair<double, double>>& toGo);

} // namespace mama
