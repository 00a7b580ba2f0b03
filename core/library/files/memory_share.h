#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace mama {

// How much memory images may take that several threads decode at once. Who asks for more than there is waits until
// others have finished; one alone may always.
class MemoryShare
{
public:
    // limit 0: an eighth of this machine's memory, at least 256 MiB and at most 2 GiB.
    explicit MemoryShare(std::size_t limit = 0);

    // Bytes held until it goes.
    class Part
    {
    public:
        Part(MemoryShare& share, std::size_t bytes);
        ~Part();
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;

    private:
        MemoryShare& m_share;
        std::size_t m_bytes;
    };

private:
    std::mutex m_mutex;
    std::condition_variable m_freed;
    std::size_t m_limit, m_used = 0;
};

} // namespace mama
