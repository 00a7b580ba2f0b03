#include "widgets/viewer/scene/scene.h"

#include "core/base/error.h"
#include "widgets/viewer/scene/image_layer.h"
#include "widgets/viewer/scene/map_layer.h"
#include "widgets/viewer/scene/screen_buffers.h"
#include "widgets/viewer/scene/shaders.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

namespace mama::viewer {

class Scene::Impl
{
public:
    explicit Impl(vtkOpenGLRenderWindow* window)
        : m_window(window), m_programs(window), m_screen(window, m_programs), m_draft(window, m_programs),
          m_loupe(window, m_programs)
    {
        m_programs.used(shaders::windowed({})); // a driver that refuses is told at once
    }

    bool render(const SceneFrame& frame)
    {
        keepLayers(frame);
        keepGreys(frame.greys);
        m_pending = false;
        m_budget = uploadBudget;
        const std::vector<Parts> drafts = preparePanes(frame);
        if (!frame.loupes.empty())
            m_loupe.prepare(frame, sources({frame.loupes.data(), 1}), frame.loupes.front().area, {Parts()});
        setBlending(m_window, false);
        clearTo(m_window, {0, 0, frame.width, frame.height}, 0, 0, 0, 1);
        for (std::size_t i = 0; i < frame.panes.size(); ++i)
            drawPane(frame, frame.panes[i], m_screen, drafts[i]);
        if (!frame.loupes.empty()) {
            const auto& loupe = frame.loupes.front();
            clearTo(m_window, lowerLeft(loupe.area, frame.height), 0, 0, 0, 1);
            drawPane(frame, loupe, m_loupe, {false, false});
        }
        drawTop(frame);
        return m_pending;
    }

    bool drafted() const { return m_drafted; }
    int resampleCount() const { return m_screen.resampleCount() + m_draft.resampleCount() + m_loupe.resampleCount(); }

    std::size_t uploadBudget = 4 << 20;

private:
    using Parts = ScreenBuffers::Parts;

    void keepLayers(const SceneFrame& frame)
    {
        std::map<const ViewImage*, std::unique_ptr<ImageLayer>> kept;
        std::map<const MapOverlay*, std::unique_ptr<MapLayer>> maps;
        for (const auto* panes : {&frame.panes, &frame.loupes})
            for (const auto& pane : *panes) {
                if (auto& layer = kept[pane.image.get()]; !layer) {
                    layer = std::move(m_layers[pane.image.get()]);
                    m_layers.erase(pane.image.get());
                    if (!layer)
                        layer = std::make_unique<ImageLayer>(m_window, pane.image);
                }
                if (!pane.overlay || !MapLayer::covers(*pane.overlay))
                    continue;
                auto& map = maps[pane.overlay.get()];
                if (!map)
                    map = std::move(m_maps[pane.overlay.get()]);
                if (!map)
                    map = std::make_unique<MapLayer>(m_window, pane.overlay);
            }
        m_maps = std::move(maps);
        // Images of hidden cells stay on the GPU for a while: a step back in the hanging is then instant.
        for (auto& [image, layer] : m_layers)
            if (kept.size() < 8 && !kept.contains(image))
                kept.emplace(image, std::move(layer));
        m_layers = std::move(kept);
    }

    // nullptr: there is none.
    const MapLayer* mapOf(const ScenePane& pane) const
    {
        const auto found = m_maps.find(pane.overlay.get());
        return found == m_maps.end() ? nullptr : found->second.get();
    }

    void keepGreys(const std::shared_ptr<const std::vector<float>>& greys)
    {
        if (greys == m_greysSource)
            return;
        m_greysSource = greys;
        m_greys.reset();
        if (!greys || greys->size() < 2)
            return;
        m_greys = std::make_unique<GpuTexture>(m_window, TexelType::Float, static_cast<int>(greys->size()), 1);
        m_greys->write(0, 1, greys->data());
    }

    // Each with the finest level that is on the GPU, after a share of what it lacks was sent there.
    std::vector<ScreenBuffers::Source> sources(std::span<const ScenePane> panes)
    {
        std::vector<ScreenBuffers::Source> out;
        for (const ScenePane& pane : panes) {
            ImageLayer& layer = *m_layers.at(pane.image.get());
            const auto& t = pane.transform;
            const std::size_t wanted = layer.levelFor(std::max(std::abs(t.scaleX), std::abs(t.scaleY)));
            if (!layer.upload(wanted, m_budget))
                m_pending = true;
            out.push_back({pane, layer, mapOf(pane), layer.bestLevel(wanted)});
        }
        return out;
    }

