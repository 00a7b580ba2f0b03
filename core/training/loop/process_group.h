#pragma once
#include "core/base/error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mama {

// Another process of the run is gone, failed, or said nothing for too long.
class ProcessLost : public Error
{
public:
    explicit ProcessLost(const std::string& why) : Error(ErrorCode::Io, "train", "processes", why) {}
};

// The processes that share a run, seen from one of them. Every call below is made by all of them, in the same order,
// and returns when all have made it; what comes back is the same in each, bit for bit. ProcessLost. No Torch in this
// header.
class ProcessGroup
{
public:
    virtual ~ProcessGroup() = default;
    virtual int rank() const = 0; // 0 to size() - 1; the first one writes the run folder
    virtual int size() const = 0;
    virtual int localSize() const = 0; // processes on this machine
    bool first() const { return rank() == 0; }

    virtual void sum(std::span<double> values) = 0; // in place
    virtual void sum(std::span<float> values) = 0;
    virtual void copyFromFirst(std::span<std::byte> bytes) = 0;
    // own: as long in every process; all: size() times as long, by rank.
    virtual void gather(std::span<const std::byte> own, std::span<std::byte> all) = 0;

    std::string fromFirst(std::string text); // the first one's, of any length
    std::int64_t largest(std::int64_t own);
    void meet() { largest(0); }

    // How long a call waits for the others. At first a day: preparing a data set takes its time.
    virtual void setPatience(double seconds) = 0;
    // Not together with the others: this process ends because of `why`, which the others' ProcessLost then says.
    virtual void leave(const std::string& why) = 0;
};

} // namespace mama
