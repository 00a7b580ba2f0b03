#include "core/base/path_text.h"

#include "core/base/text_escape.h"

#include <cctype>
#include <cstdio>
#include <system_error>

namespace mama {
namespace {

// The byte that \xNN at this place means; -1 where there is no such escape.
int escapedByte(std::string_view text, std::size_t at)
{
    const auto digit = [&](std::size_t i) { return std::isxdigit(static_cast<unsigned char>(text[i])) != 0; };
    if (text.size() - at < 4 || text[at] != '\\' || text[at + 1] != 'x' || !digit(at + 2) || !digit(at + 3))
        return -1;
    return std::stoi(std::string(text.substr(at + 2, 2)), nullptr, 16);
}

// Length of the UTF-8 character that starts there; 0 where there is none.
std::size_t characterLength(std::string_view text, std::size_t at)
{
    for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length)
        if (isUtf8(text.substr(at, length)))
            return length;
    return 0;
}

} // namespace

std::string pathText(const std::filesystem::path& path)
{
    const std::string& bytes = path.native();
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = characterLength(bytes, at);
        if (length == 0 || escapedByte(bytes, at) >= 0) {
            char escaped[5];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(bytes[at]));
            out += escaped;
            ++at;
        } else {
            out += bytes.substr(at, length);
            at += length;
        }
    }
    return out;
}

std::filesystem::path pathFromText(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const int byte = escapedByte(text, at);
        out += byte >= 0 ? static_cast<char>(byte) : text[at];
        at += byte >= 0 ? 4 : 1;
    }
    return out;
}

std::filesystem::path givenPath(const std::string& argument)
{
    std::error_code failed;
    const std::filesystem::path meant = pathFromText(argument);
    return !std::filesystem::exists(argument, failed) && std::filesystem::exists(meant, failed)
               ? meant
               : std::filesystem::path(argument);
}

} // namespace mama
