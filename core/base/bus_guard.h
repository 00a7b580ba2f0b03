#pragma once
#include <cstddef>

namespace mama {

// A mapped range whose pages may vanish: another process cuts the file, or the disk fails. The system then ends a
// program that reads there (SIGBUS); while a guard stands, the rest of the range reads as zeros instead and isCut()
// says so. Whoever reads asks afterwards and throws away what was made of the zeros. The first guard installs the
// handler.
class BusGuard
{
public:
    BusGuard(const void* begin, std::size_t size);
    ~BusGuard();
    BusGuard(const BusGuard&) = delete;
    BusGuard& operator=(const BusGuard&) = delete;

    bool isCut() const;

private:
    struct Range;
    friend struct BusHandler;
    Range* m_range;
};

} // namespace mama
