#pragma once
#include "core/image/geometry.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mama {

// An image as a model has seen it: its embeddings, and where they lie on the stored pixels.
struct EncodedImage
{
    std::string profile;
    int profileVersion = 1;
    std::string mapWay; // ModelInfo::mapWay of the patches
    Geometry geometry;
    bool cropped = true;                         // false: no bright pixel, the whole image was used
    std::int64_t dim = 0, rows = 0, columns = 0; // rows and columns of the patch grid, 0 without local heads
    std::vector<float> global;                   // [D], L2-normalised (linear probe: logits)
    std::vector<float> patches;                  // [rows, columns, D], as ImageEmbedding::patches
    std::vector<std::uint8_t> inside;            // patch grid: 1 where the patch's centre lies on the image
    std::vector<std::uint8_t> breast;            // patch grid: 1 where any of the patch lies in the breast
    double milliseconds = 0;                     // that reading, preparing and encoding it took; 0: not known
};

// Both directions of the form in which an embedding is kept on disk. parse gives nothing for bytes that are none.
std::vector<std::byte> serialise(const EncodedImage& image);
std::optional<EncodedImage> parseEncodedImage(std::span<const std::byte> bytes);

} // namespace mama
