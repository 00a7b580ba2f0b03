#pragma once
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/scene/map_overlay.h"

#include <memory>

namespace mama::viewer {

// One map on the GPU, with the breast that it brings along. An image that hangs in several panes may have another map
// in each.
class MapLayer
{
public:
    // Of a map that covers().
    MapLayer(vtkOpenGLRenderWindow* window, std::shared_ptr<const MapOverlay> overlay);
    static bool covers(const MapOverlay& overlay) { return overlay.values.rows > 0 && overlay.values.columns > 0; }

    const MapOverlay& overlay() const { return *m_overlay; }
    const GpuTexture& map() const { return m_map; }
    // nullptr: it brings none of this size along.
    const GpuTexture* breast(int rows, int columns) const;

private:
    std::shared_ptr<const MapOverlay> m_overlay;
    GpuTexture m_map;
    std::unique_ptr<GpuTexture> m_breast;
};

} // namespace mama::viewer
