#include "widgets/viewer/scene/scene.h"

#include "core/base/error.h"
#include "widgets/viewer/scene/image_layer.h"
#include "widgets/viewer/scene/shaders.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace mama::viewer {
namespace {

PixelRect intersected(const PixelRect& a, const PixelRect& b)
{
    const int x0 = std::max(a.x, b.x), y0 = std::max(a.y, b.y);
    const int x1 = std::min(a.x + a.width, b.x + b.width), y1 = std::min(a.y + a.height, b.y + b.height);
    return {x0, y0, std::max(0, x1 - x0), std::max(0, y1 - y0)};
}

// Where the image lies on the screen, clipped to its pane; whole pixels, rounded outwards.
PixelRect imageArea(const ScenePane& pane)
{
    const Point a = pane.transform.toScreen({0, 0});
    const Point b =
        pane.transform.toScreen({static_cast<double>(pane.image->columns()), static_cast<double>(pane.image->rows())});
    const auto clampInt = [](double v) { return static_cast<int>(std::clamp(v, -1e6, 1e6)); };
    const int x0 = clampInt(std::floor(std::min(a.x, b.x))), x1 = clampInt(std::ceil(std::max(a.x, b.x)));
    const int y0 = clampInt(std::floor(std::min(a.y, b.y))), y1 = clampInt(std::ceil(std::max(a.y, b.y)));
    return intersected(pane.area, {x0, y0, x1 - x0, y1 - y0});
}

struct Affine // v = scale * gl_FragCoord + offset
{
    double scaleX, scaleY, offsetX, offsetY;
    Affine times(double factorX, double factorY) const
    {
        return {scaleX * factorX, scaleY * factorY, offsetX * factorX, offsetY * factorY};
    }
};

// gl_FragCoord in a target whose lower left corner is (left, bottom) on the screen, y upwards, -> stored pixels.
Affine toStored(const ViewTransform& t, int left, int bottom, int height)
{
    return {1 / t.scaleX, -1 / t.scaleY, (left - t.originX) / t.scaleX, (height - bottom - t.originY) / t.scaleY};
}

} // namespace

class Scene::Impl
{
public:
    explicit Impl(vtkOpenGLRenderWindow* window)
        : m_window(window), m_resampleGrey(window, shaders::resampleGrey()),
          m_resampleColour(window, shaders::resampleColour()), m_overlay(window, shaders::overlay()),
          m_ramp(window, shaders::windowed(false)), m_table(window, shaders::windowed(true)),
          m_sprite(window, shaders::sprite()), m_plain(window, shaders::plain())
    {}

    bool render(const SceneFrame& frame)
    {
        keepLayers(frame);
        m_pending = false;
        m_budget = uploadBudget;
        prepare(frame, frame.panes, m_screen, {0, 0, frame.width, frame.height});
        if (!frame.loupes.empty())
            prepare(frame, {frame.loupes.front()}, m_loupe, frame.loupes.front().area);
        setBlending(m_window, false);
        clearTo(m_window, {0, 0, frame.width, frame.height}, 0, 0, 0, 1);
        for (const auto& pane : frame.panes)
            drawPane(frame, pane, m_screen);
        if (!frame.loupes.empty()) {
            const auto& loupe = frame.loupes.front();
            clearTo(m_window, lowerLeft(loupe.area, frame.height), 0, 0, 0, 1);
            drawPane(frame, loupe, m_loupe);
        }
        drawTop(frame);
        return m_pending;
    }

    std::size_t uploadBudget = 4 << 20;
    int resampled = 0;

private:
    // Numbers and map colours at screen resolution, and what they were made from.
    struct Key
    {
        std::shared_ptr<const ViewImage> image;
        std::shared_ptr<const MapOverlay> overlay;
        PixelRect area;
        double transform[4];
        std::size_t level;
        bool blackAir;
        OverlayStyle style;
        bool sameValues(const Key& o) const
        {
            return image == o.image && area == o.area && std::equal(transform, transform + 4, o.transform) &&
                   level == o.level && blackAir == o.blackAir;
        }
        bool sameOverlay(const Key& o) const
        {
            return image == o.image && area == o.area && std::equal(transform, transform + 4, o.transform) &&
                   overlay == o.overlay && style == o.style && (!image->isColour() || level == o.level);
        }
    };
    struct Buffers
    {
        PixelRect area; // screen, y down
        int screenHeight = 0;
        std::unique_ptr<GpuTarget> values, overlays;
        std::vector<Key> keys;
    };

    static PixelRect lowerLeft(const PixelRect& r, int height)
    {
        return {r.x, height - r.y - r.height, r.width, r.height};
    }

