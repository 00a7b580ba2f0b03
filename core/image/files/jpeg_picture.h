#pragma once
#include "core/base/user_text.h"
#include "core/image/stored_image.h"

#include <cstddef>
#include <optional>
#include <span>

namespace mama {

// A JPEG file's pixels, grey or RGB. Empty with the reason in why when its entropy-coded data are damaged or end before
// the picture does: decoders fill the rest with grey. The caller has checked the size.
std::optional<StoredImage> decodeJpegPicture(std::span<const std::byte> bytes, UserText& why);

// The same with one or three components as the stream holds them: YCbCr stays that.
std::optional<StoredImage> decodeJpegComponents(std::span<const std::byte> bytes, UserText& why);

} // namespace mama
