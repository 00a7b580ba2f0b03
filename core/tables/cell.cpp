#include "core/tables/cell.h"

#include "core/base/text_escape.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

namespace mama {

std::string_view trimmed(std::string_view cell)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!cell.empty() && blank(cell.front()))
        cell.remove_prefix(1);
    while (!cell.empty() && blank(cell.back()))
        cell.remove_suffix(1);
    return cell;
}

bool isShortLine(std::string_view text)
{
    return !text.empty() && text.size() <= 100 && text.find_first_of("\r\n\t") == text.npos && isUtf8(text);
}

bool isMissing(std::string_view cell)
{
    cell = trimmed(cell);
    if (cell.size() > 4)
        return false;
    std::string word;
    for (const char c : cell)
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word.empty() || word == "nan" || word == "na" || word == "n/a" || word == "null" || word == "none" ||
           word == "<na>" || word == "#n/a";
}

std::string_view asKey(std::string_view cell)
{
    cell = trimmed(cell);
    if (cell.size() > 2 && cell.ends_with(".0") &&
        std::all_of(cell.begin(), cell.end() - 2, [](char c) { return c >= '0' && c <= '9'; }))
        cell.remove_suffix(2);
    return cell;
}

std::optional<double> asNumber(std::string_view cell)
{
    cell = trimmed(cell);
    if (isMissing(cell))
        return std::nullopt;
    if (cell.starts_with('+'))
        cell.remove_prefix(1);
    double value = 0;
    const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (status != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

} // namespace mama
