#include "core/training/losses/peak_memory.h"

#include "core/base/error.h"

#include <fstream>
#include <malloc.h>
#include <string>

namespace mama {
namespace {

double statusBytes(const std::string& key)
{
    std::ifstream file("/proc/self/status");
    std::string word;
    double kib = 0;
    while (file >> word)
        if (word == key && file >> kib)
            return kib * 1024;
    throw Error(ErrorCode::Unsupported, "measure memory", "/proc/self/status", "tells no " + key);
}

} // namespace

PeakMemory::PeakMemory()
{
    ::malloc_trim(0); // what was freed before does not count, nor does it serve what follows unseen
    std::ofstream reset("/proc/self/clear_refs");
    if (!(reset << "5" << std::flush))
        throw Error(ErrorCode::Unsupported, "measure memory", "/proc/self/clear_refs", "cannot be written");
    m_before = statusBytes("VmRSS:");
}

double PeakMemory::peakBytes() const { return highestBytes() - m_before; }

double PeakMemory::highestBytes() const { return statusBytes("VmHWM:"); }

} // namespace mama
