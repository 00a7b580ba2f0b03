#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mama {

enum class SampleType { U8, S8, U16, S16, U32, S32 };

constexpr std::size_t bytesPerSample(SampleType type)
{
    return type == SampleType::U8 || type == SampleType::S8     ? 1
           : type == SampleType::U16 || type == SampleType::S16 ? 2
                                                                : 4;
}

// One frame as its file holds it: integers after decompression, before any LUT. Row 0 is the top row as stored.
struct StoredImage
{
    int rows = 0;
    int columns = 0;
    int channels = 1; // 1 grey, 3 interleaved colour (RGB, after YBR or palette conversion)
    SampleType type = SampleType::U16;
    std::vector<std::byte> bytes; // [rows, columns, channels], little endian

    std::size_t samples() const
    {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * static_cast<std::size_t>(channels);
    }
};

// A dense raster of a simple type, [rows, columns].
template <class T>
struct Raster
{
    int rows = 0;
    int columns = 0;
    std::vector<T> values;

    Raster() = default;
    Raster(int r, int c, T value = {})
        : rows(r), columns(c), values(static_cast<std::size_t>(r) * static_cast<std::size_t>(c), value)
    {}
    T& at(int r, int c)
    {
        return values[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)];
    }
    const T& at(int r, int c) const
    {
        return values[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)];
    }
};

} // namespace mama