    void keepLayers(const SceneFrame& frame)
    {
        std::map<const ViewImage*, std::unique_ptr<ImageLayer>> kept;
        for (const auto* panes : {&frame.panes, &frame.loupes})
            for (const auto& pane : *panes) {
                auto& slot = kept[pane.image.get()];
                if (slot)
                    continue;
                const auto old = m_layers.find(pane.image.get());
                slot =
                    old != m_layers.end() ? std::move(old->second) : std::make_unique<ImageLayer>(m_window, pane.image);
                if (old != m_layers.end())
                    m_layers.erase(old);
                slot->setOverlay(pane.overlay);
            }
        // Images of hidden cells stay on the GPU for a while: a step back in the hanging is then instant.
        for (auto& [image, layer] : m_layers)
            if (kept.size() < 8 && !kept.contains(image))
                kept.emplace(image, std::move(layer));
        m_layers = std::move(kept);
    }

    void prepare(const SceneFrame& frame, const std::vector<ScenePane>& panes, Buffers& buffers, const PixelRect& area)
    {
        if (!buffers.values || buffers.area.width != area.width || buffers.area.height != area.height) {
            buffers.values = std::make_unique<GpuTarget>(m_window, TexelType::Float, std::max(1, area.width),
                                                         std::max(1, area.height));
            buffers.overlays = std::make_unique<GpuTarget>(m_window, TexelType::Rgba8, std::max(1, area.width),
                                                           std::max(1, area.height));
            buffers.keys.clear();
        }
        if (!(buffers.area == area) || buffers.screenHeight != frame.height)
            buffers.keys.clear();
        buffers.area = area;
        buffers.screenHeight = frame.height;
        if (buffers.keys.size() != panes.size())
            buffers.keys.assign(panes.size(), {});
        setBlending(m_window, false);
        for (std::size_t i = 0; i < panes.size(); ++i) {
            const ScenePane& pane = panes[i];
            ImageLayer& layer = *m_layers.at(pane.image.get());
            const auto& t = pane.transform;
            const std::size_t wanted = layer.levelFor(std::max(std::abs(t.scaleX), std::abs(t.scaleY)));
            if (!layer.upload(wanted, m_budget))
                m_pending = true;
            Key key{pane.image,
                    pane.overlay,
                    pane.area,
                    {t.originX, t.originY, t.scaleX, t.scaleY},
                    layer.bestLevel(wanted),
                    pane.inverted,
                    frame.style};
            const Key old = std::exchange(buffers.keys[i], key);
            const bool overlayStale = !old.image || !key.sameOverlay(old);
            if (!old.image || !key.sameValues(old))
                resample(pane, layer, key.level, buffers);
            if (overlayStale)
                drawOverlay(frame, pane, layer, key.level, buffers);
        }
    }

    void footprint(GpuProgram& program, const ScenePane& pane, ImageLayer& layer, std::size_t index,
                   const Buffers& buffers)
    {
        const auto& level = pane.image->levels()[index];
        const double halving = std::exp2(-static_cast<double>(index)); // a level's pixels are 2^n stored pixels wide
        const Affine a = toStored(pane.transform, buffers.area.x,
                                  buffers.screenHeight - buffers.area.y - buffers.area.height, buffers.screenHeight)
                             .times(halving, halving);
        const double reachX = std::clamp(std::abs(a.scaleX), 1.0, 3.0),
                     reachY = std::clamp(std::abs(a.scaleY), 1.0, 3.0);
        program.bind("source", layer.level(index));
        program.setInts("size", level.columns, level.rows);
        program.set("toTexel", a.scaleX, a.scaleY, a.offsetX, a.offsetY);
        program.set("reach", reachX, reachY);
        program.set("taps", static_cast<int>(std::ceil(std::max(reachX, reachY) - 1e-6)) + 1);
    }

    PixelRect inBuffers(const PixelRect& screen, const Buffers& buffers) const
    {
        const PixelRect local{screen.x - buffers.area.x, screen.y - buffers.area.y, screen.width, screen.height};
        return lowerLeft(local, buffers.area.height);
    }

    void resample(const ScenePane& pane, ImageLayer& layer, std::size_t index, Buffers& buffers)
    {
        ++resampled;
        const PixelRect rect = inBuffers(imageArea(pane), buffers);
        const PixelRect whole = inBuffers(pane.area, buffers);
        buffers.values->fill([&] {
            clearTo(m_window, whole, -3e38F, 0, 0, 1);
            if (pane.image->isColour() || rect.width < 1 || rect.height < 1)
                return;
            m_resampleGrey.use();
            footprint(m_resampleGrey, pane, layer, index, buffers);
            const bool wide = !pane.image->levels()[index].wide.empty();
            m_resampleGrey.set("codes", wide ? 1.0F : 65535.0F);
            const auto pad = pane.image->paddedCodes().value_or(std::pair{1e30, -1e30});
            m_resampleGrey.set("padded", std::max(pad.first, -3.2e38), std::min(pad.second, 3.2e38));
            m_resampleGrey.set("modality", pane.image->offset(), pane.image->step());
            m_resampleGrey.set("blackAir", pane.inverted ? 1 : 0);
            m_resampleGrey.bind("breast", layer.breast());
            const double texel = std::exp2(static_cast<double>(index)) / 8;
            m_resampleGrey.set("toBreast", texel / layer.breast().columns(), texel / layer.breast().rows());
            m_resampleGrey.draw(rect, rect);
        });
    }

