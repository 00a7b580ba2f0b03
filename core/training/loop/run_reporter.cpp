#include "core/training/loop/run_reporter.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/protocol/run_liveness.h"

#include <chrono>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace mama {

RunReporter::RunReporter(RunFolder folder, RunState state) : m_folder(std::move(folder)), m_state(std::move(state))
{
    m_state.pid = ::getpid();
    m_state.host = hostName();
    m_state.process = processMark();
    m_state.heartbeat = unixTime();
    if (m_state.started <= 0)
        m_state.started = m_state.heartbeat;
    std::error_code failed;
    std::filesystem::create_directories(m_folder.path(), failed); // what fails is told by the first write
    write();
    m_thread = std::jthread([this](const std::stop_token& stop) { beat(stop); });
}

RunReporter::~RunReporter() = default;

RunState RunReporter::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

void RunReporter::update(const std::function<void(RunState&)>& change)
{
    const std::lock_guard lock(m_mutex);
    change(m_state);
}

void RunReporter::setStatus(RunStatus status, const std::string& reason)
{
    update([&](RunState& state) {
        state.status = status;
        state.reason = reason;
        if (status != RunStatus::Running && status != RunStatus::Paused)
            state.eta.reset();
    });
    write();
}

void RunReporter::event(std::int64_t step, const std::string& event, const std::string& text)
{
    m_folder.log(event + (text.empty() ? "" : ": ") + text);
    m_folder.append(EventRecord{step, unixTime(), event, text});
}

void RunReporter::write()
{
    const std::lock_guard writing(m_writing); // an older state never replaces a newer one
    RunState now;
    {
        const std::lock_guard lock(m_mutex);
        m_state.heartbeat = unixTime();
        now = m_state;
    }
    m_folder.writeState(now);
}

void RunReporter::beat(const std::stop_token& stop)
{
    std::mutex unused;
    std::unique_lock lock(unused);
    bool said = false;
    while (!m_wake.wait_for(lock, stop, std::chrono::milliseconds(1500), [] { return false; }) &&
           !stop.stop_requested())
        try {
            write();
            if (std::exchange(said, false))
                m_folder.log("state.json is written again");
        } catch (const std::exception& error) {
            // A full disk or memory alone does not end a run here: its next record or checkpoint does, with the run's
            // own message.
            if (!std::exchange(said, true))
                tell("state.json cannot be written, so monitors see an old state: " + textOf(error).english());
        }
}

void RunReporter::tell(const std::string& trouble) const
{
    log::warning("train: " + trouble);
    try {
        m_folder.log("warning: " + trouble);
    } catch (const std::exception&) { // then standard error alone has it
    }
}

} // namespace mama
