#include "core/protocol/line_splitter.h"

#include <utility>

namespace mama::protocol {

std::vector<LineSplitter::Line> LineSplitter::add(std::string_view bytes)
{
    std::vector<Line> out;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (!m_tooLong && m_pending.size() + part.size() <= m_limit) {
            m_pending += part;
        } else {
            m_tooLong = true;
            m_pending = std::string(); // gives the memory back
        }
        if (end == std::string_view::npos)
            break;
        if (!m_pending.empty() && m_pending.back() == '\r')
            m_pending.pop_back();
        out.push_back({std::exchange(m_pending, {}), std::exchange(m_tooLong, false)});
        bytes.remove_prefix(end + 1);
    }
    return out;
}

std::vector<LineSplitter::Line> LineSplitter::finish()
{
    if (m_pending.empty() && !m_tooLong)
        return {};
    return add("\n");
}

} // namespace mama::protocol
