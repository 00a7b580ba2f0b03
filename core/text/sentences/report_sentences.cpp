#include "core/text/sentences/report_sentences.h"

#include "core/text/sentences/sentence_end.h"
#include "core/text/sentences/sentence_subject.h"
#include "core/text/sentences/words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mama {
namespace {

using text::bulletLength;
using text::endsSentence;
using text::isBlank;
using text::trimmed;

constexpr std::size_t fullLine = 60;       // characters; a shorter line was ended on purpose
constexpr std::size_t longestHeading = 60; // characters

bool hasWord(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
    });
}

// A word of three letters or more.
bool hasLongWord(std::string_view text)
{
    int letters = 0;
    return std::ranges::any_of(text, [&](char c) {
        letters =
            std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 ? letters + 1 : 0;
        return letters >= 3;
    });
}

// Lines of one paragraph, joined by blanks.
struct Paragraph
{
    std::string text;
    std::vector<std::size_t> places; // of each byte in the report

    void add(std::string_view line, std::size_t first)
    {
        if (!text.empty()) {
            text += ' ';
            places.push_back(first);
        }
        for (std::size_t i = 0; i < line.size(); ++i) {
            text += line[i];
            places.push_back(first + i);
        }
    }
};

// Whether a sentence that is open at the end of `line` goes on in `next`.
bool goesOn(std::string_view line, std::string_view next)
{
    const char last = line.back(), first = next.front();
    if (last == '.' || last == '!' || last == '?' || last == ';')
        return false;
    if (last == ',' || last == '-' || last == '(' || last == '/' || last == ':')
        return true;
    const std::size_t lastBlank = line.find_last_of(" \t");
    const std::string lastWord = text::lowerAscii(line.substr(lastBlank == std::string_view::npos ? 0 : lastBlank + 1));
    if (text::hasAnyWord(lastWord, "a|an|the|of|in|on|at|to|by|for|from|with|and|or|is|are|was|were|no|which|that"))
        return true;
    const bool begins = std::isupper(static_cast<unsigned char>(first)) || static_cast<unsigned char>(first) >= 0x80;
    return !begins || line.size() >= fullLine;
}

// What a named finding can be said to be: "none", "negative".
bool isBareValue(std::string_view text)
{
    while (!text.empty() && !std::isalnum(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    constexpr std::array values{"none", "none seen", "no", "negative", "absent", "present", "yes", "positive", "nil"};
    return std::ranges::find(values, text::lowerAscii(trimmed(text))) != values.end();
}

class Splitter
{
public:
    explicit Splitter(std::string_view report) : m_report(report) {}

    std::vector<ReportSentence> split()
    {
        for (std::size_t at = 0; at < m_report.size();) {
            const std::size_t end = std::min(m_report.find_first_of("\n\r", at), m_report.size());
            takeLine(m_report.substr(at, end - at), at);
            at = end + 1;
        }
        finish();
        return std::move(m_sentences);
    }

private:
    void takeLine(std::string_view line, std::size_t first)
    {
        const std::string_view whole = trimmed(line);
        if (whole.empty()) {
            // "\r\n" is one line end, not an empty line
            if (first == 0 || m_report[first - 1] != '\r' || first >= m_report.size() || m_report[first] != '\n')
                finish();
            return;
        }
        if (!hasWord(whole)) // "-----"
            return finish();
        first += static_cast<std::size_t>(whole.data() - line.data());
        const std::size_t bullet = bulletLength(whole);
        const bool goesOnHere =
            bullet == 0 && !m_lastLine.empty() && headingLength(whole) == 0 && goesOn(m_lastLine, whole);
        if (!goesOnHere)
            finish();
        const std::size_t heading = goesOnHere ? 0 : takeHeading(whole.substr(bullet));
        const std::string_view rest = whole.substr(bullet + heading);
        if (!rest.empty())
            m_paragraph.add(rest, first + bullet + heading);
        m_lastLine = rest.empty() ? std::string_view() : whole;
    }

    // Length of the heading that text begins with, colon and blanks included.
    static std::size_t headingLength(std::string_view text)
    {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos || colon == 0 || colon > longestHeading)
            return 0;
        const std::string_view words = text.substr(0, colon);
        if (!isHeading(words) && (colon + 1 < text.size() || words.find_first_of(".;") != std::string_view::npos))
            return 0;
        std::size_t end = colon + 1;
        while (end < text.size() && isBlank(text[end]))
            ++end;
        const std::string_view rest = text.substr(end); // "BI-RADS: 3" and "Masses: none." are sentences of their own
        return rest.empty() || (hasLongWord(rest) && !isBareValue(rest)) ? end : 0;
    }

    std::size_t takeHeading(std::string_view text)
    {
        const std::size_t length = headingLength(text);
        if (length > 0)
            m_heading = trimmed(text.substr(0, text.find(':')));
        return length;
    }

    void finish()
    {
        const std::string& text = m_paragraph.text;
        std::size_t begin = 0;
        for (std::size_t at = 0; at < text.size(); ++at)
            if (endsSentence(text, at, begin)) {
                while (at + 1 < text.size() && std::string_view(".!?)\"'").find(text[at + 1]) != std::string_view::npos)
                    ++at;
                takeSentence(begin, at + 1);
                begin = at + 1;
            }
        takeSentence(begin, text.size());
        m_paragraph = {};
        m_lastLine = {};
    }

    void takeSentence(std::size_t begin, std::size_t end)
    {
        const std::string& text = m_paragraph.text;
        while (begin < end && isBlank(text[begin]))
            ++begin;
        begin += bulletLength(std::string_view(text).substr(begin, end - begin)); // "1. No mass. 2. No distortion."
        begin += takeHeading(std::string_view(text).substr(begin, end - begin));
        const std::string_view words = trimmed(std::string_view(text).substr(begin, end - begin));
        if (!hasWord(words))
            return;
        const auto from = static_cast<std::size_t>(words.data() - text.data());
        m_sentences.push_back(
            {std::string(words), m_heading, m_paragraph.places[from], m_paragraph.places[from + words.size() - 1] + 1});
    }

    std::string_view m_report, m_lastLine;
    std::string m_heading;
    Paragraph m_paragraph;
    std::vector<ReportSentence> m_sentences;
};

} // namespace

std::vector<ReportSentence> splitReport(std::string_view report)
{
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    const std::size_t skipped = report.starts_with(byteOrderMark) ? byteOrderMark.size() : 0;
    std::vector<ReportSentence> sentences = Splitter(report.substr(skipped)).split();
    for (ReportSentence& each : sentences) {
        each.first += skipped;
        each.last += skipped;
    }
    return sentences;
}

} // namespace mama
