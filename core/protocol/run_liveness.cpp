#include "core/protocol/run_liveness.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace mama {
namespace {

constexpr double staleAfter = 15; // seconds

bool atWork(const RunState& state)
{
    return state.status == RunStatus::Starting || state.status == RunStatus::Running ||
           state.status == RunStatus::Paused;
}

// Unix time at which a process of this host began; 0 if it cannot be told. Source: proc(5), stat field 22.
double startOf(std::int64_t pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string all((std::istreambuf_iterator<char>(stat)), {});
    const std::size_t named = all.rfind(')');
    if (named == std::string::npos)
        return 0;
    std::istringstream fields(all.substr(named + 1));
    std::string field;
    for (int number = 3; number <= 22 && fields >> field; ++number) {
    }
    std::ifstream system("/proc/stat");
    for (std::string word; system >> word;) {
        double boot = 0;
        if (word == "btime" && system >> boot)
            return boot + std::strtod(field.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    return 0;
}

// A number taken by another process since the last heartbeat does not count.
bool processRuns(const RunState& state)
{
    if (state.pid <= 0 || (::kill(static_cast<pid_t>(state.pid), 0) != 0 && errno != EPERM))
        return false;
    return startOf(state.pid) <= state.heartbeat + 2;
}

bool stale(const RunState& state) { return unixTime() - state.heartbeat > staleAfter; }

// The clock was set back since: this host's next heartbeat has the new time.
bool fromTheFuture(const RunState& state) { return state.heartbeat - unixTime() > staleAfter; }

} // namespace

bool died(const RunState& state)
{
    if (!atWork(state))
        return false;
    return state.host == hostName() ? (stale(state) || fromTheFuture(state)) && !processRuns(state) : stale(state);
}

bool mayBeAlive(const RunState& state)
{
    if (!atWork(state))
        return false;
    return state.host == hostName() ? processRuns(state) : !stale(state);
}

std::string shownStatus(const RunState& state) { return died(state) ? "died" : name(state.status); }

double unixTime() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string hostName()
{
    char buffer[256] = {};
    return ::gethostname(buffer, sizeof buffer - 1) == 0 ? buffer : "";
}

} // namespace mama
