#include "core/training/loop/process_load.h"

#include <chrono>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace mama {
namespace {

double wallSeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

ProcessLoad::ProcessLoad() : m_wall(wallSeconds()), m_cpu(cpuSeconds()) {}

double ProcessLoad::cores()
{
    const double wall = wallSeconds(), cpu = cpuSeconds();
    const double used = wall > m_wall ? (cpu - m_cpu) / (wall - m_wall) : 0;
    m_wall = wall;
    m_cpu = cpu;
    return used;
}

double ProcessLoad::memoryMb()
{
    std::ifstream file("/proc/self/statm");
    double all = 0, resident = 0;
    if (!(file >> all >> resident))
        return 0;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

} // namespace mama
