#pragma once
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/scene/view_image.h"

#include <memory>
#include <vector>

namespace mama::viewer {

// One image on the GPU: its levels as textures, each uploaded once, coarse ones first, in strips, and only when a
// zoom asks for that detail. Holds the breast mask and the VOI table too.
class ImageLayer
{
public:
    ImageLayer(vtkOpenGLRenderWindow* window, std::shared_ptr<const ViewImage> image);
    ~ImageLayer();

    const ViewImage& image() const { return *m_image; }
    // The level whose pixels are at least as fine as the screen's, given device pixels a stored pixel.
    std::size_t levelFor(double devicePixelsPerStored) const;
    // The finest complete level that is not finer than wanted; the coarsest one is always complete.
    std::size_t bestLevel(std::size_t wanted) const;
    // Uploads strips towards `wanted` until about `bytes` went; whether that level is complete now.
    bool upload(std::size_t wanted, std::size_t bytes);
    const GpuTexture& level(std::size_t index) const { return *m_textures[index].texture; }
    const GpuTexture& breast() const { return *m_breast; }

    void setTable(const LookupTable* table); // null: none
    const GpuTexture* table() const { return m_table.get(); }

private:
    struct Level
    {
        std::unique_ptr<GpuTexture> texture;
        int rowsDone = 0;
    };
    std::size_t uploadStrip(std::size_t index, std::size_t bytes);

    vtkOpenGLRenderWindow* m_window;
    std::shared_ptr<const ViewImage> m_image;
    std::vector<Level> m_textures;
    std::size_t m_finest = 0; // first level that the driver can hold
    std::unique_ptr<GpuTexture> m_breast, m_table;
    const LookupTable* m_tableSource = nullptr;
};

// A mask's ones as full texels, to be sampled smoothly.
std::unique_ptr<GpuTexture> maskTexture(vtkOpenGLRenderWindow* window, const Raster<std::uint8_t>& mask);

} // namespace mama::viewer
