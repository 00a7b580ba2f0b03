#include "core/dicom/read/header_list.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/text_escape.h"
#include "core/dicom/codec/dcmtk_setup.h"
#include "core/dicom/data_set/element_header.h"
#include "core/dicom/data_set/header_dataset.h"
#include "core/dicom/data_set/tags.h"
#include "core/dicom/data_set/text_decoder.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcelem.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <span>

namespace mama {
namespace {

constexpr std::size_t longestText = 1024, mostBytes = 32; // that are shown of a value

// At most so many bytes, ending with a whole character.
void cutTo(std::size_t most, HeaderElement& element)
{
    if (element.value.size() <= most)
        return;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(element.value[end]) & 0xC0U) == 0x80U)
        --end;
    element.value.resize(end);
    element.cut = true;
}

void setBytes(std::span<const Uint8> bytes, HeaderElement& element)
{
    element.cut = bytes.size() > mostBytes;
    for (const Uint8 byte : bytes.first(std::min(bytes.size(), mostBytes))) {
        char text[4];
        std::snprintf(text, sizeof text, element.value.empty() ? "%02X" : " %02X", byte);
        element.value += text;
    }
}

void setText(std::string raw, DcmEVR vr, const TextDecoder& decoded, HeaderElement& element)
{
    while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\0'))
        raw.pop_back();
    element.cut = raw.size() > 4 * longestText;
    raw.resize(std::min(raw.size(), 4 * longestText));
    const bool whole = vr == EVR_ST || vr == EVR_LT || vr == EVR_UT || vr == EVR_UR; // one value, whatever stands in it
    element.value = oneLine(decoded(raw, vr == EVR_PN ? "\\^=" : whole ? "" : "\\"));
    cutTo(longestText, element);
}