    void drawOverlay(const SceneFrame& frame, const ScenePane& pane, ImageLayer& layer, std::size_t index,
                     Buffers& buffers)
    {
        const PixelRect rect = inBuffers(imageArea(pane), buffers);
        buffers.overlays->fill([&] {
            clearTo(m_window, inBuffers(pane.area, buffers), 0, 0, 0, 0);
            if (rect.width < 1 || rect.height < 1)
                return;
            if (pane.image->isColour()) {
                m_resampleColour.use();
                footprint(m_resampleColour, pane, layer, index, buffers);
                m_resampleColour.draw(rect, rect);
            }
            if (!layer.overlay() || !frame.style.visible)
                return;
            setBlending(m_window, true);
            drawMap(frame, pane, layer, buffers, rect);
            setBlending(m_window, false);
        });
    }

    void drawMap(const SceneFrame& frame, const ScenePane& pane, ImageLayer& layer, const Buffers& buffers,
                 const PixelRect& rect)
    {
        const auto& style = frame.style;
        const auto& geometry = layer.overlay()->geometry;
        const int columns = layer.overlay()->values.columns, rows = layer.overlay()->values.rows;
        const Affine stored =
            toStored(pane.transform, buffers.area.x, buffers.screenHeight - buffers.area.y - buffers.area.height,
                     buffers.screenHeight);
        // Geometry is affine on each axis: two points give it exactly.
        const auto& patch = geometry.chain().patch;
        const Point o = geometry.toInput({0, 0}), e = geometry.toInput({static_cast<double>(pane.image->columns()),
                                                                        static_cast<double>(pane.image->rows())});
        const double gx = (e.x - o.x) / pane.image->columns() / patch.columns,
                     gy = (e.y - o.y) / pane.image->rows() / patch.rows;
        const auto [leftTop, rightBottom] = geometry.seen();
        m_overlay.use();
        m_overlay.set("toStored", stored.scaleX, stored.scaleY, stored.offsetX, stored.offsetY);
        m_overlay.set("toGrid", stored.scaleX * gx, stored.scaleY * gy, stored.offsetX * gx + o.x / patch.columns,
                      stored.offsetY * gy + o.y / patch.rows);
        m_overlay.set("storedSize", pane.image->columns(), pane.image->rows());
        m_overlay.set("seen", leftTop.x, leftTop.y, rightBottom.x, rightBottom.y);
        m_overlay.setInts("grid", columns, rows);
        m_overlay.bind("map", layer.map());
        m_overlay.bind("colours", coloursOf(style.map));
        m_overlay.bind("breast", layer.mapBreast());
        m_overlay.set("breastSize", layer.mapBreast().columns(), layer.mapBreast().rows());
        m_overlay.set("range", style.low, style.high);
        m_overlay.set("threshold", static_cast<float>(style.threshold));
        m_overlay.set("opacity", std::clamp(style.opacity, 0.0, 1.0), style.opacityByValue ? 1 : 0);
        m_overlay.set("cells", style.cells ? 1 : 0);
        m_overlay.set("isolines", style.isolines && style.isolineStep > 0 ? 1 : 0);
        std::vector<double> levels = outlineLevels(style);
        m_overlay.set("outline", style.outline ? 1 : 0);
        m_overlay.set("levelCount", static_cast<int>(levels.size()));
        levels.resize(4, 0);
        m_overlay.set("levels", levels[0], levels[1], levels[2], levels[3]);
        m_overlay.set("hideAir", style.hideAir ? 1 : 0);
        m_overlay.set("hatch", style.hatchUnseen ? 1 : 0);
        m_overlay.set("isolineStep", static_cast<float>(std::max(style.isolineStep, 1e-6)));
        m_overlay.set("unit", static_cast<float>(frame.unit));
        m_overlay.draw(rect, rect);
    }

    const GpuTexture& coloursOf(ColourMap map)
    {
        auto& texture = m_colours[map];
        if (!texture) {
            std::vector<std::uint8_t> texels;
            for (const auto& c : colours(map))
                texels.insert(texels.end(), {c[0], c[1], c[2], 255});
            texture = std::make_unique<GpuTexture>(m_window, TexelType::Rgba8, 256, 1);
            texture->write(0, 1, texels.data());
        }
        return *texture;
    }

