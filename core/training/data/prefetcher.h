#pragma once
#include "core/training/data/batch_source.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace mama {

// Makes a run's micro-batches ahead, in threads of its own, and hands them out in order.
class Prefetcher
{
public:
    struct Options
    {
        int threads = 1; // 0: batches are made when asked for
        int ahead = 4;   // micro-batches kept ready at most
        int accumulation = 1;
        std::int64_t firstStep = 0, lastStep = 0; // the last one excluded
    };
    // source must outlive this object.
    Prefetcher(const BatchSource& source, const Options& options);
    ~Prefetcher();
    Prefetcher(const Prefetcher&) = delete;
    Prefetcher& operator=(const Prefetcher&) = delete;

    // The next micro-batch. What its making threw is thrown here.
    SampleBatch next();

private:
    struct Ready
    {
        SampleBatch batch;
        std::exception_ptr failure;
    };
    void work(const std::stop_token& stop);
    Ready make(std::int64_t place) const;

    const BatchSource& m_source;
    Options m_options;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::int64_t m_claimed, m_given, m_end; // micro-batches of the run
    std::map<std::int64_t, Ready> m_ready;
    std::exception_ptr m_broken;         // of a thread, beside the making of a batch
    std::vector<std::jthread> m_threads; // last: they end first
};

} // namespace mama