// Digits enough to tell the number from every other of its kind.
template <class Number>
std::string shortest(Number value)
{
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

std::string numberAt(DcmElement& from, unsigned long index)
{
    Float32 single = 0;
    Float64 full = 0;
    if (from.ident() == EVR_FL && from.getFloat32(single, index).good())
        return shortest(single);
    if (from.ident() == EVR_FD && from.getFloat64(full, index).good())
        return shortest(full);
    OFString text;
    return from.getOFString(text, index).good() ? std::string(text.c_str(), text.size()) : std::string();
}

void setNumbers(DcmElement& from, HeaderElement& element)
{
    const unsigned long count = from.getVM();
    for (unsigned long i = 0; i < count && !element.cut; ++i) {
        const std::string next = (i > 0 ? "\\" : "") + numberAt(from, i);
        element.cut = element.value.size() + next.size() > longestText;
        if (!element.cut)
            element.value += next;
    }
}

bool isText(const std::string& raw)
{
    return !raw.empty() &&
           std::ranges::all_of(raw, [](unsigned char c) { return c >= 0x20 || c == '\r' || c == '\n' || c == '\t'; }) &&
           isUtf8(raw);
}

void setUnknown(DcmElement& from, const TextDecoder& decoded, HeaderElement& element)
{
    Uint8* bytes = nullptr;
    if (from.getLength() == 0 || from.getUint8Array(bytes).bad() || !bytes)
        return;
    const std::span<const Uint8> all(bytes, from.getLength());
    std::string raw(reinterpret_cast<const char*>(bytes), std::min<std::size_t>(all.size(), 4 * longestText));
    while (!raw.empty() && raw.back() == '\0')
        raw.pop_back();
    if (!isText(raw))
        return setBytes(all, element);
    const bool more = all.size() > 4 * longestText;
    setText(std::move(raw), EVR_UN, decoded, element);
    element.cut = element.cut || more;
}

void setValue(DcmElement& from, const TextDecoder& decoded, HeaderElement& element)
{
    if (from.isaString()) {
        char* raw = nullptr;
        Uint32 length = 0;
        if (from.getString(raw, length).good() && raw)
            setText(std::string(raw, length), from.ident(), decoded, element);
        return;
    }
    switch (from.ident()) {
    case EVR_UN:
    case EVR_UNKNOWN:
    case EVR_UNKNOWN2B: return setUnknown(from, decoded, element);
    case EVR_OW:
    case EVR_lt: {
        Uint16* words = nullptr;
        if (from.getLength() > 0 && from.getUint16Array(words).good() && words)
            setBytes({reinterpret_cast<const Uint8*>(words), from.getLength()}, element);
        return;
    }
    case EVR_OB:
    case EVR_ox: {
        Uint8* bytes = nullptr;
        if (from.getLength() > 0 && from.getUint8Array(bytes).good() && bytes)
            setBytes({bytes, from.getLength()}, element);
        return;
    }
    default: return setNumbers(from, element);
    }
}

// "Private (SIEMENS MED)": who keeps the block of numbers, as the same item says (PS3.5 7.8.1).
std::string privateName(DcmItem& item, std::uint32_t tag)
{
    if ((tag & 0xFFFFU) >= 0x10 && (tag & 0xFFFFU) <= 0xFF)
        return "PrivateCreator";
    const std::string creator = tags::text(item, (tag & 0xFFFF0000U) | ((tag & 0xFF00U) >> 8));
    return creator.empty() ? "Private" : "Private (" + oneLine(creator) + ")";
}

std::string nameOf(DcmItem& item, DcmElement& from, std::uint32_t tag)
{
    DcmTag named(from.getTag());
    const std::string known = named.getTagName();
    const bool unknown = known == DcmTag_ERROR_TagName || known.starts_with("Unknown") || known.starts_with("Private");
    if ((tag >> 16) % 2 == 1)
        return unknown ? privateName(item, tag) : known;
    return unknown ? std::string() : known;
}

class Lister
{
public:
    explicit Lister(HeaderList& list) : m_list(list) {}

    void list(DcmItem& item, int depth, const std::string& path, const TextDecoder& outer)
    {
        std::optional<TextDecoder> own; // an item may name a character set of its own
        if (depth > 0 && tags::present(item, 0x00080005))
            warn(own.emplace(item).warning());
        const TextDecoder& decoded = own ? *own : outer;
        for (unsigned long i = 0; i < item.card(); ++i)
            if (DcmElement* from = item.getElement(i))
                add(item, *from, depth, path, decoded);
    }

    void warn(const UserText& warning)
    {
        if (!warning.empty() && std::ranges::find(m_list.warnings, warning) == m_list.warnings.end())
            m_list.warnings.push_back(warning);
    }

private:
    void add(DcmItem& item, DcmElement& from, int depth, const std::string& path, const TextDecoder& decoded)
    {
        HeaderElement element;
        element.tag = static_cast<std::uint32_t>(from.getGTag()) << 16 | from.getETag();
        element.depth = depth;
        element.path = path + tagText(element.tag);
        element.name = nameOf(item, from, element.tag);
        element.vr = DcmVR(from.getVR()).getValidVRName();
        if (from.getLengthField() != ElementHeader::undefined)
            element.length = from.getLengthField();
        if (from.ident() == EVR_SQ) {
            auto& sequence = static_cast<DcmSequenceOfItems&>(from);
            element.items = sequence.card();
            const std::string here = element.path;
            m_list.elements.push_back(std::move(element));
            for (unsigned long i = 0; i < sequence.card(); ++i)
                if (DcmItem* inner = sequence.getItem(i))
                    list(*inner, depth + 1, here + "[" + std::to_string(i) + "]", decoded);
            return;
        }
        element.read = from.ident() != EVR_PixelData && from.ident() != EVR_pixelSQ; // an icon's
        if (element.read)
            setValue(from, decoded, element);
        m_list.elements.push_back(std::move(element));
    }

    HeaderList& m_list;
};

// Group 0002 stands before the data set and is always explicit little endian; what is not is left to the data set's
// own reader, which says what is wrong.
void listMeta(const DicomSource& source, Lister& lister)
{
    const auto bytes = source.file->bytes();
    std::size_t at = hasDicomMagic(bytes) ? 132 : 0;
    DcmDataset meta;
    while (bytes.size() - at >= 8 && readNumber(bytes, at, 2, false) == 2) {
        const auto element = readElementHeader(bytes, at, Encoding::ExplicitLittle);
        if (!element || element->length > bytes.size() - element->value)
            break;
        const DcmTagKey key(2, static_cast<Uint16>(element->tag & 0xFFFFU));
        const auto* value = reinterpret_cast<const Uint8*>(bytes.data()) + element->value;
        if (element->is("UL") && element->length == 4)
            meta.putAndInsertUint32(key, static_cast<Uint32>(readNumber(bytes, element->value, 4, false)));
        else if (element->is("OB"))
            meta.putAndInsertUint8Array(key, value, element->length);
        else
            meta.putAndInsertString(DcmTag(key, DcmVR(std::string(element->vr, 2).c_str())),
                                    std::string(reinterpret_cast<const char*>(value), element->length).c_str());
        at = element->value + element->length;
    }
    lister.list(meta, 0, {}, TextDecoder(meta));
}

void listPixels(const PixelData& pixels, HeaderList& list)
{
    HeaderElement element;
    element.tag = pixels.tag;
    element.path = tagText(pixels.tag);
    element.name =
        DcmTag(static_cast<Uint16>(pixels.tag >> 16), static_cast<Uint16>(pixels.tag & 0xFFFFU)).getTagName();
    element.vr = pixels.tag == 0x7FE00008 ? "OF" : pixels.tag == 0x7FE00009 ? "OD" : pixels.words ? "OW" : "OB";
    element.read = false;
    if (pixels.encapsulated)
        element.items = pixels.fragments.size();
    else
        element.length = static_cast<std::uint32_t>(pixels.value.length);
    list.elements.push_back(std::move(element));
}

} // namespace

HeaderList readHeaderList(const std::filesystem::path& file)
{
    setUpDcmtk();
    const auto source = readDicomSource(std::make_shared<MappedFile>(file));
    if (!source)
        throw Error(ErrorCode::Format, {action::decode}, file.string(),
                    {TextId("header.not_dicom", "not a DICOM file: only those have a header of tags")});
    const DataSetScan scan = scanReadable(source->bytes, source->start, source->encoding, file.string());
    std::vector<std::byte> joined;
    const auto dataset = readHeaderDataset(*source, scan, joined);
    HeaderList list{file, transferSyntaxText(source->transferSyntax), {}, source->warnings};
    Lister lister(list);
    for (const UserText& warning : scan.warnings)
        lister.warn(warning);
    listMeta(*source, lister);
    const TextDecoder decoded(*dataset);
    lister.warn(decoded.warning());
    lister.list(*dataset, 0, {}, decoded);
    if (scan.pixels) {
        listPixels(*scan.pixels, list);
        lister.warn(scan.pixels->damage);
    }
    lister.warn(scan.damage);
    return list;
}

} // namespace mama
