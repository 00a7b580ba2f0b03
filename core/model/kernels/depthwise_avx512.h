#pragma once
#include <cstdint>

// Swish, and a convolution of each channel by itself with swish behind it, a row at a time, so that a picture passes
// through the caches once. Compiled with AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::avx512 {

struct Depthwise
{
    const float* weights; // [kernel * kernel, padded(channels)] as arranged() lays them
    const float* bias;    // [padded(channels)], likewise
    std::int64_t channels, width, outWidth;
    std::int64_t kernel, stride, low; // 3 or 5; 1 or 2; zeros left of the row
};

// Of a row of weights; bfloat16: 16 even channels of 32, then the odd ones.
constexpr std::int64_t depthwiseBlock = 32;
inline std::int64_t padded(std::int64_t channels)
{
    return (channels + depthwiseBlock - 1) / depthwiseBlock * depthwiseBlock;
}
template <class T>
constexpr std::int64_t arranged(std::int64_t channel)
{
    if constexpr (sizeof(T) == 4)
        return channel;
    return channel / depthwiseBlock * depthwiseBlock + channel % 2 * 16 + channel % depthwiseBlock / 2;
}

// rows: `kernel` of them, [width, channels] each, null: zeros. out [outWidth, channels]; sums[channel]: of the row,
// before rounding. T: float, or bfloat16 as std::uint16_t, of an even number of channels. Channels first..last-1,
// first a multiple of depthwiseBlock.
template <class T>
void depthwiseSwish(const Depthwise& of, const T* const* rows, T* out, float* sums, std::int64_t first,
                    std::int64_t last);

template <class T>
void swish(T* x, std::int64_t count); // in place; relative error below 1e-6 before rounding

} // namespace mama::avx512
