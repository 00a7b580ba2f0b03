#pragma once
#include "core/base/user_text.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace mama {

// A kind of file that holds others, and the endings that its names usually have, in capitals.
struct Archive
{
    std::size_t offset; // of the bytes that tell it
    std::string_view magic, name, extensions;
};

// So many bytes of a file tell every kind.
constexpr std::size_t longestArchiveHead = 32774;

// Null for what is none.
const Archive* archiveOf(std::span<const std::byte> head);
// "a ZIP archive: unpack it first"
UserText archiveText(const Archive& kind);

// "a BMP picture, which is not read: ..."; empty for what is no picture, or one that is read.
UserText otherPictureText(std::span<const std::byte> head);

} // namespace mama
