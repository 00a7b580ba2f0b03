#include "core/base/text_escape.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace mama {
namespace {

// Length of the well-formed UTF-8 sequence that starts at text[at]; 0 where there is none (Unicode 15, table 3-7).
std::size_t sequenceLength(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(i < text.size() ? text[i] : '\0'); };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const std::uint8_t b = byte(at), c = byte(at + 1);
    if (b < 0x80)
        return 1;
    if (b >= 0xC2 && b <= 0xDF)
        return tail(at + 1) ? 2 : 0;
    if (b >= 0xE0 && b <= 0xEF) {
        const bool second = tail(at + 1) && !(b == 0xE0 && c < 0xA0) && !(b == 0xED && c > 0x9F);
        return second && tail(at + 2) ? 3 : 0;
    }
    if (b >= 0xF0 && b <= 0xF4) {
        const bool second = tail(at + 1) && !(b == 0xF0 && c < 0x90) && !(b == 0xF4 && c > 0x8F);
        return second && tail(at + 2) && tail(at + 3) ? 4 : 0;
    }
    return 0;
}

} // namespace

std::string oneLine(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequenceLength(text, i);
        const auto b = static_cast<std::uint8_t>(text[i]);
        if (text[i] == '\n') {
            out += "\\n";
        } else if (text[i] == '\t') {
            out += "\\t";
        } else if (length == 0 || b < 0x20 || b == 0x7F) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", b);
            out += escaped;
        } else {
            out += text.substr(i, length);
        }
        i += length == 0 ? 1 : length;
    }
    return out;
}

bool isUtf8(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size();) {
        std::uint64_t eight = 0; // of ASCII, as most are
        if (i + sizeof eight <= bytes.size())
            std::memcpy(&eight, bytes.data() + i, sizeof eight);
        if (i + sizeof eight <= bytes.size() && (eight & 0x8080808080808080U) == 0) {
            i += sizeof eight;
            continue;
        }
        const std::size_t length = static_cast<std::uint8_t>(bytes[i]) < 0x80 ? 1 : sequenceLength(bytes, i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

std::vector<std::string> splitLines(std::string_view text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.emplace_back(text.substr(at, end - at));
        if (!lines.back().empty() && lines.back().back() == '\r')
            lines.back().pop_back();
        at = end + 1;
    }
    return lines;
}

} // namespace mama
