#include "core/protocol/run_liveness.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace mama {
namespace {

constexpr double staleAfter = 15; // seconds

bool atWork(const RunState& state)
{
    return state.status == RunStatus::Starting || state.status == RunStatus::Running ||
           state.status == RunStatus::Paused;
}

std::string lineOf(const std::string& file)
{
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// Fields of a process of this host, from the third on, which is its state; empty: there is none. Source: proc(5).
std::vector<std::string> statOf(std::int64_t pid)
{
    const std::string all = lineOf("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t named = all.rfind(')');
    std::istringstream fields(named == std::string::npos ? "" : all.substr(named + 1));
    return {std::istream_iterator<std::string>(fields), {}};
}

constexpr std::size_t stateField = 0, startField = 19; // the 3rd and the 22nd

// One that has ended and that nobody has asked for its end is no process at work.
bool isOver(const std::vector<std::string>& stat)
{
    return stat.size() <= startField || stat[stateField] == "Z" || stat[stateField] == "X";
}

// Unix time at which it began; 0 if it cannot be told.
double startOf(const std::vector<std::string>& stat)
{
    std::ifstream system("/proc/stat");
    for (std::string word; system >> word;) {
        double boot = 0;
        if (word == "btime" && system >> boot)
            return boot + std::strtod(stat[startField].c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    return 0;
}

// Whether it may be a training run: of another program's state that tells no more than a number, which any process of
// the system may have by now.
bool trains(std::int64_t pid)
{
    const std::string place = "/proc/" + std::to_string(pid);
    std::error_code failed;
    const auto program = std::filesystem::read_symlink(place + "/exe", failed);
    return lineOf(place + "/comm") == "mama" ||
           (!failed && program == std::filesystem::read_symlink("/proc/self/exe", failed));
}

// Where a process's number means something: until the next boot, and in one container.
std::string numbersHere()
{
    char space[64] = {};
    if (::readlink("/proc/self/ns/pid", space, sizeof space - 1) <= 0)
        return {};
    return lineOf("/proc/sys/kernel/random/boot_id") + ' ' + space;
}

bool stale(const RunState& state) { return unixTime() - state.heartbeat > staleAfter; }

// A number that another process has now does not count.
bool processRuns(const RunState& state)
{
    if (state.pid <= 0)
        return false;
    const std::string here = numbersHere();
    const bool told = !state.process.empty() && !here.empty();
    if (told && !state.process.starts_with(here + ' ')) // in another container, or before the last boot
        return state.process.substr(0, state.process.find(' ')) == here.substr(0, here.find(' ')) && !stale(state);
    const std::vector<std::string> stat = statOf(state.pid);
    if (isOver(stat))
        return false;
    if (told)
        return state.process == here + ' ' + stat[startField];
    return startOf(stat) <= state.heartbeat + 2 && (!stale(state) || trains(state.pid));
}

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

std::string processMark()
{
    const std::string here = numbersHere();
    const std::vector<std::string> stat = statOf(::getpid());
    return here.empty() || isOver(stat) ? std::string() : here + ' ' + stat[startField];
}

double unixTime() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string hostName()
{
    char buffer[256] = {};
    return ::gethostname(buffer, sizeof buffer - 1) == 0 ? buffer : "";
}

} // namespace mama
