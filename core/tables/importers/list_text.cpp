#include "core/tables/importers/list_text.h"

#include "core/tables/cell.h"

#include <charconv>
#include <cmath>

namespace mama {
namespace {

class Scanner
{
public:
    explicit Scanner(std::string_view text) : m_rest(trimmed(text)) {}

    bool take(char wanted)
    {
        skipBlanks();
        if (!m_rest.starts_with(wanted))
            return false;
        m_rest.remove_prefix(1);
        return true;
    }
    bool atEnd()
    {
        skipBlanks();
        return m_rest.empty();
    }
    std::optional<std::string> quoted()
    {
        skipBlanks();
        if (m_rest.empty() || (m_rest.front() != '\'' && m_rest.front() != '"'))
            return std::nullopt;
        const char quote = m_rest.front();
        std::string out;
        for (std::size_t at = 1; at < m_rest.size(); ++at)
            if (m_rest[at] == quote) {
                m_rest.remove_prefix(at + 1);
                return out;
            } else if (m_rest[at] == '\\' && at + 1 < m_rest.size()) {
                out += m_rest[++at];
            } else {
                out += m_rest[at];
            }
        return std::nullopt;
    }
    std::optional<double> number()
    {
        skipBlanks();
        double value = 0;
        const auto [end, status] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        if (status != std::errc() || !std::isfinite(value))
            return std::nullopt;
        m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
        return value;
    }
    bool open(char& closing)
    {
        closing = take('(') ? ')' : take('[') ? ']' : '\0';
        return closing != '\0';
    }

private:
    void skipBlanks()
    {
        while (!m_rest.empty() &&
               (m_rest.front() == ' ' || m_rest.front() == '\t' || m_rest.front() == '\n' || m_rest.front() == '\r'))
            m_rest.remove_prefix(1);
    }
    std::string_view m_rest;
};

// One bracket: of numbers (a box) or of brackets. A comma may stand before its end.
bool readBracket(Scanner& scanner, std::vector<RoiBox>& boxes, int depth)
{
    char closing = '\0';
    if (depth > 8 || !scanner.open(closing))
        return false;
    std::vector<double> numbers;
    bool nested = false;
    while (!scanner.take(closing)) {
        if (const auto number = scanner.number()) {
            numbers.push_back(*number);
        } else {
            nested = true;
            if (!readBracket(scanner, boxes, depth + 1))
                return false;
        }
        if (!scanner.take(',')) {
            if (!scanner.take(closing))
                return false;
            break;
        }
    }
    if (numbers.empty())
        return true;
    if (nested || numbers.size() != 4)
        return false;
    boxes.push_back({numbers[0], numbers[1], numbers[2], numbers[3]});
    return true;
}

} // namespace

std::optional<std::vector<std::string>> readWordList(std::string_view text)
{
    Scanner scanner(text);
    std::vector<std::string> words;
    char closing = '\0';
    if (!scanner.open(closing))
        return std::nullopt;
    while (!scanner.take(closing)) {
        auto word = scanner.quoted();
        if (!word)
            return std::nullopt;
        words.emplace_back(trimmed(*word));
        if (!scanner.take(',')) {
            if (!scanner.take(closing))
                return std::nullopt;
            break;
        }
    }
    return scanner.atEnd() ? std::optional(std::move(words)) : std::nullopt;
}

std::optional<std::vector<RoiBox>> readRois(std::string_view text)
{
    Scanner scanner(text);
    std::vector<RoiBox> boxes;
    if (scanner.atEnd())
        return boxes;
    return readBracket(scanner, boxes, 0) && scanner.atEnd() ? std::optional(std::move(boxes)) : std::nullopt;
}

} // namespace mama
