#include "app/mama/end_guard.h"

#include <cstdlib>
#include <ctime>
#include <string_view>
#include <unistd.h>

namespace mama::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds idle = 2s, longest = 30s, pause = 10ms;

std::chrono::nanoseconds processorTime()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

EndGuard::EndGuard() : m_told(Clock::now()), m_busy(m_told), m_used(processorTime()) {}

bool EndGuard::hangs()
{
    const auto now = Clock::now();
    const auto used = processorTime();
    if (used - m_used > 10ms) { // looking costs less
        m_used = used;
        m_busy = now;
    }
    return now - m_busy > idle || now - m_told > longest;
}

std::jthread endIfItHangs(int status)
{
    return std::jthread([status](const std::stop_token& ended) {
        for (EndGuard guard; !ended.stop_requested(); std::this_thread::sleep_for(pause))
            if (guard.hangs())
                endByForce(status);
    });
}

void endByForce(int status)
{
    constexpr std::string_view line = "error: end: something that was waited for did not come; ended by force\n";
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) == 0);
    std::_Exit(status);
}

} // namespace mama::cli
