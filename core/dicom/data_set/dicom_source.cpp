#include "core/dicom/data_set/dicom_source.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/data_set/element_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcxfer.h>
#include <zlib.h>

namespace mama {
namespace {

constexpr const char* implicitLittle = "1.2.840.10008.1.2";
constexpr const char* explicitLittle = "1.2.840.10008.1.2.1";
constexpr const char* explicitBig = "1.2.840.10008.1.2.2";
// GE's private one: an implicit little endian data set, the pixels' words big endian.
constexpr const char* privateGe = "1.2.840.113619.5.2";
constexpr const char* deflated = "1.2.840.10008.1.2.1.99";
constexpr std::size_t mostInflated = std::size_t{640} << 20;

// Those that DCMTK does not know, or not by this name.
constexpr std::pair<const char*, const char*> names[] = {
    {"1.2.840.10008.1.2.1.98", "encapsulated uncompressed explicit little endian"},
    {"1.2.840.10008.1.2.4.92", "JPEG 2000 part 2 multi-component lossless"},
    {"1.2.840.10008.1.2.4.93", "JPEG 2000 part 2 multi-component"},
    {"1.2.840.10008.1.2.4.94", "JPIP referenced"},
    {"1.2.840.10008.1.2.4.95", "JPIP referenced deflate"},
    {"1.2.840.10008.1.2.4.100", "MPEG-2 main profile, main level"},
    {"1.2.840.10008.1.2.4.101", "MPEG-2 main profile, high level"},
    {"1.2.840.10008.1.2.4.102", "MPEG-4 AVC high profile, level 4.1"},
    {"1.2.840.10008.1.2.4.103", "MPEG-4 AVC BD-compatible high profile, level 4.1"},
    {"1.2.840.10008.1.2.4.104", "MPEG-4 AVC high profile, level 4.2 for 2D video"},
    {"1.2.840.10008.1.2.4.105", "MPEG-4 AVC high profile, level 4.2 for 3D video"},
    {"1.2.840.10008.1.2.4.106", "MPEG-4 AVC stereo high profile, level 4.2"},
    {"1.2.840.10008.1.2.4.107", "HEVC main profile, level 5.1"},
    {"1.2.840.10008.1.2.4.108", "HEVC main 10 profile, level 5.1"},
    {"1.2.840.10008.1.2.4.110", "JPEG XL lossless"},
    {"1.2.840.10008.1.2.4.111", "JPEG XL JPEG recompression"},
    {"1.2.840.10008.1.2.4.112", "JPEG XL"},
    {"1.2.840.10008.1.2.4.201", "HTJ2K lossless"},
    {"1.2.840.10008.1.2.4.202", "HTJ2K lossless RPCL"},
    {"1.2.840.10008.1.2.4.203", "HTJ2K"},
    {"1.2.840.10008.1.2.8.1", "deflated image frame"},
};

const char* uidOf(Encoding encoding)
{
    return encoding == Encoding::ImplicitLittle ? implicitLittle
           : encoding == Encoding::ExplicitBig  ? explicitBig
                                                : explicitLittle;
}

const char* describe(Encoding encoding)
{
    return encoding == Encoding::ImplicitLittle ? "implicit little endian"
           : encoding == Encoding::ExplicitBig  ? "explicit big endian"
                                                : "explicit little endian";
}

std::optional<Encoding> encodingByContent(std::span<const std::byte> bytes, std::size_t start)
{
    // The explicit encodings first: their letters are the stronger evidence.
    for (const Encoding encoding : {Encoding::ExplicitLittle, Encoding::ExplicitBig, Encoding::ImplicitLittle})
        if (looksLikeDataSet(bytes, start, encoding))
            return encoding;
    return std::nullopt;
}

std::string text(std::span<const std::byte> bytes, const ElementHeader& element)
{
    std::string value(reinterpret_cast<const char*>(bytes.data()) + element.value, element.length);
    while (!value.empty() && (value.back() == '\0' || value.back() == ' '))
        value.pop_back();
    return value.substr(0, 64);
}

// Reads group 0002 from at on; returns where the data set starts. The group's stated length is used only to tell
// a compressed data set from one more element.
std::size_t readMeta(DicomSource& source, std::size_t at)
{
    std::size_t statedEnd = 0;
    while (source.bytes.size() - at >= 8 && readNumber(source.bytes, at, 2, false) == 2) {
        auto element = readElementHeader(source.bytes, at, Encoding::ExplicitLittle);
        if (!element && at < statedEnd)
            element = readElementHeader(source.bytes, at, Encoding::ImplicitLittle);
        if (!element && statedEnd == 0)
            element = readElementHeader(source.bytes, at, Encoding::ImplicitLittle);
        if (!element)
            break;
        if (element->length > source.bytes.size() - element->value)
            throw Error(ErrorCode::Format, {action::decode}, source.file->path().string(),
                        {TextId("decode.at_offset_file_ends_inside",
                                "%1 at offset %2: file ends inside the meta header: truncated"),
                         tagText(element->tag), at});
        if (element->tag == 0x00020000 && element->length == 4)
            statedEnd = element->value + 4 + readNumber(source.bytes, element->value, 4, false);
        else if (element->tag == 0x00020002)
            source.mediaClass = text(source.bytes, *element);
        else if (element->tag == 0x00020010)
            source.transferSyntax = text(source.bytes, *element);
        at = element->value + element->length;
    }
    return at;
}

void inflateDataSet(DicomSource& source)
{
    const auto packed = source.bytes.subspan(source.start);
    const auto fail = [&](const UserText& why) {
        return Error(
            ErrorCode::Format, {action::decode}, source.file->path().string(),
            {TextId("decode.deflated_data_set_at_offset", "deflated data set at offset %1: %2"), source.start, why});
    };
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        throw Error(ErrorCode::Memory, {action::decode}, source.file->path().string(),
                    {TextId("decode.zlib_could_not_start", "zlib could not start")});
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), 0xFFFFFFFFU));
    std::array<std::byte, 1 << 16> block;
    int status = Z_OK;
    while (status == Z_OK && source.inflated.size() <= mostInflated) {
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = static_cast<uInt>(block.size());
        status = inflate(&stream, Z_NO_FLUSH);
        source.inflated.insert(source.inflated.end(), block.begin(), block.end() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (source.inflated.size() > mostInflated)
        throw fail(
            {TextId("decode.more_than_mib_when_inflated", "more than %1 MiB when inflated"), mostInflated >> 20});
    if (status != Z_STREAM_END)
        throw fail(status == Z_BUF_ERROR ? UserText{TextId("decode.truncated", "truncated")}
                                         : UserText{TextId("decode.broken", "broken")});
    if (stream.avail_in > 1) // one byte makes the length even
        source.warnings.push_back(
            {TextId("decode.bytes_after_deflated", "%1 bytes after the deflated data set belong to nothing"),
             static_cast<std::uint64_t>(stream.avail_in)});
    source.bytes = source.inflated;
    source.start = 0;
}

// The declared syntax decides unless the content plainly speaks another one.
void chooseEncoding(DicomSource& source)
{
    const std::string declared = source.transferSyntax;
    const auto found = encodingByContent(source.bytes, source.start);
    if (declared.empty()) {
        if (!found && source.start < source.bytes.size())
            throw Error(
                ErrorCode::Format, {action::decode}, source.file->path().string(),
                {TextId(
                     "decode.transfer_syntax_missing_data_set",
                     "transfer syntax (0002,0010) is missing and the data set at offset %1 is neither implicit nor explicit little endian"),
                 source.start});
        source.encoding = found.value_or(Encoding::ExplicitLittle);
        source.transferSyntax = uidOf(source.encoding);
        source.warnings.push_back({TextId("decode.transfer_syntax_missing_assumed_from",
                                          "transfer syntax (0002,0010) is missing: %1 was assumed from the content"),
                                   describe(source.encoding)});
        return;
    }
    source.encoding = declared == implicitLittle || declared == privateGe ? Encoding::ImplicitLittle
                      : declared == explicitBig                           ? Encoding::ExplicitBig
                                                                          : Encoding::ExplicitLittle;
    source.pixelsBigEndian = declared == privateGe;
    if (found && *found != source.encoding && !looksLikeDataSet(source.bytes, source.start, source.encoding)) {
        source.encoding = *found;
        source.warnings.push_back(
            {TextId("decode.data_set_not_as_transfer", "the data set is %1, not as transfer syntax %2 says"),
             describe(*found), declared});
    }
}

} // namespace

