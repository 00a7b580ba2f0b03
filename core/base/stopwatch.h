#pragma once
#include <chrono>

namespace mama {

// Wall time since it was made.
class Stopwatch
{
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count(); }
    double milliseconds() const { return 1000 * seconds(); }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace mama
