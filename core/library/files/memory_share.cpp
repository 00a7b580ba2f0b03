#include "core/library/files/memory_share.h"

#include "core/base/machine_memory.h"

#include <algorithm>

namespace mama {
namespace {

std::size_t usualLimit()
{
    return std::clamp(static_cast<std::size_t>(machineMemory() / 8), std::size_t{256} << 20, std::size_t{2} << 30);
}

} // namespace

MemoryShare::MemoryShare(std::size_t limit) : m_limit(limit > 0 ? limit : usualLimit()) {}

MemoryShare::Part::Part(MemoryShare& share, std::size_t bytes) : m_share(share), m_bytes(bytes)
{
    std::unique_lock lock(m_share.m_mutex);
    m_share.m_freed.wait(lock, [&] { return m_share.m_used == 0 || m_share.m_used + m_bytes <= m_share.m_limit; });
    m_share.m_used += m_bytes;
}

MemoryShare::Part::~Part()
{
    {
        const std::lock_guard lock(m_share.m_mutex);
        m_share.m_used -= m_bytes;
    }
    m_share.m_freed.notify_all();
}

} // namespace mama
