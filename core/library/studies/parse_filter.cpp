#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/text_escape.h"
#include "core/library/studies/study_filter.h"

#include <algorithm>
#include <cctype>

namespace mama {
namespace {

constexpr std::size_t longest = 10000; // bytes

bool inWord(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) ||
           (c != '\0' && std::string_view("_.+-").find(c) != std::string_view::npos) ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

class Parser
{
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    std::vector<FilterClause> parse()
    {
        std::vector<FilterClause> clauses;
        if (atEnd())
            return clauses;
        do
            clauses.push_back(clause());
        while (takeWord("and"));
        if (!atEnd())
            fail({TextId("filter.expected_and", "\"and\" or the end")});
        return clauses;
    }

private:
    bool atEnd()
    {
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])))
            ++m_at;
        return m_at == m_text.size();
    }
    std::string_view peekWord()
    {
        atEnd();
        std::size_t end = m_at;
        while (end < m_text.size() && inWord(m_text[end]))
            ++end;
        return m_text.substr(m_at, end - m_at);
    }
    bool takeWord(std::string_view wanted)
    {
        const std::string_view word = peekWord();
        const bool same = word.size() == wanted.size() &&
                          std::equal(word.begin(), word.end(), wanted.begin(),
                                     [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
        if (same)
            m_at += word.size();
        return same;
    }
    bool take(std::string_view sign)
    {
        if (atEnd() || !m_text.substr(m_at).starts_with(sign))
            return false;
        m_at += sign.size();
        return true;
    }
    [[noreturn]] void fail(const UserText& expected)
    {
        const std::string there = atEnd() ? "" : oneLine(m_text.substr(m_at, 20));
        throw Error(ErrorCode::Usage, {TextId("filter.action", "filter")}, "character " + std::to_string(m_at + 1),
                    there.empty()
                        ? UserText({TextId("filter.ends", "it ends where %1 was expected"), expected})
                        : UserText({TextId("filter.stands", "\"%1\" stands where %2 was expected"), there, expected}));
    }
    std::string value()
    {
        if (take("\"")) {
            std::string out;
            while (m_at < m_text.size() && (m_text[m_at] != '"' || m_text.substr(m_at, 2) == "\"\"")) {
                out += m_text[m_at];
                m_at += m_text[m_at] == '"' ? 2 : 1;
            }
            if (m_at == m_text.size())
                fail({TextId("filter.expected_quote", "the closing quote (a quote inside is written twice)")});
            ++m_at;
            return out;
        }
        const std::string_view word = peekWord();
        if (word.empty())
            fail({TextId("filter.expected_value", "a value")});
        m_at += word.size();
        return std::string(word);
    }
    std::vector<std::string> list()
    {
        if (!take("("))
            fail({TextId("filter.expected_list", "a list in brackets")});
        std::vector<std::string> values{value()};
        while (take(","))
            values.push_back(value());
        if (!take(")"))
            fail({TextId("filter.expected_comma", "a comma or a closing bracket")});
        return values;
    }
    FilterClause clause()
    {
        FilterClause made;
        while (takeWord("not"))
            made.negated = !made.negated;
        atEnd();
        made.at = m_at;
        if (!atEnd() && m_text[m_at] == '"') {
            made.field = value();
        } else {
            made.field = peekWord();
            m_at += made.field.size();
        }
        if (made.field.empty())
            fail({TextId("filter.expected_field", "a field, tag:NAME or missing(FIELD)")});
        made.field = asciiFolded(made.field);
        if (made.field == "tag" && take(":")) {
            made.op = FilterClause::Tagged;
            made.values = {value()};
        } else if (made.field == "missing" && take("(")) {
            made.op = FilterClause::Missing;
            made.field = value();
            if (!take(")"))
                fail({TextId("filter.expected_bracket", "a closing bracket")});
        } else {
            comparison(made);
        }
        return made;
    }
    void comparison(FilterClause& made)
    {
        if (takeWord("in")) {
            made.op = FilterClause::In;
            made.values = list();
            return;
        }
        using Op = FilterClause::Operator;
        constexpr std::pair<std::string_view, Op> signs[] = {
            {"!=", Op::Unequal}, {"<=", Op::LessEqual}, {">=", Op::GreaterEqual}, {"<", Op::Less},
            {">", Op::Greater},  {"=", Op::Equal},      {"~", Op::Contains}};
        for (const auto& [sign, op] : signs)
            if (take(sign)) {
                made.op = op;
                made.values = {value()};
                return;
            }
        fail({TextId("filter.expected_sign", "=, !=, <, <=, >, >=, ~ or in")});
    }

    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

std::vector<FilterClause> parseFilter(std::string_view text)
{
    if (text.size() > longest)
        throw Error(ErrorCode::Usage, {TextId("filter.read", "filter")}, std::to_string(text.size()) + " bytes",
                    {TextId("filter.too_long", "a filter has at most 10,000")});
    return Parser(text).parse();
}

} // namespace mama
