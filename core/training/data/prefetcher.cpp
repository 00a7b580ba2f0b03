#include "core/training/data/prefetcher.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

namespace mama {

Prefetcher::Prefetcher(const BatchSource& source, const Options& options)
    : m_source(source), m_options(options), m_claimed(options.firstStep * options.accumulation), m_given(m_claimed),
      m_end(options.lastStep * options.accumulation)
{
    for (int i = 0; i < options.threads; ++i)
        m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

Prefetcher::~Prefetcher()
{
    for (std::jthread& thread : m_threads)
        thread.request_stop();
}

Prefetcher::Ready Prefetcher::make(std::int64_t place) const
{
    Ready ready;
    try {
        ready.batch = m_source.batch(place / m_options.accumulation, static_cast<int>(place % m_options.accumulation));
    } catch (...) {
        ready.failure = std::current_exception();
    }
    return ready;
}

void Prefetcher::work(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [&] { return m_claimed < m_given + m_options.ahead || m_claimed >= m_end; })) {
        if (m_claimed >= m_end)
            return;
        const std::int64_t place = m_claimed++;
        lock.unlock();
        Ready ready = make(place);
        lock.lock();
        try {
            m_ready.emplace(place, std::move(ready));
        } catch (...) { // no memory for its place
            m_broken = std::current_exception();
        }
        m_changed.notify_all();
    }
}

SampleBatch Prefetcher::next()
{
    Ready ready;
    if (m_threads.empty()) {
        ready = make(m_given++);
    } else {
        std::unique_lock lock(m_mutex);
        if (m_given >= m_end)
            throw Error(ErrorCode::Internal, {action::makeBatch}, "step",
                        {TextId("batch.past_the_end", "past the end of the run")});
        m_changed.wait(lock, [&] { return m_ready.count(m_given) > 0 || m_broken; });
        if (m_broken)
            std::rethrow_exception(m_broken);
        ready = std::move(m_ready.at(m_given));
        m_ready.erase(m_given++);
        m_changed.notify_all();
    }
    if (ready.failure)
        std::rethrow_exception(ready.failure);
    return std::move(ready.batch);
}

} // namespace mama
