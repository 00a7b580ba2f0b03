#pragma once
#include "core/base/user_text.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

// A walk over a DICOM data set's element headers before DCMTK sees it: it bounds nesting, number of elements and
// memory, finds the pixel data without reading it, and names tag and offset of what is broken (DCMTK names
// neither). Encodings: PS3.5 7.1 and 7.5.
namespace mama {

enum class Encoding { ImplicitLittle, ExplicitLittle, ExplicitBig };

struct ByteExtent
{
    std::size_t offset = 0, length = 0;
};

struct PixelData
{
    std::uint32_t tag = 0x7FE00010;
    bool encapsulated = false;
    bool words = true;                 // OW: in big endian its 16-bit words are swapped
    ByteExtent value;                  // native
    ByteExtent offsetTable;            // encapsulated: basic offset table
    std::vector<ByteExtent> fragments; // encapsulated, without the table
    std::size_t firstItem = 0;         // where the item after the offset table starts; offsets count from here
    UserText damage;                   // why the items end before their delimiter; empty if whole
    bool itemCut = false;              // damage: inside an item, so the frame after the last whole one
};

struct DataSetScan
{
    std::vector<ByteExtent> header; // elements before the pixel data, without single values of over 16 MiB
    std::optional<PixelData> pixels;
    std::vector<UserText> warnings;
    UserText damage; // of scanReadable(): where the file ends or is broken; empty: nowhere
};

// where: the file as an error names it. Error(Format) names tag and offset. Stops after the pixel data.
DataSetScan scanDataSet(std::span<const std::byte> bytes, std::size_t start, Encoding encoding,
                        const std::string& where);

// The same of a file that is cut off or broken: what stands before that is there, and damage names tag and offset.
// Error(Format) where nothing can be read at all.
DataSetScan scanReadable(std::span<const std::byte> bytes, std::size_t start, Encoding encoding,
                         const std::string& where);

// Whether the first elements at start make sense in this encoding: known value representations, ascending tags,
// lengths within the file.
bool looksLikeDataSet(std::span<const std::byte> bytes, std::size_t start, Encoding encoding);

// "(7FE0,0010)"
std::string tagText(std::uint32_t tag);

} // namespace mama
