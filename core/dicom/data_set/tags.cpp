#include "core/dicom/data_set/tags.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <dcmtk/dcmdata/dctagkey.h>
#include <string_view>

namespace mama::tags {
namespace {

DcmTagKey key(std::uint32_t tag) { return {static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF)}; }

DcmElement* element(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = nullptr;
    return item.findAndGetElement(key(tag), found).good() ? found : nullptr;
}

std::string trimmed(std::string value)
{
    const auto blank = [](char c) { return c == ' ' || c == '\0' || c == '\t' || c == '\r' || c == '\n'; };
    while (!value.empty() && blank(value.back()))
        value.pop_back();
    std::size_t front = 0;
    while (front < value.size() && blank(value[front]))
        ++front;
    return value.substr(front);
}

DcmSequenceOfItems* sequenceAt(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    return found && found->ident() == EVR_SQ ? static_cast<DcmSequenceOfItems*>(found) : nullptr;
}

} // namespace

bool present(DcmItem& item, std::uint32_t tag) { return element(item, tag) != nullptr; }

std::string wholeText(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    constexpr Uint32 longest = 1 << 16;
    if (!found || found->getLength() == 0 || found->getLength() > longest || found->ident() == EVR_SQ)
        return {};
    OFString value;
    if (found->isaString()) {
        char* raw = nullptr;
        Uint32 length = 0;
        if (found->getString(raw, length).good() && raw)
            return trimmed(std::string(raw, length));
        return {};
    }
    if (found->ident() == EVR_UN) { // a text whose representation the writer did not know
        Uint8* raw = nullptr;
        if (found->getUint8Array(raw).good() && raw)
            return trimmed(std::string(reinterpret_cast<const char*>(raw), found->getLength()));
        return {};
    }
    return found->getOFStringArray(value).good() ? trimmed(std::string(value.c_str(), value.size())) : std::string();
}

