#include "core/image/bit_patterns.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace mama {
namespace {

template <class Sample>
std::pair<std::size_t, std::size_t> patternsIn(const StoredImage& image)
{
    constexpr std::size_t all = std::size_t{1} << (8 * sizeof(Sample));
    if (image.samples() == 0 || image.samples() > 4 * all)
        return {0, all - 1};
    const auto* samples = reinterpret_cast<const Sample*>(image.bytes.data());
    Sample low = samples[0], high = samples[0];
    for (const Sample* s = samples; s != samples + image.samples(); ++s) {
        low = std::min(low, *s);
        high = std::max(high, *s);
    }
    return {low, high};
}

} // namespace

BitPatterns::BitPatterns(const StoredImage& image)
{
    const std::size_t size = bytesPerSample(image.type);
    std::tie(low, high) = size == 2 ? patternsIn<std::uint16_t>(image) : patternsIn<std::uint8_t>(image);
    const std::size_t patterns = high - low + 1;
    picture = {1, static_cast<int>(patterns), 1, image.type, std::vector<std::byte>(patterns * size)};
    for (std::size_t i = 0; i < patterns; ++i) {
        const auto pattern = static_cast<std::uint16_t>(low + i);
        std::memcpy(picture.bytes.data() + i * size, &pattern, size);
    }
}

} // namespace mama
