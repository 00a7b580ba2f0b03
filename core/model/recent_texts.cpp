#include "core/model/recent_texts.h"

namespace mama {
namespace {

constexpr std::size_t remembered = 4096; // texts

} // namespace

std::optional<EncodedText> RecentTexts::find(const std::string& key)
{
    const std::lock_guard lock(m_mutex);
    const auto known = m_byKey.find(key);
    if (known == m_byKey.end())
        return {};
    m_entries.splice(m_entries.end(), m_entries, known->second);
    return known->second->text;
}

void RecentTexts::add(const std::string& key, EncodedText text)
{
    const std::lock_guard lock(m_mutex);
    if (m_byKey.contains(key))
        return;
    m_byKey[key] = m_entries.insert(m_entries.end(), {key, std::move(text)});
    while (m_entries.size() > remembered) {
        m_byKey.erase(m_entries.front().key);
        m_entries.pop_front();
    }
}

} // namespace mama
