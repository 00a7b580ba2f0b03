#include "core/image/measure/pixel_hash.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace mama {
namespace {

template <class Sample>
std::pair<std::int64_t, std::int64_t> rangeOf(const StoredImage& frame)
{
    const auto* samples = reinterpret_cast<const Sample*>(frame.bytes.data());
    Sample least = std::numeric_limits<Sample>::max(), most = std::numeric_limits<Sample>::min();
    for (const Sample* each = samples; each != samples + frame.samples(); ++each) {
        least = std::min(least, *each);
        most = std::max(most, *each);
    }
    return {least, most};
}

// The values in other samples, a few at a time.
template <class From, class To>
void addAs(Sha256& sum, const StoredImage& frame)
{
    constexpr std::size_t atOnce = 65536;
    const auto* samples = reinterpret_cast<const From*>(frame.bytes.data());
    std::vector<To> part(std::min(atOnce, frame.samples()));
    for (std::size_t first = 0; first < frame.samples(); first += atOnce) {
        const std::size_t count = std::min(atOnce, frame.samples() - first);
        for (std::size_t i = 0; i < count; ++i)
            part[i] = static_cast<To>(samples[first + i]);
        sum.add(std::as_bytes(std::span(part).first(count)));
    }
}

struct Meanwhile
{
    Sha256& hash;
    std::span<const std::byte> bytes;
};

template <class Sample>
void addFrame(Sha256& sum, const StoredImage& frame, const Meanwhile& other)
{
    const auto [least, most] = std::is_signed_v<Sample> || sizeof(Sample) == 4
                                   ? rangeOf<Sample>(frame)
                                   : std::pair<std::int64_t, std::int64_t>{0, 65535};
    const bool narrow = most <= 65535 && least >= (most > 32767 ? 0 : -32768);
    sum.add(std::to_string(frame.rows) + " " + std::to_string(frame.columns) + " " + std::to_string(frame.channels) +
            (narrow ? " 16" : " 32") + (least < 0 ? " signed\n" : "\n"));
    if (sizeof(Sample) == (narrow ? 2 : 4)) {
        Sha256::addBoth(sum, std::span(frame.bytes).first(frame.samples() * sizeof(Sample)), other.hash, other.bytes);
    } else {
        addAs<Sample, std::uint16_t>(sum, frame);
        other.hash.add(other.bytes);
    }
}

} // namespace

void PixelHash::add(const StoredImage& frame)
{
    Sha256 none;
    add(frame, none, {});
}

void PixelHash::add(const StoredImage& frame, Sha256& other, std::span<const std::byte> bytes)
{
    const Meanwhile meanwhile{other, bytes};
    switch (frame.type) {
    case SampleType::U8: return addFrame<std::uint8_t>(m_sum, frame, meanwhile);
    case SampleType::S8: return addFrame<std::int8_t>(m_sum, frame, meanwhile);
    case SampleType::U16: return addFrame<std::uint16_t>(m_sum, frame, meanwhile);
    case SampleType::S16: return addFrame<std::int16_t>(m_sum, frame, meanwhile);
    case SampleType::U32: return addFrame<std::uint32_t>(m_sum, frame, meanwhile);
    case SampleType::S32: return addFrame<std::int32_t>(m_sum, frame, meanwhile);
    }
}

} // namespace mama
