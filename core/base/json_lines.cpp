#include "core/base/json_lines.h"

#include <algorithm>

namespace mama {
namespace {

class Walker
{
public:
    explicit Walker(const std::string& text) : m_text(text) {}

    std::size_t find(const JsonWay& way)
    {
        space();
        for (const auto& step : way)
            if (!enter(step))
                break;
        return m_at;
    }

private:
    char now() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    void space()
    {
        while (now() == ' ' || now() == '\n' || now() == '\t' || now() == '\r')
            ++m_at;
    }

    std::string string() // without its quotes
    {
        const std::size_t from = ++m_at;
        while (m_at < m_text.size() && now() != '"')
            m_at += now() == '\\' ? 2 : 1;
        return m_text.substr(from, m_at++ - from);
    }

    void value()
    {
        int depth = 0;
        do {
            if (now() == '"') {
                string();
                continue;
            }
            const char c = now();
            if (depth == 0 && c != '{' && c != '[') {
                m_at = std::min(m_text.find_first_of(",]} \n\t\r", m_at), m_text.size());
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            ++m_at;
        } while (depth > 0 && m_at < m_text.size());
    }

    // Into a member or an element; false: there is none, and the place stays.
    bool enter(const std::variant<std::string, std::size_t>& step)
    {
        const std::size_t before = m_at;
        const bool list = now() == '[';
        const std::string* key = std::get_if<std::string>(&step);
        if ((!list && now() != '{') || list == (key != nullptr))
            return false;
        ++m_at;
        for (std::size_t index = 0; m_at < m_text.size(); ++index) {
            space();
            if (now() == ']' || now() == '}')
                break;
            std::string name;
            if (!list) {
                name = string();
                space();
                ++m_at; // the colon
                space();
            }
            if (list ? index == std::get<std::size_t>(step) : name == *key)
                return true;
            value();
            space();
            m_at += now() == ',' ? 1 : 0;
        }
        m_at = before;
        return false;
    }

    const std::string& m_text;
    std::size_t m_at = 0;
};

} // namespace

std::size_t lineOfByte(const std::string& text, std::size_t byte)
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::size_t lineOf(const std::string& text, const JsonWay& way) { return lineOfByte(text, Walker(text).find(way)); }

} // namespace mama
