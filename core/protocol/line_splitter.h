#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mama::protocol {

// Cuts a stream of bytes into lines, with memory bounded by the limit: of a longer line nothing is kept, and it is
// reported once, at its end. Without a limit for a sender that the program has started itself.
class LineSplitter
{
public:
    explicit LineSplitter(std::size_t limit = SIZE_MAX) : m_limit(limit) {}

    struct Line
    {
        std::string text; // without its line break; empty if too long
        bool tooLong = false;
    };
    // The lines that these bytes complete.
    std::vector<Line> add(std::string_view bytes);
    // At the end of input: a last line without a line break, if there is one.
    std::vector<Line> finish();

private:
    std::size_t m_limit;
    std::string m_pending;
    bool m_tooLong = false;
};

} // namespace mama::protocol
