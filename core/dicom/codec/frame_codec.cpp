#include "core/dicom/codec/frame_codec.h"

#include "core/dicom/codec/decoder_watch.h"
#include "core/dicom/codec/rle_frame.h"
#include "core/dicom/data_set/element_header.h"
#include "core/image/files/jpeg_picture.h"
#include "core/image/files/jpeg_segments.h"
#include "core/image/zero_holes.h"

#include <algorithm>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

namespace mama {
namespace {

using Kind = StreamInfo::Kind;

constexpr const char* rleSyntax = "1.2.840.10008.1.2.5";

bool isJpeg2000(const std::string& uid) { return uid == "1.2.840.10008.1.2.4.90" || uid == "1.2.840.10008.1.2.4.91"; }

// Whether a stream is of the coding that the file's syntax stands for; the kinds of lossy JPEG are not told apart.
bool isOfSyntax(const StreamInfo& info, const std::string& uid)
{
    const bool lossless = uid == "1.2.840.10008.1.2.4.57" || uid == "1.2.840.10008.1.2.4.70",
               nearLossless = uid == "1.2.840.10008.1.2.4.80" || uid == "1.2.840.10008.1.2.4.81";
    switch (info.kind) {
    case Kind::Jpeg2000: return isJpeg2000(uid);
    case Kind::JpegLs: return nearLossless;
    case Kind::JpegLossless: return lossless;
    default: return !lossless && !nearLossless && !isJpeg2000(uid);
    }
}

// The syntax whose decoder understands the stream: what the stream's own header says, not the file's.
E_TransferSyntax decoderFor(const StreamInfo& info)
{
    switch (info.kind) {
    case Kind::JpegBaseline: return EXS_JPEGProcess1;
    case Kind::JpegExtended: return EXS_JPEGProcess2_4;
    case Kind::JpegProgressive: return EXS_JPEGProcess10_12;
    case Kind::JpegLossless: return EXS_JPEGProcess14;
    case Kind::JpegLs: return EXS_JPEGLSLossless;
    case Kind::Jpeg2000: return EXS_JPEG2000;
    }
    return EXS_Unknown;
}

// A data set of one frame with what the decoders look at, so that odd headers cannot reach them.
void describe(DcmDataset& dataset, const PixelLayout& layout, int bitsAllocated, int bitsStored, bool isSigned)
{
    dataset.putAndInsertUint16(DCM_Rows, static_cast<Uint16>(layout.rows));
    dataset.putAndInsertUint16(DCM_Columns, static_cast<Uint16>(layout.columns));
    dataset.putAndInsertUint16(DCM_SamplesPerPixel, static_cast<Uint16>(layout.samples));
    dataset.putAndInsertUint16(DCM_BitsAllocated, static_cast<Uint16>(bitsAllocated));
    dataset.putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(bitsStored));
    dataset.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(bitsStored - 1));
    dataset.putAndInsertUint16(DCM_PixelRepresentation, isSigned ? 1 : 0);
    dataset.putAndInsertString(DCM_PhotometricInterpretation, layout.samples == 3 ? "RGB" : "MONOCHROME2");
    dataset.putAndInsertString(DCM_NumberOfFrames, "1");
    if (layout.samples == 3)
        dataset.putAndInsertUint16(DCM_PlanarConfiguration, 0);
}

bool decodeWithDcmtk(E_TransferSyntax syntax, std::vector<std::byte>& compressed, DcmDataset& dataset, RawFrame& out,
                     UserText& why)
{
    if (compressed.size() % 2)
        compressed.push_back(std::byte{0});
    DcmPixelSequence sequence(DCM_PixelSequenceTag);
    const DcmTag tag(DCM_Item, EVR_OB);
    sequence.insert(new DcmPixelItem(tag)); // an empty offset table
    auto* item = new DcmPixelItem(tag);
    sequence.insert(item);
    OFCondition result = item->putUint8Array(reinterpret_cast<const Uint8*>(compressed.data()),
                                             static_cast<unsigned long>(compressed.size()));
    Uint32 fragment = 1;
    OFString colourModel;
    const DecoderWatch watch;
    if (result.good())
        result = DcmCodecList::decodeFrame(DcmXfer(syntax), nullptr, &sequence, &dataset, 0, fragment, out.bytes.data(),
                                           static_cast<Uint32>(out.bytes.size()), colourModel);
    if (result.bad())
        why = {TextId("decode.stream_not_decoded", "the compressed stream is damaged or of a kind that is not read")};
    else if (watch.sawDamage())
        why = {TextId("decode.jpeg_data_damaged",
                      "broken: the JPEG data are damaged or cut, a part of the picture is missing")};
    else if (watch.sawDoubt())
        out.warnings.push_back({TextId("decode.decoder_doubts",
                                       "the decoder found something amiss in the compressed stream: a part of the "
                                       "picture may be missing")});
    return why.empty();
}

