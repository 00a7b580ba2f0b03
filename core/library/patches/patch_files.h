#pragma once
#include "core/image/geometry.h"
#include "core/library/embeddings/embedding_set_info.h"
#include "core/library/embeddings/set_files.h"

#include <array>
#include <cstdint>
#include <span>

// The files of a set of patches and the form of their records: known to its reader, its writer and its codes alone.
namespace mama::patch_files {

inline constexpr const char *images = "images.bin", *rows = "rows.i8", *places = "places.bin", *codes = "codes.bin",
                            *measured = "measured.json", *folder = "patches";

// An image of the set: little endian, no gaps. Its rows and places stand one after another from `first` on.
struct ImageRecord
{
    set_files::Name name; // SHA-256 of the file, frame
    std::uint32_t patches = 0;
    std::uint64_t first = 0;
    std::array<std::int32_t, 12> pixels{}; // of Geometry::Chain: what is counted in whole pixels
    std::array<double, 6> scales{};        // the rest of it
    std::uint32_t rowsSum = 0;             // CRC-32C of those of its rows and its places
    std::uint32_t sum = 0;                 // CRC-32C of what stands before
};
static_assert(sizeof(ImageRecord) == 152);

// Where a patch lies on its image's grid, and by what its numbers are multiplied.
struct PatchPlace
{
    std::uint16_t row = 0, column = 0;
    float scale = 0;
};
static_assert(sizeof(PatchPlace) == 8);

void keepChain(const Geometry::Chain& chain, ImageRecord& record);
Geometry geometryOf(const ImageRecord& record); // Error(Format) for an impossible one
std::uint32_t sumOf(const ImageRecord& record);
std::uint32_t rowsSum(std::span<const std::int8_t> numbers, std::span<const PatchPlace> lie); // rows, places
const SetForm& form();

} // namespace mama::patch_files
