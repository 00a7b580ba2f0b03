#pragma once
#include "core/protocol/run_folder.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace mama {

// Keeps a run's state.json fresh from a thread of its own, whatever the run is busy with; and writes its events.
class RunReporter
{
public:
    // Fills in process, host and times, writes the state, and beats every 1.5 s from then on. Error(Io).
    RunReporter(RunFolder folder, RunState state);
    ~RunReporter();
    RunReporter(const RunReporter&) = delete;
    RunReporter& operator=(const RunReporter&) = delete;

    const RunFolder& folder() const { return m_folder; }
    RunState state() const;
    void update(const std::function<void(RunState&)>& change);        // shown with the next beat
    void setStatus(RunStatus status, const std::string& reason = {}); // written at once
    // An event line in metrics.jsonl and in the log.
    void event(std::int64_t step, const std::string& event, const std::string& text);

private:
    void write();
    void beat(const std::stop_token& stop);
    void tell(const std::string& trouble) const;

    RunFolder m_folder;
    mutable std::mutex m_mutex, m_writing;
    RunState m_state;
    std::condition_variable_any m_wake;
    std::jthread m_thread; // last: ends first
};

} // namespace mama
