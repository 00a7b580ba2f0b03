#include "core/zeroshot/kept_inputs.h"

#include <algorithm>

namespace mama {

std::list<KeptInputs::Entry>::iterator KeptInputs::entry(const std::string& key)
{
    return std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& each) { return each.key == key; });
}

// Let go by the caller outside the lock: many megabytes.
std::list<KeptInputs::Entry> KeptInputs::taken(std::list<Entry>::iterator at)
{
    std::list<Entry> out;
    if (at == m_entries.end())
        return out;
    m_bytes -= at->bytes;
    out.splice(out.begin(), m_entries, at);
    return out;
}

std::list<KeptInputs::Entry> KeptInputs::beyond(std::uint64_t limit)
{
    std::list<Entry> out;
    while (m_bytes > limit)
        out.splice(out.end(), taken(std::prev(m_entries.end())));
    return out;
}

std::optional<KeptInputs::Image> KeptInputs::find(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    const auto found = entry(key);
    if (found == m_entries.end())
        return {};
    m_entries.splice(m_entries.begin(), m_entries, found);
    return found->image;
}

void KeptInputs::put(const std::string& key, Image image)
{
    const std::uint64_t bytes = image.tokens->bytes();
    std::list<Entry> former, gone;
    const std::lock_guard lock(m_mutex);
    former = taken(entry(key));
    if (bytes > m_limit)
        return;
    gone = beyond(m_limit - bytes);
    m_bytes += bytes;
    m_entries.push_front({key, std::move(image), bytes});
}

void KeptInputs::drop(const std::string& key)
{
    std::list<Entry> former;
    const std::lock_guard lock(m_mutex);
    former = taken(entry(key));
}

void KeptInputs::clear()
{
    std::list<Entry> former;
    const std::lock_guard lock(m_mutex);
    former.swap(m_entries);
    m_bytes = 0;
}

void KeptInputs::limitTo(std::uint64_t bytes)
{
    std::list<Entry> gone;
    const std::lock_guard lock(m_mutex);
    m_limit = bytes;
    gone = beyond(bytes);
}

KeptInputs::Size KeptInputs::size() const
{
    const std::lock_guard lock(m_mutex);
    return {m_entries.size(), m_bytes};
}

} // namespace mama
