#pragma once
#include "widgets/viewer/scene/map_overlay.h"
#include "widgets/viewer/scene/pane_geometry.h"
#include "widgets/viewer/scene/view_image.h"

#include <cstdint>
#include <memory>
#include <vector>

class vtkOpenGLRenderWindow;

// What is drawn, as plain values, and the VTK scene that draws it; no Qt, so that tests run it off screen.
namespace mama::viewer {

// Which grey a value gets: an entry of ViewImage::voi() with the reader's window on top.
struct Shade
{
    int choice = 0;
    Window window; // for a VOI LUT: centre and width of the input that the whole table covers
    bool operator==(const Shade& o) const
    {
        return choice == o.choice && window.centre == o.window.centre && window.width == o.window.width &&
               window.function == o.window.function;
    }
};

struct ScenePane
{
    std::shared_ptr<const ViewImage> image;
    std::shared_ptr<const MapOverlay> overlay;
    PixelRect area; // device pixels, y down
    ViewTransform transform;
    Shade shade;
    bool inverted = false; // by the reader, after polarity
};

// A small picture on top, premultiplied RGBA, row 0 at the top. Redrawn from the GPU while `version` stays.
struct Sprite
{
    int x = 0, y = 0, width = 0, height = 0;                 // device pixels, y down
    std::uint64_t version = 0;                               // of the texels; unique for each content
    std::shared_ptr<const std::vector<std::uint8_t>> texels; // [height, width, 4]
};

struct Bar // a filled rectangle: lines, borders
{
    PixelRect area;
    float red = 1, green = 1, blue = 1, alpha = 1;
};

struct SceneFrame
{
    int width = 0, height = 0; // device pixels
    double unit = 1;           // device pixels a logical pixel
    std::vector<ScenePane> panes;
    std::vector<ScenePane> loupes; // drawn after the panes
    OverlayStyle style;
    // Driving level 0..1 of evenly spaced grey values, at least 2; null: as they are. Overlays and colours stay.
    std::shared_ptr<const std::vector<float>> greys;
    std::vector<Bar> bars;
    std::vector<Sprite> sprites;
    // What was in the last frame too and only changed its size or colours is sampled on pixels of twice the size.
    bool draft = false;
};

class Scene
{
public:
    // The window's context must be current here, in render and in the destructor. Error(Unsupported) without
    // OpenGL 3.2 and float textures.
    explicit Scene(vtkOpenGLRenderWindow* window);
    ~Scene();

    // Draws into the framebuffer that is bound. Buffers at screen resolution are kept: while only windows, polarity
    // or sprites change, no image is sampled again, and one that moved only where it came in. Returns whether detail is
    // still to be uploaded: call again.
    bool render(const SceneFrame& frame);
    // Bytes of pixels sent in one call of render.
    void setUploadBudget(std::size_t bytes);
    bool drafted() const;      // whether something of the last frame was: draw it again without, when there is time
    int resampleCount() const; // since construction: tests see that windowing touches no image

private:
    class Impl;
    std::unique_ptr<Impl> m;
};

} // namespace mama::viewer
