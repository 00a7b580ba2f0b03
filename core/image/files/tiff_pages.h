#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mama {

// One directory of a TIFF file.
struct TiffPage
{
    std::uint32_t directory = 0; // its offset in the file
    std::uint64_t rows = 0, columns = 0, bits = 1, samples = 1;
    std::uint64_t photometric = 1; // 0: white is zero
    int orientation = 1;           // 1 to 8, as EXIF counts
    bool reduced = false;          // a thumbnail or mask of another page

    bool likeThat(const TiffPage& other) const;
};

// All directories in the file's order; a chain that runs in a circle or out of the file ends there, and whole says so.
std::vector<TiffPage> tiffPages(std::span<const std::byte> bytes, bool& whole);

// A copy of the file whose first page is the given one: for decoders that know only the first.
std::vector<std::byte> withFirstPage(std::span<const std::byte> bytes, const TiffPage& page);

} // namespace mama
