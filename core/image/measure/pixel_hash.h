#pragma once
#include "core/base/hash.h"
#include "core/image/stored_image.h"

namespace mama {

// A hash of an image's stored values, frame by frame: the same for the same values in another transfer syntax, in
// samples of another width, in another format or under another header. SHA-256 over each frame's size and its values,
// little endian, in 16 bits where all of them fit, else in 32.
class PixelHash
{
public:
    void add(const StoredImage& frame);
    // And meanwhile something else to another hash: see Sha256::addBoth.
    void add(const StoredImage& frame, Sha256& other, std::span<const std::byte> bytes);
    // 64 lower-case hexadecimal digits; the object must not be used afterwards.
    std::string finish() { return m_sum.finish(); }

private:
    Sha256 m_sum;
};

} // namespace mama
