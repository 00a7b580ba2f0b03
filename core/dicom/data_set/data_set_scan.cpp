#include "core/dicom/data_set/data_set_scan.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/data_set/element_header.h"

#include <cstdio>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctag.h>

namespace mama {
namespace {

constexpr auto atOffset = TextId("decode.at_offset", "%1 at offset %2: %3");

constexpr std::uint32_t itemTag = 0xFFFEE000, itemEnd = 0xFFFEE00D, sequenceEnd = 0xFFFEE0DD;
constexpr int deepest = 48;                     // nested sequences
constexpr std::size_t mostElements = 2'000'000; // DCMTK needs some 200 bytes for each
constexpr std::size_t longestValue = std::size_t{16} << 20;
constexpr std::size_t longestHeader = std::size_t{256} << 20;

bool isPixelData(std::uint32_t tag) { return tag == 0x7FE00008 || tag == 0x7FE00009 || tag == 0x7FE00010; }

class Walker
{
public:
    Walker(std::span<const std::byte> bytes, const std::string& where) : m_bytes(bytes), m_where(where) {}

    // Up to what is broken.
    DataSetScan walkReadable(std::size_t start, Encoding encoding)
    {
        try {
            return walk(start, encoding);
        } catch (const Error& error) {
            if (m_at > m_from)
                m_scan.header.push_back({m_from, m_at - m_from});
            if (m_scan.header.empty())
                throw;
            m_scan.damage = error.why();
            notePixels(encoding);
            return std::move(m_scan);
        }
    }

    DataSetScan walk(std::size_t start, Encoding encoding)
    {
        std::size_t &from = m_from, &at = m_at, total = 0;
        from = at = start;
        const auto keep = [&](std::size_t to) {
            if (to > from)
                m_scan.header.push_back({from, to - from});
            total += to - from;
            from = to;
            if (total > longestHeader)
                fail(0, at, {TextId("decode.header_over_mib", "header of over %1 MiB"), longestHeader >> 20});
        };
        while (m_bytes.size() - at >= 8) {
            if (readNumber(m_bytes, at, 8, false) == 0) { // zero padding after the last element
                m_scan.warnings.push_back({TextId("decode.zero_bytes_after_last_element",
                                                  "zero bytes after the last element, from offset %1"),
                                           at});
                break;
            }
            const ElementHeader element = header(at, encoding);
            if (element.tag >> 16 == 0xFFFE)
                fail(element.tag, at,
                     {TextId("decode.item_or_delimiter_outside_sequence", "item or delimiter outside a sequence")});
            if (isPixelData(element.tag)) {
                keep(at);
                after(pixelData(element, at), element.tag, encoding);
                return std::move(m_scan);
            }
            const std::size_t next = skip(element, at, encoding, 0);
            if (next - at > longestValue && !isSequence(element, encoding)) {
                keep(at);
                from = next;
                m_scan.warnings.push_back(
                    {TextId("decode.bytes_not_read", "%1 of %2 bytes was not read"), tagText(element.tag), next - at});
            }
            at = next;
        }
        keep(at);
        return std::move(m_scan);
    }

private:
    // Pixels that the file's end cuts off are named all the same.
    void notePixels(Encoding encoding)
    {
        const auto element = readElementHeader(m_bytes, m_at, encoding);
        if (!element || !isPixelData(element->tag) || m_scan.pixels)
            return;
        PixelData pixels;
        pixels.tag = element->tag;
        pixels.words = !element->is("OB") && !element->is("UN");
        pixels.encapsulated = element->length == ElementHeader::undefined;
        pixels.value = {element->value, element->length};
        m_scan.pixels = std::move(pixels);
    }

    [[noreturn]] void fail(std::uint32_t tag, std::size_t offset, const UserText& why) const
    {
        throw Error(ErrorCode::Format, {action::decode}, m_where, {atOffset, tagText(tag), offset, why});
    }

    ElementHeader header(std::size_t at, Encoding encoding)
    {
        const auto element = readElementHeader(m_bytes, at, encoding);
        if (!element) {
            const bool big = encoding == Encoding::ExplicitBig;
            const bool cut = m_bytes.size() - at < 12;
            const std::uint64_t tag = m_bytes.size() - at < 4
                                          ? 0
                                          : readNumber(m_bytes, at, 2, big) << 16 | readNumber(m_bytes, at + 2, 2, big);
            fail(
                static_cast<std::uint32_t>(tag), at,
                cut ? UserText{TextId("decode.file_ends_inside_element", "file ends inside an element")}
                    : UserText{TextId("decode.no_value_representation", "value representation is no pair of letters")});
        }
        if (++m_elements > mostElements)
            fail(element->tag, at, {TextId("decode.more_than_elements", "more than %1 elements"), mostElements});
        return *element;
    }

