#pragma once
#include <cstddef>
#include <span>

namespace mama {

// What kind of picture, or of volume, a file begins as that this program does not read: "BMP", "HEIC", "NIfTI". Null
// for all others.
const char* otherPicture(std::span<const std::byte> head);

// So many bytes of a file tell every kind.
constexpr std::size_t longestPictureHead = 352;

} // namespace mama
