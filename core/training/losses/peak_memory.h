#pragma once

namespace mama {

// The most memory that this process has resident from here on, beyond what it has now (Linux: /proc/self/clear_refs and
// VmHWM). Error(Unsupported) where the system does not tell.
class PeakMemory
{
public:
    PeakMemory();
    double peakBytes() const;    // above that at construction
    double highestBytes() const; // of the whole process

private:
    double m_before = 0;
};

} // namespace mama