bool fits(const StreamInfo& info, const PixelLayout& layout, std::size_t compressed, UserText& why)
{
    if (info.rows != layout.rows || info.columns != layout.columns || info.components != layout.samples) {
        why = {TextId("decode.stream_size_differs",
                      "the stream is %1 x %2 x %3, the header (0028,0010) says %4 x %5 x %6"),
               info.rows,
               info.columns,
               info.components,
               layout.rows,
               layout.columns,
               layout.samples};
        return false;
    }
    // A blank picture compresses well, but a large one not into a handful of bytes.
    const std::uint64_t size = layout.pixels() * static_cast<std::uint64_t>(layout.samples) *
                               (info.precision <= 8    ? 1
                                : info.precision <= 16 ? 2
                                                       : 4);
    if (size > (std::uint64_t{64} << 20) && size / 4096 > compressed) {
        why = {TextId("decode.too_few_bytes_for_frame", "%1 bytes for a frame of %2 MiB"), compressed, size >> 20};
        return false;
    }
    return true;
}

UserText signedness(bool isSigned)
{
    return isSigned ? UserText{TextId("decode.signed", "signed")} : UserText{TextId("decode.unsigned", "unsigned")};
}

void compare(const StreamInfo& info, const PixelLayout& layout, RawFrame& out)
{
    // A lossless JPEG of more bits than are stored is common and harmless.
    if (info.kind == Kind::Jpeg2000 ? info.precision != layout.bitsStored : info.precision < layout.bitsStored)
        out.warnings.push_back(
            {TextId("decode.stream_bits_differ",
                    "the compressed stream has %1 bits a sample, (0028,0101) Bits Stored says %2; the header decides"),
             info.precision, layout.bitsStored});
    if (info.kind == Kind::Jpeg2000 && info.isSigned != layout.isSigned)
        out.warnings.push_back(
            {TextId("decode.stream_sign_differs",
                    "the compressed stream is %1, (0028,0103) Pixel Representation says %2; the header decides"),
             signedness(info.isSigned), signedness(layout.isSigned)});
}

// Whether samples of a stream go beyond the stored bits that the header states: not by a lossy decoder's overshoot, and
// not as a negative number's sign.
template <class T>
bool goesBeyond(const RawFrame& frame, const PixelLayout& layout)
{
    const std::uint32_t mask = (1U << layout.bitsStored) - 1, sign = 1U << (layout.bitsStored - 1);
    const std::uint32_t limit = frame.lossy ? mask + mask / 8 : mask,
                        whole = static_cast<T>((1ULL << frame.precision) - 1);
    std::uint32_t largest = 0;
    for (std::size_t i = 0; i < frame.bytes.size() / sizeof(T); ++i) {
        T word;
        std::memcpy(&word, frame.bytes.data() + i * sizeof(T), sizeof(T));
        std::uint32_t value = word & whole;
        if (layout.isSigned && (value & sign) != 0 && (value | mask) == whole)
            value = 0;
        largest = std::max(largest, value);
    }
    return largest > limit;
}

// Cutting such samples off would wrap the picture's range: all their bits are taken, and the header's word is doubted.
void takeAllBits(RawFrame& frame, const PixelLayout& layout)
{
    if (frame.precision <= layout.bitsStored || frame.bytesPerSample > 2)
        return;
    if (!(frame.bytesPerSample == 1 ? goesBeyond<std::uint8_t>(frame, layout)
                                    : goesBeyond<std::uint16_t>(frame, layout)))
        return;
    frame.bitsUsed = frame.precision;
    frame.warnings.push_back(
        {TextId("decode.bits_stored_too_small",
                "(0028,0101) Bits Stored is %1, but the compressed samples use up to %2 bits: all were taken"),
         layout.bitsStored, frame.precision});
}

// Where a run of so many zeros begins; empty if there is none, but for padding behind the stream's end.
std::optional<std::size_t> zerosAt(std::span<const std::byte> stream, std::size_t least)
{
    for (std::size_t probe = 0; probe < stream.size(); probe += least) {
        std::size_t from = probe, to = probe;
        while (from > 0 && stream[from] == std::byte{0} && stream[from - 1] == std::byte{0})
            --from;
        while (to < stream.size() && stream[to] == std::byte{0})
            ++to;
        const bool padding = to == stream.size() && from >= 2 && stream[from - 2] == std::byte{0xFF} &&
                             stream[from - 1] == std::byte{0xD9};
        if (to - from >= least)
            return padding ? std::nullopt : std::optional(from);
    }
    return std::nullopt;
}

