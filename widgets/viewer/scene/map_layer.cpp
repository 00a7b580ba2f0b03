#include "widgets/viewer/scene/map_layer.h"

#include "widgets/viewer/scene/image_layer.h"

#include <cmath>
#include <vector>

namespace mama::viewer {

MapLayer::MapLayer(vtkOpenGLRenderWindow* window, std::shared_ptr<const MapOverlay> overlay)
    : m_overlay(std::move(overlay)),
      m_map(window, TexelType::FloatPair, m_overlay->values.columns, m_overlay->values.rows)
{
    const auto& values = m_overlay->values;
    std::vector<float> texels;
    texels.reserve(values.values.size() * 2);
    for (const float v : values.values) {
        texels.push_back(std::isfinite(v) ? v : 0);
        texels.push_back(std::isfinite(v) ? 1 : 0);
    }
    m_map.write(0, values.rows, texels.data());
    if (m_overlay->breast.rows > 0 && m_overlay->breast.columns > 0)
        m_breast = maskTexture(window, m_overlay->breast);
}

const GpuTexture* MapLayer::breast(int rows, int columns) const
{
    return m_breast && m_breast->rows() == rows && m_breast->columns() == columns ? m_breast.get() : nullptr;
}

} // namespace mama::viewer