std::vector<std::string> texts(DcmItem& item, std::uint32_t tag)
{
    const std::string whole = wholeText(item, tag);
    std::vector<std::string> out;
    if (whole.empty())
        return out;
    for (std::size_t at = 0; at <= whole.size();) {
        const std::size_t end = std::min(whole.find('\\', at), whole.size());
        out.push_back(trimmed(whole.substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

std::string text(DcmItem& item, std::uint32_t tag)
{
    const auto all = texts(item, tag);
    return all.empty() ? std::string() : all.front();
}

std::optional<std::int64_t> integer(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    if (!found)
        return std::nullopt;
    Uint16 us = 0;
    Sint16 ss = 0;
    Uint32 ul = 0;
    Sint32 sl = 0;
    switch (found->ident()) {
    case EVR_US:
    case EVR_xs: return found->getUint16(us).good() ? std::optional<std::int64_t>(us) : std::nullopt;
    case EVR_SS: return found->getSint16(ss).good() ? std::optional<std::int64_t>(ss) : std::nullopt;
    case EVR_UL: return found->getUint32(ul).good() ? std::optional<std::int64_t>(ul) : std::nullopt;
    case EVR_SL: return found->getSint32(sl).good() ? std::optional<std::int64_t>(sl) : std::nullopt;
    case EVR_OW:
    case EVR_OB:
    case EVR_UN: {
        const auto found16 = words(item, tag);
        return found16.empty() ? std::nullopt : std::optional<std::int64_t>(found16.front());
    }
    default: break;
    }
    const std::string value = text(item, tag);
    std::int64_t out = 0;
    const char* begin = value.data() + (!value.empty() && value[0] == '+' ? 1 : 0);
    return std::from_chars(begin, value.data() + value.size(), out).ec == std::errc() ? std::optional(out)
                                                                                      : std::nullopt;
}

namespace {

bool isDigits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

// Digits in groups of three behind the first, as "1.234.567"; the digits alone, or empty where it is not so.
std::string grouped(std::string_view text, char separator)
{
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(separator, at), text.size());
        const std::string_view group = text.substr(at, end - at);
        const bool fits = at == 0 ? end == text.size() || (!group.empty() && group.size() <= 3) : group.size() == 3;
        if (!fits || !isDigits(group))
            return {};
        out += group;
        at = end + 1;
    }
    return out;
}

// One comma, between digits: "1,500" may be grouped, "2048,1000" may be a list.
bool hasTwoMeanings(std::string_view before, std::string_view rest)
{
    const bool grouped = rest.size() == 3 && before.size() <= 3 && !before.empty() && before[0] != '0';
    const bool list = rest.size() >= 3 && rest[0] != '0' && before.find_first_not_of('0') != std::string_view::npos;
    return grouped || list;
}

// Commas as the point or as nothing, where the text has but one meaning: "1,5", ",070", "1.234,5", "1,234.5",
// "1,234,567", "1,5e3". "1,500" has two and stays as it is, and so does "2048,1000", which may be a list.
std::string withPoint(const std::string& text)
{
    const std::size_t sign = text.starts_with('-') ? 1 : 0, power = std::min(text.find_first_of("eE"), text.size());
    const std::string_view plain = std::string_view(text).substr(sign, power - sign);
    const std::size_t comma = plain.rfind(','), point = plain.rfind('.');
    if (comma == std::string_view::npos)
        return text;
    const bool pointLast = point != std::string_view::npos && point > comma;
    const std::size_t split = pointLast ? point : comma;
    const std::string_view before = plain.substr(0, split), after = plain.substr(split + 1);
    std::string whole = grouped(before, pointLast ? ',' : '.');
    std::string_view rest = after;
    if (std::string all = grouped(plain, ','); std::ranges::count(plain, ',') > 1 && !all.empty()) {
        whole = std::move(all);
        rest = {};
    } else if (rest.empty() || (whole.empty() && !before.empty())) {
        return text;
    } else if (!pointLast && hasTwoMeanings(before, rest)) {
        return text;
    }
    return isDigits(rest) ? text.substr(0, sign) + whole + "." + std::string(rest) + text.substr(power) : text;
}

// NaN for what is no number, or not one alone: a part of a text is never taken for all of it.
double numberOf(const std::string& text)
{
    if (text.starts_with("+-"))
        return std::nan("");
    const std::string plain = withPoint(text.starts_with('+') ? text.substr(1) : text);
    double value = 0;
    const auto [end, failed] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    const bool whole = failed == std::errc() && end == plain.data() + plain.size();
    return whole && std::isfinite(value) ? value : std::nan("");
}

} // namespace

std::vector<double> numbers(DcmItem& item, std::uint32_t tag)
{
    std::vector<double> out;
    DcmElement* found = element(item, tag);
    if (!found || found->ident() == EVR_SQ)
        return out;
    if (found->ident() == EVR_FD || found->ident() == EVR_FL) {
        Float64 wide = 0;
        Float32 narrow = 0;
        for (unsigned long i = 0; i < found->getVM(); ++i) {
            if (found->getFloat64(wide, i).good())
                out.push_back(wide);
            else if (found->getFloat32(narrow, i).good())
                out.push_back(narrow);
        }
        return out;
    }
    if (const bool isText = found->isaString() || found->ident() == EVR_UN; !isText) {
        if (const auto value = integer(item, tag))
            out.push_back(static_cast<double>(*value));
        return out;
    }
    for (const std::string& each : texts(item, tag))
        out.push_back(numberOf(each));
    return out;
}

bool isContradictory(DcmItem& item, std::uint32_t tag)
{
    const auto all = numbers(item, tag);
    return std::ranges::any_of(all, [&](double each) { return !(each == all.front()); });
}

std::optional<double> number(DcmItem& item, std::uint32_t tag, std::size_t index)
{
    const auto all = numbers(item, tag);
    return index < all.size() && std::isfinite(all[index]) ? std::optional(all[index]) : std::nullopt;
}

std::vector<std::uint16_t> words(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    if (!found || found->ident() == EVR_SQ)
        return {};
    const std::size_t count = found->getLength() / 2;
    Uint16* unsignedWords = nullptr;
    if (found->getUint16Array(unsignedWords).good() && unsignedWords)
        return {unsignedWords, unsignedWords + count};
    Sint16* signedWords = nullptr;
    if (found->getSint16Array(signedWords).good() && signedWords)
        return {reinterpret_cast<std::uint16_t*>(signedWords), reinterpret_cast<std::uint16_t*>(signedWords) + count};
    const auto raw = bytes(item, tag);
    std::vector<std::uint16_t> out(raw.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint16_t>(raw[2 * i] | raw[2 * i + 1] << 8);
    return out;
}

std::vector<std::uint8_t> bytes(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    if (!found || found->ident() == EVR_SQ)
        return {};
    Uint16* asWords = nullptr;
    if (found->getUint16Array(asWords).good() && asWords) {
        std::vector<std::uint8_t> out;
        for (std::size_t i = 0; i < found->getLength() / 2; ++i) {
            out.push_back(static_cast<std::uint8_t>(asWords[i] & 0xFF));
            out.push_back(static_cast<std::uint8_t>(asWords[i] >> 8));
        }
        return out;
    }
    Uint8* raw = nullptr;
    if (found->getUint8Array(raw).good() && raw)
        return {raw, raw + found->getLength()};
    return {};
}

bool isSignedShort(DcmItem& item, std::uint32_t tag)
{
    DcmElement* found = element(item, tag);
    return found && found->ident() == EVR_SS;
}

std::vector<DcmItem*> items(DcmItem& item, std::uint32_t sequence)
{
    std::vector<DcmItem*> out;
    if (DcmSequenceOfItems* found = sequenceAt(item, sequence)) {
        DcmObject* each = nullptr;
        while ((each = found->nextInContainer(each)) != nullptr)
            out.push_back(static_cast<DcmItem*>(each));
    }
    return out;
}

DcmItem* firstItem(DcmItem& item, std::uint32_t sequence)
{
    DcmSequenceOfItems* found = sequenceAt(item, sequence);
    return found && found->card() > 0 ? found->getItem(0) : nullptr;
}

DcmItem* group(DcmItem& dataset, int frame, std::uint32_t sequence)
{
    if (DcmSequenceOfItems* frames = sequenceAt(dataset, 0x52009230);
        frames && static_cast<unsigned long>(frame) < frames->card())
        if (DcmItem* own = frames->getItem(static_cast<unsigned long>(frame)))
            if (DcmItem* found = firstItem(*own, sequence))
                return found;
    if (DcmItem* shared = firstItem(dataset, 0x52009229))
        return firstItem(*shared, sequence);
    return nullptr;
}

} // namespace mama::tags