    bool isSequence(const ElementHeader& element, Encoding encoding) const
    {
        if (encoding != Encoding::ImplicitLittle)
            return element.is("SQ") || (element.is("UN") && element.length == ElementHeader::undefined);
        if (element.length == ElementHeader::undefined)
            return true;
        const DcmEVR vr =
            DcmTag(static_cast<Uint16>(element.tag >> 16), static_cast<Uint16>(element.tag & 0xFFFF)).getEVR();
        return vr == EVR_SQ;
    }

    // Where the element after this one starts.
    std::size_t skip(const ElementHeader& element, std::size_t at, Encoding encoding, int depth)
    {
        const bool open = element.length == ElementHeader::undefined;
        if (!open && element.length > m_bytes.size() - element.value)
            fail(element.tag, at,
                 {TextId("decode.value_bytes_file_holds_more", "value of %1 bytes, the file holds %2 more: truncated"),
                  element.length, m_bytes.size() - element.value});
        if (isSequence(element, encoding)) {
            // Content of an unknown sequence (UN) is implicit little endian: PS3.5 6.2.2 note 4.
            const Encoding inside = element.is("UN") ? Encoding::ImplicitLittle : encoding;
            return items(element, at, inside, depth + 1);
        }
        if (!open)
            return element.value + element.length;
        if (isPixelData(element.tag)) // an icon's compressed pixels
            return skipFragments(element);
        fail(element.tag, at,
             {TextId("decode.undefined_length_not_allowed_here", "undefined length is not allowed here")});
    }

    std::size_t items(const ElementHeader& sequence, std::size_t start, Encoding encoding, int depth)
    {
        if (depth > deepest)
            fail(sequence.tag, start,
                 {TextId("decode.more_than_nested_sequences", "more than %1 nested sequences"), deepest});
        const bool open = sequence.length == ElementHeader::undefined;
        const std::size_t end = open ? m_bytes.size() : sequence.value + sequence.length;
        std::size_t at = sequence.value;
        while (at < end) {
            if (end - at < 8)
                fail(sequence.tag, at, {TextId("decode.sequence_ends_inside_item", "sequence ends inside an item")});
            const ElementHeader item = header(at, encoding);
            if (item.tag == sequenceEnd) // some writers add one to a sequence of known length too
                return open ? item.value : end;
            if (item.tag != itemTag)
                fail(sequence.tag, at,
                     {TextId("decode.expected_item_sequence_found", "expected an item of this sequence, found %1"),
                      tagText(item.tag)});
            at = content(item, at, end, encoding, depth);
        }
        if (open)
            fail(sequence.tag, start,
                 {TextId("decode.sequence_delimiter_missing_at_file",
                         "sequence delimiter (FFFE,E0DD) is missing at the file's end")});
        return end;
    }

    std::size_t content(const ElementHeader& item, std::size_t start, std::size_t limit, Encoding encoding, int depth)
    {
        const bool open = item.length == ElementHeader::undefined;
        if (!open && item.length > limit - item.value)
            fail(item.tag, start,
                 {TextId("decode.item_bytes", "item of %1 bytes in %2"), item.length, limit - item.value});
        const std::size_t end = open ? limit : item.value + item.length;
        std::size_t at = item.value;
        while (at < end) {
            const ElementHeader element = header(at, encoding);
            if (element.tag == itemEnd)
                return open ? element.value : end;
            if (element.tag >> 16 == 0xFFFE)
                fail(element.tag, at, {TextId("decode.unexpected_item", "unexpected in an item")});
            at = skip(element, at, encoding, depth);
        }
        if (open)
            fail(item.tag, start, {TextId("decode.item_delimiter_missing", "item delimiter (FFFE,E00D) is missing")});
        return end;
    }

    std::size_t skipFragments(const ElementHeader& element)
    {
        PixelData icon;
        const std::size_t end = fragments(element, icon);
        if (!icon.damage.empty())
            throw Error(ErrorCode::Format, {action::decode}, m_where, icon.damage);
        return end;
    }

