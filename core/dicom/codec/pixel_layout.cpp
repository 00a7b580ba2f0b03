#include "core/dicom/codec/pixel_layout.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/dicom/data_set/data_set_scan.h"
#include "core/dicom/data_set/tags.h"

namespace mama {
namespace {

constexpr std::uint32_t samplesTag = 0x00280002, photometricTag = 0x00280004, planarTag = 0x00280006,
                        framesTag = 0x00280008, rowsTag = 0x00280010, columnsTag = 0x00280011,
                        allocatedTag = 0x00280100, storedTag = 0x00280101, highBitTag = 0x00280102,
                        representationTag = 0x00280103;

Error wrong(ErrorCode code, const std::string& where, std::uint32_t tag, const UserText& why)
{
    return Error(code, {action::decode}, where, {TextId("decode.attribute", "%1 %2"), tagText(tag), why});
}

std::int64_t needed(DcmItem& dataset, std::uint32_t tag, const char* name, const std::string& where)
{
    const auto value = tags::integer(dataset, tag);
    if (!value)
        throw wrong(ErrorCode::Format, where, tag, {TextId("decode.attribute_missing", "%1 is missing"), name});
    if (*value <= 0)
        throw wrong(ErrorCode::Format, where, tag, {TextId("decode.not_positive", "%1 is %2"), name, *value});
    return *value;
}

void readBits(DcmItem& dataset, PixelLayout& out, const std::string& where)
{
    out.bitsAllocated = static_cast<int>(needed(dataset, allocatedTag, "Bits Allocated", where));
    const int allocated = out.bitsAllocated;
    if (allocated != 1 && allocated != 8 && allocated != 12 && allocated != 16 && allocated != 32)
        throw wrong(
            ErrorCode::Unsupported, where, allocatedTag,
            {TextId("decode.bits_allocated_read", "Bits Allocated is %1; 1, 8, 12, 16 and 32 are read"), allocated});
    const auto stored = tags::integer(dataset, storedTag);
    out.bitsStored = static_cast<int>(stored.value_or(allocated));
    if (!stored)
        out.warnings.push_back(
            {TextId("decode.bits_stored_missing_assumed", "%1 Bits Stored is missing: %2 was assumed"),
             tagText(storedTag), allocated});
    if (out.bitsStored < 1 || out.bitsStored > allocated) {
        out.warnings.push_back(
            {TextId("decode.bits_stored_does_not_fit", "%1 Bits Stored %2 does not fit Bits Allocated: %3 was assumed"),
             tagText(storedTag), out.bitsStored, allocated});
        out.bitsStored = allocated;
    }
    const auto high = tags::integer(dataset, highBitTag);
    out.highBit = static_cast<int>(high.value_or(out.bitsStored - 1));
    if (out.highBit < out.bitsStored - 1 || out.highBit >= allocated) {
        out.warnings.push_back(
            {TextId("decode.high_bit_does_not_fit", "%1 High Bit %2 does not fit Bits Stored: %3 was assumed"),
             tagText(highBitTag), out.highBit, out.bitsStored - 1});
        out.highBit = out.bitsStored - 1;
    }
    out.isSigned = tags::integer(dataset, representationTag).value_or(0) == 1;
}

void readColour(DcmItem& dataset, PixelLayout& out, const std::string& where)
{
    out.samples = static_cast<int>(tags::integer(dataset, samplesTag).value_or(1));
    if (out.samples != 1 && out.samples != 3)
        throw wrong(
            ErrorCode::Unsupported, where, samplesTag,
            {TextId("decode.samples_per_pixel_read", "Samples per Pixel is %1; 1 and 3 are read"), out.samples});
    out.photometric = tags::text(dataset, photometricTag);
    const bool grey =
        out.photometric == "MONOCHROME1" || out.photometric == "MONOCHROME2" || out.photometric == "PALETTE COLOR";
    const bool colour = out.photometric == "RGB" || out.photometric.rfind("YBR_", 0) == 0;
    if (out.photometric.empty() || (grey && out.samples == 3) || (colour && out.samples == 1)) {
        const std::string assumed = out.samples == 3 ? "RGB" : "MONOCHROME2";
        out.warnings.push_back({TextId("decode.photometric_interpretation_samples_assumed",
                                       "%1 Photometric Interpretation \"%2\" with %3 samples: %4 was assumed"),
                                tagText(photometricTag), out.photometric, out.samples, assumed});
        out.photometric = assumed;
    } else if (!grey && !colour) {
        throw wrong(ErrorCode::Unsupported, where, photometricTag,
                    {TextId("decode.photometric_interpretation_not_read", "Photometric Interpretation %1 is not read"),
                     out.photometric});
    }
    out.byPlane = out.samples == 3 && tags::integer(dataset, planarTag).value_or(0) == 1;
}

void readOtherWords(DcmItem& dataset, PixelLayout& out)
{
    for (std::uint32_t group = firstOverlay; group <= lastOverlay; group += nextOverlay) {
        const auto bit = isEmbeddedOverlay(dataset, group) ? tags::integer(dataset, group | 0x0102) : std::nullopt;
        if (bit && *bit >= 0 && *bit < 32)
            out.overlayBits |= 1U << *bit;
    }
    if (const auto padding = tags::integer(dataset, 0x00280120))
        out.padding = static_cast<std::uint32_t>(*padding);
}

void readFrames(DcmItem& dataset, PixelLayout& out)
{
    if (!tags::present(dataset, framesTag))
        return;
    const std::string text = tags::text(dataset, framesTag);
    out.frames = tags::integer(dataset, framesTag).value_or(1);
    if (out.frames < 1 || out.frames > 0x7FFFFFFF)
        out.frames = 1;
    out.framesDoubtful = std::to_string(out.frames) != text;
    if (out.framesDoubtful)
        out.warnings.push_back({TextId("decode.number_frames_read_as", "%1 Number of Frames \"%2\" was read as %3"),
                                tagText(framesTag), text, out.frames});
}

} // namespace

bool isEmbeddedOverlay(DcmItem& dataset, std::uint32_t group)
{
    return !tags::present(dataset, group | 0x3000) && tags::integer(dataset, group | 0x0100).value_or(1) > 1 &&
           tags::present(dataset, group | 0x0102);
}

std::uint64_t PixelLayout::nativeFrameBits() const
{
    if (subsampled())
        return pixels() / 2 * 4 * static_cast<std::uint64_t>(bitsAllocated);
    return pixels() * static_cast<std::uint64_t>(samples) * static_cast<std::uint64_t>(bitsAllocated);
}

PixelLayout readPixelLayout(DcmItem& dataset, const std::string& where)
{
    PixelLayout out;
    out.rows = static_cast<std::uint32_t>(needed(dataset, rowsTag, "Rows", where));
    out.columns = static_cast<std::uint32_t>(needed(dataset, columnsTag, "Columns", where));
    readBits(dataset, out, where);
    readColour(dataset, out, where);
    readFrames(dataset, out);
    readOtherWords(dataset, out);
    const std::uint64_t bytes =
        out.pixels() * static_cast<std::uint64_t>(out.samples) * static_cast<std::uint64_t>(out.bytesPerSample());
    if (out.rows > 65535 * 4 || out.columns > 65535 * 4 || bytes > largestFrame)
        throw wrong(ErrorCode::Memory, where, rowsTag,
                    {TextId("decode.rows_x_columns_frame_over", "%1 rows x %2 columns: a frame of over %3 MiB"),
                     out.rows, out.columns, largestFrame >> 20});
    return out;
}

} // namespace mama
