#include "core/engine/lane.h"

#include <algorithm>

namespace mama::engine {

Lane::Lane() : m_thread([this] { work(); }) {}

Lane::~Lane()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_items.clear();
    }
    m_changed.notify_all();
    m_thread.join();
}

void Lane::add(std::string key, std::function<void()> work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_items.push_back({std::move(key), std::move(work)});
    }
    m_changed.notify_one();
}

bool Lane::remove(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::find_if(m_items.begin(), m_items.end(), [&](const Item& item) { return item.key == key; });
    if (found == m_items.end())
        return false;
    m_items.erase(found);
    return true;
}

void Lane::work()
{
    while (true) {
        std::function<void()> next;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_ending || !m_items.empty(); });
            if (m_ending)
                return;
            next = std::move(m_items.front().work);
            m_items.pop_front();
        }
        next();
    }
}

} // namespace mama::engine
