#pragma once
#include <chrono>
#include <thread>

namespace mama::cli {

// Watches a program that was told to end: one that waits for something that does not come (a file system that hangs,
// the other end of a pipe) uses no processor time, and is not waited for. One that computes is given longer.
class EndGuard
{
public:
    EndGuard();
    // To be asked several times a second: whether it is time to end the program by force.
    bool hangs();

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_told, m_busy; // told to end; last seen at work
    std::chrono::nanoseconds m_used;
};

// While it stands, the program ends with this status if it hangs.
std::jthread endIfItHangs(int status);

// The last line of a program that hangs, and its end.
[[noreturn]] void endByForce(int status);

} // namespace mama::cli
