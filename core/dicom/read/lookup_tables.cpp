#include "core/dicom/read/lookup_tables.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/data_set/tags.h"

#include <algorithm>
#include <bit>

namespace mama {
namespace {

struct Descriptor
{
    std::size_t entries = 0;
    int firstMapped = 0;
    int bits = 16;
};

std::optional<Descriptor> readDescriptor(DcmItem& item, std::uint32_t tag, bool signedInput)
{
    const auto words = tags::words(item, tag);
    if (words.size() < 3)
        return std::nullopt;
    Descriptor out;
    out.entries = words[0] == 0 ? 65536 : words[0];
    const bool negative = signedInput || tags::isSignedShort(item, tag);
    out.firstMapped = negative ? static_cast<std::int16_t>(words[1]) : words[1];
    out.bits = words[2] >= 1 && words[2] <= 16 ? words[2] : 16;
    return out;
}

// Entries of up to 8 bits may lie one in a word or two in a word, the low byte first.
std::vector<std::uint16_t> readEntries(DcmItem& item, std::uint32_t tag, const Descriptor& descriptor)
{
    auto words = tags::words(item, tag);
    const bool packed =
        words.size() < descriptor.entries &&
        (descriptor.bits <= 8 ? words.size() >= descriptor.entries / 2 : words.size() == (descriptor.entries + 1) / 2);
    if (packed) {
        const auto bytes = tags::bytes(item, tag);
        words.assign(bytes.begin(), bytes.end());
    }
    words.resize(std::min(words.size(), descriptor.entries));
    return words;
}

// PS3.3 C.7.9.2: discrete, linear and indirect segments.
class SegmentReader
{
public:
    SegmentReader(const std::vector<std::uint16_t>& words, std::size_t entries) : m_words(words), m_entries(entries) {}

    std::vector<std::uint16_t> expand()
    {
        std::size_t at = 0;
        while (at + 1 < m_words.size() && m_out.size() < m_entries)
            at = m_words[at] == 2 ? indirect(at) : direct(at);
        m_out.resize(std::min(m_out.size(), m_entries));
        return std::move(m_out);
    }

private:
    std::size_t direct(std::size_t at)
    {
        const std::size_t length = m_words[at + 1];
        if (m_words[at] == 0) {
            const std::size_t end = std::min(at + 2 + length, m_words.size());
            m_out.insert(m_out.end(), m_words.begin() + static_cast<std::ptrdiff_t>(at + 2),
                         m_words.begin() + static_cast<std::ptrdiff_t>(end));
            return end;
        }
        if (m_words[at] != 1 || at + 2 >= m_words.size() || m_out.empty())
            return m_words.size();
        const double from = m_out.back(), to = m_words[at + 2];
        for (std::size_t i = 1; i <= length; ++i)
            m_out.push_back(static_cast<std::uint16_t>(
                from + (to - from) * static_cast<double>(i) / static_cast<double>(length) + 0.5));
        return at + 3;
    }

    // Repeats a number of earlier segments, which are direct ones.
    std::size_t indirect(std::size_t at)
    {
        if (at + 3 >= m_words.size())
            return m_words.size();
        std::size_t from = (m_words[at + 2] | std::size_t{m_words[at + 3]} << 16) / 2;
        for (std::size_t i = 0; i < m_words[at + 1] && from + 1 < at && m_out.size() < m_entries && m_words[from] != 2;
             ++i)
            from = direct(from);
        return at + 4;
    }

    const std::vector<std::uint16_t>& m_words;
    std::size_t m_entries;
    std::vector<std::uint16_t> m_out;
};

std::vector<std::uint16_t> readColour(DcmItem& dataset, std::uint32_t channel, const Descriptor& descriptor,
                                      const std::string& where)
{
    auto entries = readEntries(dataset, 0x00281201 + channel, descriptor);
    if (entries.empty())
        entries = SegmentReader(tags::words(dataset, 0x00281221 + channel), descriptor.entries).expand();
    if (entries.empty())
        throw Error(
            ErrorCode::Format, {action::decode}, where,
            {TextId("decode.palette_data_missing", "%1 palette data are missing"), tagText(0x00281201 + channel)});
    return entries;
}

} // namespace

std::optional<LookupTable> readLookupTable(DcmItem& item, bool signedInput, std::vector<UserText>& warnings)
{
    const auto descriptor = readDescriptor(item, 0x00283002, signedInput);
    if (!descriptor) {
        warnings.push_back({TextId("decode.lut_descriptor_has_no_three",
                                   "(0028,3002) LUT Descriptor has no three values: the table was left out")});
        return std::nullopt;
    }
    LookupTable out;
    out.firstMapped = descriptor->firstMapped;
    out.bits = descriptor->bits;
    out.entries = readEntries(item, 0x00283006, *descriptor);
    if (out.entries.empty()) {
        warnings.push_back(
            {TextId("decode.lut_data_empty_table_left", "(0028,3006) LUT Data is empty: the table was left out")});
        return std::nullopt;
    }
    const std::size_t there = tags::words(item, 0x00283006).size();
    if (out.entries.size() < descriptor->entries || there > descriptor->entries + 1)
        warnings.push_back({TextId("decode.lut_data_has_entries_descriptor",
                                   "(0028,3006) LUT Data has %1 entries, the descriptor says %2"),
                            std::max(there, out.entries.size()), descriptor->entries});
    return out;
}

void settleRange(LookupTable& table, std::vector<UserText>& warnings)
{
    const auto largest = *std::max_element(table.entries.begin(), table.entries.end());
    const int used = static_cast<int>(std::bit_width(largest));
    if (used == 0 || used == table.bits)
        return;
    const bool ownRange = used > table.bits || table.bits == 16;
    if (ownRange)
        warnings.push_back({TextId("decode.lut_own_range",
                                   "(0028,3002) LUT Descriptor says %1 bits an entry, (0028,3006) LUT Data reach %2: "
                                   "the range of %3 bits was taken"),
                            table.bits, largest, used});
    else
        warnings.push_back(
            {TextId("decode.lut_reaches_less",
                    "(0028,3002) LUT Descriptor says %1 bits an entry, (0028,3006) LUT Data reach %2 only: "
                    "the picture may be too dark"),
             table.bits, largest});
    if (ownRange)
        table.bits = used;
}

Palette readPalette(DcmItem& dataset, const PixelLayout& layout, const std::string& where)
{
    Palette out;
    std::vector<std::uint16_t>* tables[3] = {&out.red, &out.green, &out.blue};
    std::uint16_t largest = 0;
    for (std::uint32_t channel = 0; channel < 3; ++channel) {
        const auto descriptor = readDescriptor(dataset, 0x00281101 + channel, layout.isSigned);
        if (!descriptor)
            throw Error(ErrorCode::Format, {action::decode}, where,
                        {TextId("decode.palette_descriptor_missing", "%1 palette descriptor is missing"),
                         tagText(0x00281101 + channel)});
        out.firstMapped = descriptor->firstMapped;
        out.bits = descriptor->bits;
        *tables[channel] = readColour(dataset, channel, *descriptor, where);
        largest = std::max(largest, *std::max_element(tables[channel]->begin(), tables[channel]->end()));
    }
    // Some writers say 16 bits and store 8, others the reverse.
    if (out.bits > 8 && largest <= 255)
        out.bits = 8;
    else if (out.bits <= 8 && largest > 255)
        out.bits = 16;
    return out;
}

} // namespace mama
