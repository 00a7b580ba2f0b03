#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace mama::engine {

// Work done one after another on a thread of its own.
class Lane
{
public:
    Lane();
    ~Lane(); // drops what waits, and waits for what runs
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    void add(std::string key, std::function<void()> work);
    // Takes work that has not begun out of the line; false if it has, or is unknown.
    bool remove(const std::string& key);

private:
    void work();

    struct Item
    {
        std::string key;
        std::function<void()> work;
    };
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Item> m_items;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace mama::engine
