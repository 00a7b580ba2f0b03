#include "core/dicom/codec/sample_values.h"

#include "core/image/grey_pipeline.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mama {
namespace {

SampleType typeFor(int bytes, bool isSigned)
{
    if (bytes == 1)
        return isSigned ? SampleType::S8 : SampleType::U8;
    if (bytes == 2)
        return isSigned ? SampleType::S16 : SampleType::U16;
    return isSigned ? SampleType::S32 : SampleType::U32;
}

// Cuts the stored bits out of a word and extends their sign.
struct BitField
{
    int shift = 0, bits = 16;
    bool isSigned = false;
    bool clamp = false; // a lossy decoder may overshoot the stored range: that is not a wrap-around

    std::uint32_t operator()(std::uint32_t word) const
    {
        const std::uint32_t mask = bits >= 32 ? 0xFFFFFFFFU : (1U << bits) - 1;
        if (clamp && !isSigned && shift == 0 && word > mask)
            return mask;
        std::uint32_t value = word >> shift & mask;
        if (isSigned && bits < 32 && (value >> (bits - 1) & 1U))
            value |= ~mask;
        return value;
    }
};

BitField bitField(const RawFrame& frame, const PixelLayout& layout)
{
    BitField field;
    field.isSigned = layout.isSigned;
    field.bits = std::min(std::max(layout.bitsStored, frame.bitsUsed), 8 * frame.bytesPerSample);
    // High Bit matters where the file's words are seen as they lie; a stream's samples start at bit 0.
    if (frame.precision == 0 && layout.bitsAllocated > 1)
        field.shift = frame.lowestBit >= 0 ? frame.lowestBit : layout.highBit + 1 - layout.bitsStored;
    field.clamp = frame.lossy;
    return field;
}

template <class T>
void copyValues(const RawFrame& frame, std::size_t pixels, std::size_t samples, const BitField& field,
                std::vector<std::byte>& out)
{
    const bool whole = field.shift == 0 && field.bits == 8 * static_cast<int>(sizeof(T));
    if (whole && !(frame.byPlane && samples > 1)) {
        out = frame.bytes;
        return;
    }
    out.resize(pixels * samples * sizeof(T));
    for (std::size_t i = 0; i < pixels * samples; ++i) {
        const std::size_t from = frame.byPlane ? i % samples * pixels + i / samples : i;
        T word;
        std::memcpy(&word, frame.bytes.data() + from * sizeof(T), sizeof(T));
        word = static_cast<T>(field(word));
        std::memcpy(out.data() + i * sizeof(T), &word, sizeof(T));
    }
}

void put(StoredImage& image, std::size_t index, double value, double full)
{
    const auto word = static_cast<std::uint32_t>(std::floor(std::clamp(value, 0.0, full) + 0.5));
    std::memcpy(image.bytes.data() + index * bytesPerSample(image.type), &word, bytesPerSample(image.type));
}

void convertYbr(StoredImage& image, const PixelLayout& layout)
{
    const double full = std::exp2(layout.bitsStored) - 1, middle = std::exp2(layout.bitsStored - 1);
    const bool partial = layout.photometric.rfind("YBR_PARTIAL", 0) == 0;
    const double unit = (full + 1) / 256; // YBR_PARTIAL: black at 16 of 256, white at 235
    for (std::size_t i = 0; i + 2 < image.samples(); i += 3) {
        double y = static_cast<double>(storedValue(image, i));
        double cb = static_cast<double>(storedValue(image, i + 1)) - middle,
               cr = static_cast<double>(storedValue(image, i + 2)) - middle;
        if (partial) {
            y = (y - 16 * unit) * 255 / 219;
            cb *= 255.0 / 224;
            cr *= 255.0 / 224;
        }
        put(image, i, y + 1.402 * cr, full);
        put(image, i + 1, y - 0.344136 * cb - 0.714136 * cr, full);
        put(image, i + 2, y + 1.772 * cb, full);
    }
}

StoredImage lookUp(const StoredImage& indices, const Palette& palette)
{
    StoredImage out;
    out.rows = indices.rows;
    out.columns = indices.columns;
    out.channels = 3;
    out.type = palette.bits <= 8 ? SampleType::U8 : SampleType::U16;
    const std::size_t size = bytesPerSample(out.type);
    out.bytes.resize(out.samples() * size);
    const std::vector<std::uint16_t>* tables[3] = {&palette.red, &palette.green, &palette.blue};
    for (std::size_t i = 0; i < indices.samples(); ++i) {
        const std::int64_t index = storedValue(indices, i) - palette.firstMapped;
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const auto& table = *tables[channel];
            const auto last = static_cast<std::int64_t>(table.size()) - 1;
            const std::uint16_t value = table[static_cast<std::size_t>(std::clamp<std::int64_t>(index, 0, last))];
            std::memcpy(out.bytes.data() + (3 * i + channel) * size, &value, size);
        }
    }
    return out;
}

} // namespace

StoredImage storedValues(const RawFrame& frame, const PixelLayout& layout)
{
    StoredImage out;
    out.rows = static_cast<int>(layout.rows);
    out.columns = static_cast<int>(layout.columns);
    out.channels = layout.samples;
    out.type = typeFor(frame.bytesPerSample, layout.isSigned);
    const BitField field = bitField(frame, layout);
    const auto samples = static_cast<std::size_t>(layout.samples);
    if (frame.bytesPerSample == 1)
        copyValues<std::uint8_t>(frame, layout.pixels(), samples, field, out.bytes);
    else if (frame.bytesPerSample == 2)
        copyValues<std::uint16_t>(frame, layout.pixels(), samples, field, out.bytes);
    else
        copyValues<std::uint32_t>(frame, layout.pixels(), samples, field, out.bytes);
    return out;
}

StoredImage toRgb(StoredImage stored, const RawFrame& frame, const PixelLayout& layout, const Palette& palette)
{
    if (layout.photometric == "PALETTE COLOR" && !palette.red.empty() && !palette.green.empty() &&
        !palette.blue.empty())
        return lookUp(stored, palette);
    const std::string& model = layout.photometric;
    const bool ybr = model.rfind("YBR_FULL", 0) == 0 || model.rfind("YBR_PARTIAL", 0) == 0;
    if (stored.channels == 3 && ybr && !frame.isRgb && !layout.isSigned)
        convertYbr(stored, layout);
    return stored;
}

} // namespace mama
