#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mama {

// A NumPy array of format 1.0 to 3.0, C order, little endian, as read from or written to a .npy file.
// Source of the format: numpy.lib.format.
struct NpyArray
{
    std::string type;                // "f4", "f8", "f2", "i4", "i8", "u1", "u2", "i1", "i2", "u4", "u8", "b1"
    std::vector<std::int64_t> shape; // C order
    std::vector<std::byte> bytes;    // little endian

    std::size_t size() const; // number of elements
    // The elements converted to the wanted type; float16 is widened.
    std::vector<float> asFloat() const;
    std::vector<double> asDouble() const;
    std::vector<std::int64_t> asInt64() const;
};

// Throws Error(Format) on a broken header, an unsupported type, Fortran order, or too few bytes.
NpyArray readNpy(const std::filesystem::path& path);

// Appears by rename when complete. shape's product must equal the number of elements.
void writeNpy(const std::filesystem::path& path, std::span<const float> values, std::span<const std::int64_t> shape);
void writeNpy(const std::filesystem::path& path, const NpyArray& array);

// IEEE 754 half to single, exact.
float halfToFloat(std::uint16_t half);

} // namespace mama
