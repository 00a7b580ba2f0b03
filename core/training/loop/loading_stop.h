#pragma once
#include "core/base/progress.h"
#include "core/protocol/run_folder.h"

#include <thread>

namespace mama {

// While a run loads, before its loop obeys the folder's requests: a job that is cancelled by the caller's own stop
// token and by a stop that a monitor asks for. What is asked stays in the folder, so that a pause waits for the loop.
// The folder must outlive it.
class LoadingStop
{
public:
    LoadingStop(const RunFolder& folder, const Job& job);

    const Job& job() const { return m_job; }
    bool asked() const; // a monitor asks for a stop, as against a signal

private:
    void watch(const std::stop_token& ended);

    const RunFolder& m_folder;
    std::stop_token m_outer;
    std::stop_source m_stop;
    Job m_job;
    std::jthread m_thread; // last: ends first
};

} // namespace mama