bool hasDicomMagic(std::span<const std::byte> bytes)
{
    return bytes.size() >= 132 && std::memcmp(bytes.data() + 128, "DICM", 4) == 0;
}

std::optional<DicomSource> readDicomSource(std::shared_ptr<const MappedFile> file)
{
    DicomSource source;
    source.bytes = file->bytes();
    source.file = std::move(file);
    const auto bytes = source.bytes;
    if (hasDicomMagic(bytes)) {
        source.start = readMeta(source, 132);
    } else if (bytes.size() >= 8 && readNumber(bytes, 0, 2, false) == 2 &&
               looksLikeDataSet(bytes, 0, Encoding::ExplicitLittle)) {
        source.start = readMeta(source, 0);
        source.warnings.push_back({TextId("decode.file_has_no_preamble", "the file has no preamble")});
    } else {
        // Some writers lose the preamble's magic or leave a stray byte in front.
        const auto starts = {std::size_t{0}, std::size_t{1}, std::size_t{128}};
        const auto* found = std::find_if(starts.begin(), starts.end(), [&](std::size_t start) {
            return encodingByContent(bytes, start).has_value();
        });
        if (found == starts.end())
            return std::nullopt;
        source.start = *found;
        source.warnings.push_back(
            {TextId("decode.file_has_no_preamble_no", "the file has no preamble and no meta header")});
        if (*found > 0)
            source.warnings.push_back(
                {TextId("decode.stray_bytes_before_data_set", "%1 stray bytes before the data set were skipped"),
                 *found});
    }
    if (source.transferSyntax == deflated)
        inflateDataSet(source);
    chooseEncoding(source);
    return source;
}

PixelCoding pixelCoding(const std::string& uid)
{
    for (const char* native : {implicitLittle, explicitLittle, explicitBig, deflated, privateGe})
        if (uid == native)
            return PixelCoding::Native;
    for (const auto& entry : names)
        if (uid == entry.first)
            return PixelCoding::Compressed;
    return DcmXfer(uid.c_str()).getXfer() == EXS_Unknown ? PixelCoding::Unknown : PixelCoding::Compressed;
}

std::string transferSyntaxText(const std::string& uid)
{
    for (const auto& [known, name] : names)
        if (uid == known)
            return uid + " (" + name + ")";
    const DcmXfer known(uid.c_str());
    return uid + " (" + (known.getXfer() == EXS_Unknown ? "private or unknown" : known.getXferName()) + ")";
}

} // namespace mama