    void drawPane(const SceneFrame& frame, const ScenePane& pane, const Buffers& buffers)
    {
        const PixelRect rect = lowerLeft(imageArea(pane), frame.height);
        if (rect.width < 1 || rect.height < 1)
            return;
        ImageLayer& layer = *m_layers.at(pane.image.get());
        const auto& choices = pane.image->voi();
        const auto& voi =
            choices[static_cast<std::size_t>(std::clamp(pane.shade.choice, 0, static_cast<int>(choices.size()) - 1))];
        layer.setTable(voi.table ? &*voi.table : nullptr);
        GpuProgram& program = voi.table ? m_table : m_ramp;
        program.use();
        program.bind("values", buffers.values->texture());
        program.bind("overlays", buffers.overlays->texture());
        program.setInts("origin", buffers.area.x, frame.height - buffers.area.y - buffers.area.height);
        program.set("covered", pane.image->isColour() || (layer.overlay() && frame.style.visible) ? 1 : 0);
        program.set("turned", pane.image->inverted() != pane.inverted ? 1 : 0);
        if (voi.table)
            setLookup(program, layer, *voi.table, pane.shade.window);
        else
            setRamp(program, pane.shade.window);
        program.draw(rect, rect);
    }

    // PS3.3 C.11.2.1.2, C.11.2.1.3: as core/image's applyWindow, in the shader's terms.
    static void setRamp(GpuProgram& program, const Window& w)
    {
        program.set("curve", w.function == WindowFunction::Sigmoid ? 1 : 0);
        if (w.function == WindowFunction::Sigmoid) {
            program.set("ramp", w.centre, 1 / std::max(w.width, 1e-9));
            return;
        }
        const bool exact = w.function == WindowFunction::LinearExact;
        const double width = exact ? w.width : w.width - 1;
        program.set("ramp", w.centre - (exact ? 0 : 0.5) - width / 2, width > 1e-9 ? 1 / width : 1e9);
    }

    static void setLookup(GpuProgram& program, const ImageLayer& layer, const LookupTable& table, const Window& w)
    {
        const double entries = static_cast<double>(table.entries.size());
        program.bind("entries", *layer.table());
        const double scale = entries / std::max(w.width, 1e-9);
        program.set("lookup", w.centre, scale, entries / 2, entries - 1);
    }

    void drawTop(const SceneFrame& frame)
    {
        setBlending(m_window, true);
        const PixelRect whole{0, 0, frame.width, frame.height};
        for (const auto& bar : frame.bars) {
            m_plain.use();
            m_plain.set("colour", bar.red * bar.alpha, bar.green * bar.alpha, bar.blue * bar.alpha, bar.alpha);
            const PixelRect rect = lowerLeft(bar.area, frame.height);
            m_plain.draw(rect, intersected(rect, whole));
        }
        std::map<std::uint64_t, std::unique_ptr<GpuTexture>> kept;
        for (const auto& sprite : frame.sprites) {
            if (sprite.width < 1 || sprite.height < 1 || !sprite.texels)
                continue;
            auto& texture = kept[sprite.version];
            if (!texture)
                texture = std::move(m_sprites[sprite.version]);
            if (!texture) {
                texture = std::make_unique<GpuTexture>(m_window, TexelType::Rgba8, sprite.width, sprite.height);
                texture->write(0, sprite.height, sprite.texels->data());
            }
            const PixelRect rect = lowerLeft({sprite.x, sprite.y, sprite.width, sprite.height}, frame.height);
            m_sprite.use();
            m_sprite.bind("picture", *texture);
            m_sprite.setInts("origin", rect.x, rect.y);
            m_sprite.set("rows", sprite.height);
            m_sprite.draw(rect, intersected(rect, whole));
        }
        m_sprites = std::move(kept);
        setBlending(m_window, false);
    }

    vtkOpenGLRenderWindow* m_window;
    GpuProgram m_resampleGrey, m_resampleColour, m_overlay, m_ramp, m_table, m_sprite, m_plain;
    std::map<const ViewImage*, std::unique_ptr<ImageLayer>> m_layers;
    std::map<ColourMap, std::unique_ptr<GpuTexture>> m_colours;
    std::map<std::uint64_t, std::unique_ptr<GpuTexture>> m_sprites;
    Buffers m_screen, m_loupe;
    std::size_t m_budget = 0;
    bool m_pending = false;
};

Scene::Scene(vtkOpenGLRenderWindow* window) : m(std::make_unique<Impl>(window)) {}

Scene::~Scene() = default;

bool Scene::render(const SceneFrame& frame) { return m->render(frame); }

void Scene::setUploadBudget(std::size_t bytes) { m->uploadBudget = bytes; }

int Scene::resampleCount() const { return m->resampled; }

} // namespace mama::viewer