    // Returns what of each pane is a draft.
    std::vector<Parts> preparePanes(const SceneFrame& frame)
    {
        const PixelRect whole{0, 0, frame.width, frame.height};
        const auto sharp = sources(frame.panes);
        std::vector<Parts> drafts(sharp.size(), {false, false}), rest(sharp.size());
        if (frame.draft)
            drafts = m_screen.changed(frame, sharp, whole);
        for (std::size_t i = 0; i < rest.size(); ++i)
            rest[i] = {!drafts[i].values, !drafts[i].overlay};
        m_screen.prepare(frame, sharp, whole, rest);
        m_drafted = std::any_of(drafts.begin(), drafts.end(), [](const Parts& each) { return each.any(); });
        if (m_drafted) {
            const SceneFrame half = halved(frame);
            m_draft.prepare(half, sources(half.panes), {0, 0, half.width, half.height}, drafts);
        }
        return drafts;
    }

    // The panes of a frame, on pixels of twice the size.
    static SceneFrame halved(const SceneFrame& frame)
    {
        SceneFrame half;
        half.width = (frame.width + 1) / 2;
        half.height = (frame.height + 1) / 2;
        half.unit = frame.unit / 2;
        half.style = frame.style;
        half.panes = frame.panes;
        for (ScenePane& pane : half.panes) {
            const PixelRect& area = pane.area;
            const int x = area.x / 2, y = area.y / 2;
            pane.area = {x, y, (area.x + area.width + 1) / 2 - x, (area.y + area.height + 1) / 2 - y};
            pane.transform = pane.transform.enlarged(0.5, {0, 0});
        }
        return half;
    }

    void drawPane(const SceneFrame& frame, const ScenePane& pane, const ScreenBuffers& buffers, const Parts& draft)
    {
        const PixelRect rect = lowerLeft(imageArea(pane), frame.height);
        if (rect.empty())
            return;
        ImageLayer& layer = *m_layers.at(pane.image.get());
        const auto& choices = pane.image->voi();
        const auto& voi =
            choices[static_cast<std::size_t>(std::clamp(pane.shade.choice, 0, static_cast<int>(choices.size()) - 1))];
        layer.setTable(voi.table ? &*voi.table : nullptr);
        using Curve = shaders::WindowKind::Curve;
        const Curve curve = voi.table                                               ? Curve::Table
                            : pane.shade.window.function == WindowFunction::Sigmoid ? Curve::Sigmoid
                                                                                    : Curve::Ramp;
        const bool covered = ScreenBuffers::covers(layer, mapOf(pane), frame.style);
        GpuProgram& program =
            m_programs.used(shaders::windowed({curve, covered, m_greys != nullptr, draft.values, draft.overlay}));
        program.bind("values", draft.values ? m_draft.values() : buffers.values());
        if (covered)
            program.bind("overlays", draft.overlay ? m_draft.overlays() : buffers.overlays());
        if (m_greys) {
            program.bind("greys", *m_greys);
            program.set("lastGrey", m_greys->columns() - 1);
        }
        program.setInts("origin", buffers.area().x, frame.height - buffers.area().y - buffers.area().height);
        program.set("odd", frame.height % 2);
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
            GpuProgram& program = m_programs.used(shaders::plain());
            program.set("colour", bar.red * bar.alpha, bar.green * bar.alpha, bar.blue * bar.alpha, bar.alpha);
            const PixelRect rect = lowerLeft(bar.area, frame.height);
            program.draw(rect, intersected(rect, whole));
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
            GpuProgram& program = m_programs.used(shaders::sprite());
            program.bind("picture", *texture);
            program.setInts("origin", rect.x, rect.y);
            program.set("rows", sprite.height);
            program.draw(rect, intersected(rect, whole));
        }
        m_sprites = std::move(kept);
        setBlending(m_window, false);
    }

    vtkOpenGLRenderWindow* m_window;
    GpuPrograms m_programs;
    std::map<const ViewImage*, std::unique_ptr<ImageLayer>> m_layers;
    std::map<const MapOverlay*, std::unique_ptr<MapLayer>> m_maps;
    std::map<std::uint64_t, std::unique_ptr<GpuTexture>> m_sprites;
    std::shared_ptr<const std::vector<float>> m_greysSource;
    std::unique_ptr<GpuTexture> m_greys;
    ScreenBuffers m_screen, m_draft, m_loupe; // m_draft: on pixels of twice the size
    std::size_t m_budget = 0;
    bool m_pending = false, m_drafted = false;
};

Scene::Scene(vtkOpenGLRenderWindow* window) : m(std::make_unique<Impl>(window)) {}

Scene::~Scene() = default;

bool Scene::render(const SceneFrame& frame) { return m->render(frame); }

void Scene::setUploadBudget(std::size_t bytes) { m->uploadBudget = bytes; }

bool Scene::drafted() const { return m->drafted(); }

int Scene::resampleCount() const { return m->resampleCount(); }

} // namespace mama::viewer
