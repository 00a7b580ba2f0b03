#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/base/text_escape.h"
#include "core/library/studies/filter_expectation.h"
#include "core/library/studies/study_filter.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

namespace mama {
namespace {

constexpr std::size_t longest = 10000; // bytes
constexpr int deepest = 32;            // brackets

bool inWord(char c) { return isFilterWord(std::string_view(&c, 1)); }

class Parser
{
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    std::vector<FilterClause> parse()
    {
        if (atEnd())
            return expect(FilterExpectation::Field), std::vector<FilterClause>();
        std::vector<FilterClause> clauses = choices();
        expect(FilterExpectation::Joiner);
        if (!atEnd())
            fail({TextId("filter.expected_and", "\"and\", \"or\" or the end")});
        return clauses;
    }
    const FilterExpectation& expected() const { return m_expected; }
    bool ended() { return atEnd(); }

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
        expect(FilterExpectation::Value);
        std::vector<std::string> values{value()};
        while (take(","))
            values.push_back(value());
        expect(FilterExpectation::ListEnd);
        if (!take(")"))
            fail({TextId("filter.expected_comma", "a comma or a closing bracket")});
        return values;
    }
    void expect(FilterExpectation::Kind kind) { m_expected.kind = kind; }
    void close()
    {
        expect(FilterExpectation::Joiner);
        if (!take(")"))
            fail({TextId("filter.expected_bracket", "a closing bracket")});
        --m_expected.open;
    }
    void open()
    {
        if (++m_expected.open > deepest)
            fail({TextId("filter.expected_less", "at most 32 brackets in each other")});
    }
    static FilterClause joined(std::vector<FilterClause> parts)
    {
        if (parts.size() == 1)
            return std::move(parts.front());
        FilterClause made;
        made.op = FilterClause::AllOf;
        made.at = parts.front().at;
        made.parts = std::move(parts);
        return made;
    }
    // Joined by "or"; as a list joined by "and".
    std::vector<FilterClause> choices()
    {
        std::vector<FilterClause> first = conditions();
        if (!takeWord("or"))
            return first;
        FilterClause made;
        made.op = FilterClause::OneOf;
        made.at = first.front().at;
        made.parts.push_back(joined(std::move(first)));
        do
            made.parts.push_back(joined(conditions()));
        while (takeWord("or"));
        return {std::move(made)};
    }
    std::vector<FilterClause> conditions()
    {
        std::vector<FilterClause> parts;
        do {
            FilterClause next = clause();
            if (next.op == FilterClause::AllOf && !next.negated)
                std::move(next.parts.begin(), next.parts.end(), std::back_inserter(parts));
            else
                parts.push_back(std::move(next));
            expect(FilterExpectation::Joiner);
        } while (takeWord("and"));
        return parts;
    }
    FilterClause clause()
    {
        expect(FilterExpectation::Field);
        bool negated = false;
        while (takeWord("not"))
            negated = !negated;
        atEnd();
        const std::size_t at = m_at;
        FilterClause made;
        if (take("(")) {
            open();
            made = joined(choices());
            close();
        } else {
            made = comparisonOrQuantifier();
        }
        made.negated = made.negated != negated;
        made.at = at;
        return made;
    }
    FilterClause comparisonOrQuantifier()
    {
        FilterClause made;
        const bool quoted = !atEnd() && m_text[m_at] == '"';
        if (quoted) {
            made.field = value();
        } else {
            made.field = peekWord();
            m_at += made.field.size();
        }
        if (made.field.empty())
            fail({TextId("filter.expected_field",
                         "a field, tag:NAME, missing(FIELD), any(LEVEL: ...) or an opening bracket")});
        made.field = asciiFolded(made.field);
        using Op = FilterClause::Operator;
        constexpr std::pair<std::string_view, Op> quantifiers[] = {
            {"any", Op::Any}, {"all", Op::All}, {"none", Op::None}, {"count", Op::Count}};
        for (const auto& [word, op] : quantifiers)
            if (!quoted && made.field == word && take("(")) {
                made.op = op;
                made.field.clear();
                quantifier(made);
                return made;
            }
        if (made.field == "tag" && !quoted && take(":")) {
            made.op = Op::Tagged;
            expect(FilterExpectation::Tag);
            made.values = {value()};
        } else if (made.field == "missing" && !quoted && take("(")) {
            made.op = Op::Missing;
            expect(FilterExpectation::MissingField);
            open();
            made.field = asciiFolded(value());
            close();
        } else {
            if (made.field == "score" && !quoted && take(":")) {
                expect(FilterExpectation::Model);
                made.model = value();
            }
            comparison(made);
        }
        return made;
    }
    // After "any(": "finding: kind = mass)".
    void quantifier(FilterClause& made)
    {
        open();
        if (!m_expected.level.empty())
            fail({TextId("filter.expected_one_level",
                         "a comparison: any, all, none and count do not stand in each other")});
        expect(FilterExpectation::Level);
        const std::string level = asciiFolded(std::string(peekWord()));
        if (level != "image" && level != "finding" && level != "breast")
            fail({TextId("filter.expected_level", "image, finding or breast")});
        m_at += level.size();
        made.level = level;
        expect(FilterExpectation::Joiner);
        if (take(":")) {
            m_expected.level = level;
            made.parts = choices();
            m_expected.level.clear();
        }
        close();
        if (made.op != FilterClause::Count)
            return;
        made.than = sign();
        expect(FilterExpectation::Number);
        const std::string_view number = peekWord();
        if (number.empty() || number.size() > 6 ||
            !std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
            fail({TextId("filter.expected_count", "a whole number")});
        m_at += number.size();
        made.values = {std::string(number)};
    }
    FilterClause::Operator sign()
    {
        expect(FilterExpectation::CountSign);
        const auto op = compares();
        if (!op || *op == FilterClause::Contains)
            fail({TextId("filter.expected_count_sign", "=, !=, <, <=, > or >=")});
        return *op;
    }
    std::optional<FilterClause::Operator> compares()
    {
        using Op = FilterClause::Operator;
        constexpr std::pair<std::string_view, Op> signs[] = {
            {"!=", Op::Unequal}, {"<=", Op::LessEqual}, {">=", Op::GreaterEqual}, {"<", Op::Less},
            {">", Op::Greater},  {"=", Op::Equal},      {"~", Op::Contains}};
        for (const auto& [text, op] : signs)
            if (take(text))
                return op;
        return std::nullopt;
    }
    void comparison(FilterClause& made)
    {
        m_expected.field = made.field;
        expect(FilterExpectation::Sign);
        if (takeWord("in")) {
            made.op = FilterClause::In;
            expect(FilterExpectation::List);
            made.values = list();
        } else if (takeWord("between")) {
            made.op = FilterClause::Between;
            expect(FilterExpectation::Value);
            made.values = {value()};
            expect(FilterExpectation::And);
            if (!takeWord("and"))
                fail({TextId("filter.expected_upper", "\"and\" and the upper end")});
            expect(FilterExpectation::Value);
            made.values.push_back(value());
        } else if (const auto op = compares()) {
            made.op = *op;
            expect(FilterExpectation::Value);
            made.values = {value()};
        } else {
            fail({TextId("filter.expected_sign", "=, !=, <, <=, >, >=, ~, in or between")});
        }
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    FilterExpectation m_expected;
};

} // namespace

std::vector<FilterClause> parseFilter(std::string_view text)
{
    if (text.size() > longest)
        throw Error(ErrorCode::Usage, {TextId("filter.read", "filter")}, std::to_string(text.size()) + " bytes",
                    {TextId("filter.too_long", "a filter has at most 10,000")});
    return Parser(text).parse();
}

FilterExpectation expectedAfter(std::string_view text)
{
    Parser parser(text);
    try {
        parser.parse();
    } catch (const Error&) {
        if (!parser.ended())
            return {};
    }
    return parser.expected();
}

} // namespace mama