    // Items of encapsulated pixel data; a damaged end is noted, not thrown, so that the frame can be named.
    std::size_t fragments(const ElementHeader& element, PixelData& pixels)
    {
        std::size_t at = element.value;
        const auto damaged = [&](const UserText& why) { pixels.damage = {atOffset, tagText(element.tag), at, why}; };
        for (bool first = true;; first = false) {
            if (m_bytes.size() - at < 8) {
                damaged({TextId("decode.file_ends_before_sequence_delimiter",
                                "file ends before the sequence delimiter (FFFE,E0DD): truncated")});
                return m_bytes.size();
            }
            const ElementHeader item = header(at, Encoding::ImplicitLittle);
            if (item.tag == sequenceEnd)
                return item.value;
            if (item.tag != itemTag || item.length > m_bytes.size() - item.value) {
                if (item.tag != itemTag)
                    damaged({TextId("decode.item_expected", "expected an item or the delimiter, found %1"),
                             tagText(item.tag)});
                else
                    damaged({TextId("decode.item_cut", "item of %1 bytes, the file holds %2 more: truncated"),
                             item.length, m_bytes.size() - item.value});
                pixels.itemCut = item.tag == itemTag;
                return m_bytes.size();
            }
            if (first)
                pixels.offsetTable = {item.value, item.length};
            else
                pixels.fragments.push_back({item.value, item.length});
            at = item.value + item.length;
            if (first)
                pixels.firstItem = at;
        }
    }

    // Where the element after the pixel data starts.
    std::size_t pixelData(const ElementHeader& element, std::size_t at)
    {
        PixelData pixels;
        pixels.tag = element.tag;
        pixels.words = !element.is("OB") && !element.is("UN");
        pixels.encapsulated = element.length == ElementHeader::undefined;
        std::size_t end = 0;
        if (pixels.encapsulated) {
            end = fragments(element, pixels);
        } else {
            end = skip(element, at, Encoding::ExplicitLittle, 0);
            pixels.value = {element.value, end - element.value};
        }
        m_scan.pixels = std::move(pixels);
        return end;
    }

    // Few elements may follow the pixel data (padding, signatures); what is none of them belongs to nothing.
    void after(std::size_t at, std::uint32_t last, Encoding encoding)
    {
        const auto padding = [&] { return m_bytes.size() - at == 1 && m_bytes[at] == std::byte{0}; };
        while (at < m_bytes.size() && !padding()) {
            const auto element = readElementHeader(m_bytes, at, encoding);
            if (element && element->length == ElementHeader::undefined && element->is("SQ") && element->tag > last)
                return;
            const bool known =
                element && element->tag > last && element->tag >> 16 != 0xFFFE &&
                element->length <= m_bytes.size() - element->value &&
                (encoding == Encoding::ImplicitLittle || DcmVR(std::string(element->vr, 2).c_str()).isStandard());
            if (!known) {
                m_scan.warnings.push_back({TextId("decode.bytes_after_data_set",
                                                  "%1 bytes after the data set, from offset %2, belong to nothing"),
                                           m_bytes.size() - at, at});
                return;
            }
            last = element->tag;
            at = element->value + element->length;
        }
    }

    std::span<const std::byte> m_bytes;
    const std::string& m_where;
    DataSetScan m_scan;
    std::size_t m_elements = 0;
    std::size_t m_from = 0, m_at = 0; // of what is not in m_scan.header yet; of the element that is looked at
};

} // namespace

DataSetScan scanDataSet(std::span<const std::byte> bytes, std::size_t start, Encoding encoding,
                        const std::string& where)
{
    return Walker(bytes, where).walk(start, encoding);
}

DataSetScan scanReadable(std::span<const std::byte> bytes, std::size_t start, Encoding encoding,
                         const std::string& where)
{
    return Walker(bytes, where).walkReadable(start, encoding);
}

bool looksLikeDataSet(std::span<const std::byte> bytes, std::size_t start, Encoding encoding)
{
    std::uint32_t last = 0;
    std::size_t at = start;
    for (int i = 0; i < 3; ++i) {
        if (i > 0 && at == bytes.size())
            return true;
        const auto element = readElementHeader(bytes, at, encoding);
        const bool known = element && (encoding == Encoding::ImplicitLittle ||
                                       DcmVR(std::string(element->vr, 2).c_str()).isStandard());
        if (!known || element->tag <= last || element->tag > 0x7FE00010 || (i == 0 && element->tag >> 16 > 0x0020))
            return false;
        last = element->tag;
        if (element->length == ElementHeader::undefined)
            return true;
        if (element->length > bytes.size() - element->value)
            return false;
        at = element->value + element->length;
    }
    return true;
}

std::string tagText(std::uint32_t tag)
{
    char text[16];
    std::snprintf(text, sizeof text, "(%04X,%04X)", tag >> 16, tag & 0xFFFFU);
    return text;
}

} // namespace mama
