// The handler of a signal knows nothing but what is global: the list of ranges here is the one exception to the rule
// against it. A range is never freed, only used again, so that the handler may walk the list without a lock.
#include "core/base/bus_guard.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

namespace mama {

struct BusGuard::Range
{
    std::atomic<std::uintptr_t> begin{0}, end{0}; // 0: not in use
    std::atomic<bool> cut{false};
    Range* next = nullptr; // of all; set once
    Range* free = nullptr; // of those not in use
};

struct BusHandler
{
    using Range = BusGuard::Range;

    inline static std::atomic<Range*> all{nullptr};
    inline static Range* unused = nullptr; // under `mutex`
    inline static std::mutex mutex;
    inline static struct sigaction former;
    inline static std::uintptr_t page = 4096;

    static void install()
    {
        page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        struct sigaction own
        {
        };
        own.sa_sigaction = &handle;
        own.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&own.sa_mask);
        ::sigaction(SIGBUS, &own, &former);
    }

    // Async-signal-safe: atomics and one system call. What lies behind the cut is gone as well: one mapping for all of
    // it, else each page would become one.
    static void handle(int signal, siginfo_t* info, void* context)
    {
        const int kept = errno;
        const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
        for (Range* range = info->si_code > 0 ? all.load(std::memory_order_acquire) : nullptr; range;
             range = range->next) {
            const std::uintptr_t begin = range->begin.load(), end = range->end.load();
            if (begin == 0 || at < begin || at >= end)
                continue;
            const std::uintptr_t from = at / page * page;
            if (::mmap(reinterpret_cast<void*>(from), end - from, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
                break;
            range->cut.store(true);
            errno = kept;
            return;
        }
        errno = kept;
        if ((former.sa_flags & SA_SIGINFO) != 0 && former.sa_sigaction)
            former.sa_sigaction(signal, info, context);
        else
            ::sigaction(SIGBUS, &former, nullptr); // met again after the return, and as it would have been without us
    }
};

BusGuard::BusGuard(const void* begin, std::size_t size)
{
    static std::once_flag installed;
    std::call_once(installed, &BusHandler::install);
    {
        const std::lock_guard lock(BusHandler::mutex);
        m_range = BusHandler::unused;
        if (m_range) {
            BusHandler::unused = m_range->free;
        } else {
            m_range = new Range;
            m_range->next = BusHandler::all.load();
            BusHandler::all.store(m_range, std::memory_order_release);
        }
    }
    const auto first = reinterpret_cast<std::uintptr_t>(begin);
    m_range->cut.store(false);
    m_range->end.store((first + size + BusHandler::page - 1) / BusHandler::page * BusHandler::page);
    m_range->begin.store(first);
}

BusGuard::~BusGuard()
{
    m_range->begin.store(0);
    const std::lock_guard lock(BusHandler::mutex);
    m_range->free = BusHandler::unused;
    BusHandler::unused = m_range;
}

bool BusGuard::isCut() const { return m_range->cut.load(); }

} // namespace mama