// The zeros of a sparse copy read as empty packets of JPEG 2000 and as long codes of JPEG-LS, so that a decoder does
// not complain. JPEG 2000 has a run for the empty packets of a tile by right. JPEG-LS has none: no code has more zeros
// than 64 (ISO 14495-1, A.5.3).
void lookForHole(std::span<const std::byte> stream, const StreamInfo& info, RawFrame& out)
{
    if (info.kind != Kind::Jpeg2000 && info.kind != Kind::JpegLs)
        return;
    if (const auto from = zerosAt(stream, info.kind == Kind::JpegLs ? 32 : info.longestZeros))
        out.warnings.push_back({TextId("decode.hole_in_stream",
                                       "the compressed stream holds nothing but zeros from byte %1 on: the file may be "
                                       "a damaged copy and a part of the picture missing"),
                                *from});
}

// The standard's thresholds (ISO 14495-1, C.2.4.1.1.1) for samples of under 8 bits, written into the stream: the
// decoder takes those of 8 bits and more where the stream names none.
void nameThresholds(std::vector<std::byte>& stream, int precision)
{
    ByteCursor in(stream, false);
    auto segment = jpegSegment(in, 2);
    while (segment && segment->marker != 0xFFDA) {
        if (segment->marker == 0xFFF8)
            return; // it names its own
        segment = jpegSegment(in, segment->next());
    }
    if (!segment || !in.ok() || segment->at + 10 > stream.size())
        return;
    const std::size_t scan = segment->at;
    const std::size_t components = readNumber(stream, scan + 4, 1, true);
    if (scan + 6 + 2 * components > stream.size())
        return;
    const int most = (1 << precision) - 1,
              near = static_cast<int>(readNumber(stream, scan + 5 + 2 * components, 1, true));
    const int factor = 256 / (most + 1);
    const auto within = [&](int value, int least) { return value > most || value < least ? least : value; };
    const int first = within(std::max(2, 3 / factor + 3 * near), near + 1),
              second = within(std::max(3, 7 / factor + 5 * near), first),
              third = within(std::max(4, 21 / factor + 7 * near), second);
    std::vector<std::byte> named;
    for (const int word : {0xFFF8, 13}) {
        named.push_back(static_cast<std::byte>(word >> 8));
        named.push_back(static_cast<std::byte>(word & 0xFF));
    }
    named.push_back(std::byte{1});
    for (const int word : {most, first, second, third, 64}) {
        named.push_back(static_cast<std::byte>(word >> 8));
        named.push_back(static_cast<std::byte>(word & 0xFF));
    }
    stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(scan), named.begin(), named.end());
}

} // namespace

bool hasDecoder(const std::string& uid)
{
    if (isJpeg2000(uid) || uid == rleSyntax)
        return true;
    for (const char* number : {"50", "51", "53", "55", "57", "70", "80", "81"})
        if (uid == std::string("1.2.840.10008.1.2.4.") + number)
            return true;
    return false;
}

std::optional<RawFrame> decodeFrame(const std::string& uid, std::vector<std::byte> compressed,
                                    const PixelLayout& layout, UserText& why)
{
    if (uid == rleSyntax)
        return decodeRle(compressed, layout, why);
    auto info = jpegInfo(compressed);
    if (!info)
        info = jpeg2000Info(compressed);
    if (!info) {
        why = {TextId("decode.no_readable_stream_header", "no readable stream header")};
        return std::nullopt;
    }
    if (!fits(*info, layout, compressed.size(), why))
        return std::nullopt;

    RawFrame out;
    out.bytesPerSample = info->precision <= 8 ? 1 : info->precision <= 16 ? 2 : 4;
    out.precision = info->precision;
    out.lossy = info->lossy;
    out.streamSigned = info->isSigned;
    out.isRgb = info->colourTransform;
    if (!isOfSyntax(*info, uid))
        out.warnings.push_back({TextId("decode.stream_kind_differs",
                                       "the compressed stream is not of the kind that transfer syntax %1 says"),
                                uid});
    compare(*info, layout, out);
    const std::size_t size =
        layout.pixels() * static_cast<std::size_t>(layout.samples) * static_cast<std::size_t>(out.bytesPerSample);
    out.bytes.resize(size + size % 2);
    lookForHole(compressed, *info, out);
    const bool eightBits =
        info->precision == 8 &&
        (info->kind == Kind::JpegBaseline || info->kind == Kind::JpegExtended || info->kind == Kind::JpegProgressive);
    if (eightBits) { // DCMTK keeps to itself what is missing inside a stream
        auto picture = decodeJpegComponents(compressed, why);
        if (!picture || picture->bytes.size() != size)
            return std::nullopt;
        out.bytes = std::move(picture->bytes);
        takeAllBits(out, layout);
        return out;
    }
    if (info->kind == Kind::JpegLs && info->precision < 8)
        nameThresholds(compressed, info->precision);
    DcmDataset dataset;
    describe(dataset, layout, 8 * out.bytesPerSample, info->precision, info->isSigned);
    if (!decodeWithDcmtk(decoderFor(*info), compressed, dataset, out, why))
        return std::nullopt;
    out.bytes.resize(size);
    takeAllBits(out, layout);
    return out;
}

} // namespace mama
