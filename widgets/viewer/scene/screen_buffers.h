#pragma once
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/scene/image_layer.h"
#include "widgets/viewer/scene/map_layer.h"
#include "widgets/viewer/scene/scene.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace mama::viewer {

// Where the image lies on the screen, clipped to its pane; whole pixels, rounded outwards.
PixelRect imageArea(const ScenePane& pane);

// Numbers and map colours of images at the screen's resolution, kept while neither image, zoom nor style changes. A
// picture that only moved is copied, and drawn where it came in from the edge.
class ScreenBuffers
{
public:
    ScreenBuffers(vtkOpenGLRenderWindow* window, GpuPrograms& programs) : m_window(window), m_programs(programs) {}

    struct Source
    {
        const ScenePane& pane;
        ImageLayer& layer;
        const MapLayer* map = nullptr; // of the pane, which may be another one than the image's in another pane
        std::size_t level = 0;         // of the layer's
    };
    struct Parts // of a picture
    {
        bool values = true, overlay = true;
        bool any() const { return values || overlay; }
    };
    // area: of the screen, what the buffers stand for. parts: of each source, what is wanted here.
    void prepare(const SceneFrame& frame, const std::vector<Source>& sources, const PixelRect& area,
                 const std::vector<Parts>& parts);
    // What must be drawn since the last frame's pictures and maps changed in size or style, and in nothing else.
    std::vector<Parts> changed(const SceneFrame& frame, const std::vector<Source>& sources,
                               const PixelRect& area) const;
    const PixelRect& area() const { return m_area; }
    const GpuTexture& values() const { return m_values.now->texture(); }
    const GpuTexture& overlays() const { return m_overlays.now->texture(); }
    // Whether overlays() has anything of it.
    static bool covers(const ImageLayer& layer, const MapLayer* map, const OverlayStyle& style);
    int resampleCount() const { return m_resampled; } // images sampled in whole or part, since construction

private:
    // What a pane's part of the buffers was made from.
    struct Key
    {
        std::shared_ptr<const ViewImage> image;
        std::shared_ptr<const MapOverlay> overlay;
        PixelRect area;
        ViewTransform transform;
        std::size_t level = 0;
        bool blackAir = false, covered = false;
        OverlayStyle style;
        Parts made;
        bool sameWay(const Key& other) const;    // of one size, turned one way
        bool sameValues(const Key& other) const; // but for the place of the image
        bool sameOverlay(const Key& other) const;
    };
    // What is to be done with a pane's part of a buffer: drawn, or what is there moved by whole pixels, y down.
    struct Step
    {
        bool draw = true;
        int x = 0, y = 0;
        bool moves() const { return !draw && (x != 0 || y != 0); }
    };
    struct Buffer // what is shown, and where the next one is put together when pictures move
    {
        TexelType type;
        std::unique_ptr<GpuTarget> now, spare;
        std::vector<Step> steps;
    };
    using Draw = std::function<void(const Source&, const PixelRect& part)>; // part: of the screen, of the pane's area

    static Key keyOf(const SceneFrame& frame, const Source& source);
    static Step stepFrom(const Key& before, const Key& now);
    static Step valuesStep(const Key& before, const Key& now);
    static Step overlayStep(const Key& before, const Key& now);
    void size(const PixelRect& area, int screenHeight);
    void update(Buffer& buffer, const std::vector<Source>& sources, const Draw& draw);
    PixelRect local(const PixelRect& screen) const; // from the buffers' lower left corner
    void setCorner(GpuProgram& program, const ViewTransform& transform) const;
    void setFootprint(GpuProgram& program, const Source& source) const;
    void drawValues(const Source& source, const PixelRect& part) const;
    void drawOverlay(const SceneFrame& frame, const Source& source, const PixelRect& part);
    void drawMap(const SceneFrame& frame, const Source& source, const PixelRect& part);
    const GpuTexture& coloursOf(ColourMap map);

    vtkOpenGLRenderWindow* m_window;
    GpuPrograms& m_programs;
    std::map<ColourMap, std::unique_ptr<GpuTexture>> m_colours;
    PixelRect m_area;
    int m_screenHeight = 0;
    Buffer m_values{TexelType::Float, {}, {}, {}}, m_overlays{TexelType::Rgba8, {}, {}, {}};
    std::vector<Key> m_keys;
    int m_resampled = 0;
};

} // namespace mama::viewer
