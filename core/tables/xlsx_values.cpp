#include "core/tables/xlsx_values.h"

#include "core/tables/xlsx_package.h"

#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <pugixml.hpp>

namespace mama {
namespace {

void appendUtf8(std::string& out, std::uint32_t code)
{
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | (code >> 6));
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | (code >> 12));
        add(0x80 | ((code >> 6) & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | (code >> 18));
        add(0x80 | ((code >> 12) & 0x3F));
        add(0x80 | ((code >> 6) & 0x3F));
        add(0x80 | (code & 0x3F));
    }
}

// The unit of "_xHHHH_" at the beginning of a text.
std::optional<std::uint32_t> escapeAt(std::string_view text)
{
    std::uint32_t unit = 0;
    if (text.size() < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_')
        return std::nullopt;
    const auto [end, status] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
    return status == std::errc() && end == text.data() + 6 ? std::optional(unit) : std::nullopt;
}

// d, m, y, h or s outside of quotes, brackets and escapes.
bool showsDate(std::string_view format)
{
    for (std::size_t at = 0; at < format.size(); ++at) {
        const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(format[at])));
        if (c == '"' || c == '[')
            at = format.find(c == '"' ? '"' : ']', at + 1);
        else if (c == '\\' || c == '_' || c == '*')
            ++at;
        else if (c == 'd' || c == 'm' || c == 'y' || c == 'h' || c == 's')
            return true;
        if (at == format.npos)
            break;
    }
    return false;
}

bool isDateFormat(int id, const std::map<int, std::string>& own)
{
    if (const auto found = own.find(id); found != own.end())
        return showsDate(found->second);
    return (id >= 14 && id <= 22) || (id >= 45 && id <= 47);
}

std::string clock(std::int64_t seconds)
{
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    return text;
}

std::string day(std::int64_t days, bool date1904)
{
    using namespace std::chrono;
    if (!date1904 && days == 60)
        return "1900-02-29"; // the day that never was
    const sys_days zero = date1904 ? sys_days{year{1904} / 1 / 1} : sys_days{year{1899} / 12 / (days < 60 ? 31 : 30)};
    const year_month_day date{zero + std::chrono::days{days}};
    if (int(date.year()) > 9999)
        return {};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()), unsigned(date.day()));
    return text;
}

} // namespace

std::string decodedEscapes(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto unit = escapeAt(text.substr(at));
        if (!unit || (*unit >= 0xDC00 && *unit <= 0xDFFF)) {
            out += text[at++];
            continue;
        }
        if (*unit < 0xD800 || *unit > 0xDBFF) {
            appendUtf8(out, *unit);
            at += 7;
            continue;
        }
        const auto second = at + 7 <= text.size() ? escapeAt(text.substr(at + 7)) : std::nullopt;
        if (!second || *second < 0xDC00 || *second > 0xDFFF) { // half of a pair
            out += text[at++];
            continue;
        }
        appendUtf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*second - 0xDC00));
        at += 14;
    }
    return out;
}

std::string textOfElement(const pugi::xml_node& element)
{
    std::string out;
    for (const pugi::xml_node& each : element.children())
        if (each.type() == pugi::node_pcdata || each.type() == pugi::node_cdata)
            out += each.value();
    return out;
}

std::string textOfRuns(const pugi::xml_node& item)
{
    std::string out;
    for (const pugi::xml_node& each : item.children()) {
        const std::string_view name = localName(each.name());
        if (name == "t")
            out += textOfElement(each);
        else if (name == "r")
            for (const pugi::xml_node& part : each.children())
                if (localName(part.name()) == "t")
                    out += textOfElement(part);
    }
    return decodedEscapes(out);
}

std::vector<bool> dateStyles(const pugi::xml_node& styleSheet)
{
    std::map<int, std::string> own;
    std::vector<bool> out;
    for (const pugi::xml_node& part : styleSheet.children()) {
        const std::string_view name = localName(part.name());
        if (name == "numFmts")
            for (const pugi::xml_node& each : part.children())
                own[each.attribute("numFmtId").as_int(-1)] = each.attribute("formatCode").value();
    }
    for (const pugi::xml_node& part : styleSheet.children())
        if (localName(part.name()) == "cellXfs")
            for (const pugi::xml_node& each : part.children())
                if (localName(each.name()) == "xf")
                    out.push_back(isDateFormat(each.attribute("numFmtId").as_int(0), own));
    return out;
}

std::string isoOf(double number, bool date1904)
{
    constexpr double beyond = 2958466; // the day after the last of year 9999
    if (!(number >= 0) || number >= beyond)
        return {};
    const std::int64_t seconds = std::llround(number * 86400), days = seconds / 86400, rest = seconds % 86400;
    if (number < 1 && !date1904)
        return days == 0 ? clock(rest) : day(days, false);
    const std::string date = day(days, date1904);
    return date.empty() || rest == 0 ? date : date + "T" + clock(rest);
}

} // namespace mama
