#pragma once
#include "core/image/geometry.h"
#include "core/model/model.h"

#include <string_view>
#include <vector>

namespace mama {

// How an image became the model's input: which of its patches lie in the breast, and where.
struct SeenImage
{
    Extent size; // of the input
    Geometry geometry;
    std::vector<std::uint8_t> isBreast; // as EncodedImage::breast
};

// Takes what a model makes of images, by their files' bytes and frames, and keeps it on the disk.
class EmbeddingSink
{
public:
    virtual ~EmbeddingSink() = default;
    virtual bool has(std::string_view hash, int frame) const = 0; // from any thread
    virtual bool isPassedOver(std::string_view, int) const { return false; }
    virtual void passOver(std::string_view, int) {} // it is not to be embedded unasked
    virtual void add(std::string_view hash, int frame, const ImageEmbedding& made, const SeenImage& seen) = 0;
    virtual void commit() = 0;                // what was added is on the disk on return
    virtual std::int64_t waiting() const = 0; // images that are not
};

} // namespace mama
