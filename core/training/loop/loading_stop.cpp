#include "core/training/loop/loading_stop.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace mama {

LoadingStop::LoadingStop(const RunFolder& folder, const Job& job)
    : m_folder(folder), m_outer(job.stop), m_job{m_stop.get_token(), job.progress},
      m_thread([this](const std::stop_token& ended) { watch(ended); })
{}

bool LoadingStop::asked() const
{
    try {
        const auto request = m_folder.asked();
        return request && request->ask == ControlRequest::Ask::Stop;
    } catch (const std::exception&) { // no memory to look; the next time there may be
        return false;
    }
}

void LoadingStop::watch(const std::stop_token& ended)
{
    const std::stop_callback signalled(m_outer, [this] { m_stop.request_stop(); });
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    while (!asked())
        if (woken.wait_for(lock, ended, std::chrono::milliseconds(250), [&] { return ended.stop_requested(); }))
            return;
    m_stop.request_stop();
}

} // namespace mama
