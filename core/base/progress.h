#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

namespace mama {

// Called from the working thread, at most a few times a second is enough; may be empty.
using ProgressCallback = std::function<void(std::uint64_t done, std::uint64_t total, std::string_view phase)>;

// What a long call takes: who may stop it, and whom it tells.
struct Job
{
    std::stop_token stop;
    ProgressCallback progress;

    bool cancelled() const { return stop.stop_requested(); }
    void report(std::uint64_t done, std::uint64_t total, std::string_view phase) const
    {
        if (progress)
            progress(done, total, phase);
    }
};

// Cancellation is a value, not an error: empty means the job's stop token was set.
template <class T>
using Cancellable = std::optional<T>;

} // namespace mama
