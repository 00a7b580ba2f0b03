#pragma once
#include "core/dicom/data_set/data_set_scan.h"

#include <optional>

namespace mama {

// Tag, value representation and length of one element, and where its value starts.
struct ElementHeader
{
    static constexpr std::uint32_t undefined = 0xFFFFFFFF;

    std::uint32_t tag = 0;
    char vr[2] = {0, 0}; // zero in implicit encoding and for items
    std::uint32_t length = 0;
    std::size_t value = 0;

    bool is(const char* name) const { return vr[0] == name[0] && vr[1] == name[1]; }
};

// Unsigned number of 2, 4 or 8 bytes; the caller has checked the end.
std::uint64_t readNumber(std::span<const std::byte> bytes, std::size_t at, std::size_t size, bool big);

// Empty if the bytes end inside the header or the value representation is no pair of capital letters.
std::optional<ElementHeader> readElementHeader(std::span<const std::byte> bytes, std::size_t at, Encoding encoding);

} // namespace mama
