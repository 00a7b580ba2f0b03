#include "widgets/viewer/scene/screen_buffers.h"

#include "widgets/viewer/scene/shaders.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mama::viewer {
namespace {

struct Affine // v = scale * (gl_FragCoord - corner) + offset; of a lying image with the screen's axes exchanged before
{
    double scaleX, scaleY, offsetX, offsetY;
    Affine times(double factorX, double factorY) const
    {
        return {scaleX * factorX, scaleY * factorY, offsetX * factorX, offsetY * factorY};
    }
};

// Pixels of the screen, counted from the whole pixel in which stored (0, 0) lies, y upwards, -> stored pixels.
Affine toStored(const ViewTransform& t)
{
    const double restX = t.originX - std::floor(t.originX), restY = t.originY - std::floor(t.originY);
    if (t.lying)
        return {-1 / t.scaleY, 1 / t.scaleX, -restY / t.scaleY, -restX / t.scaleX};
    return {1 / t.scaleX, -1 / t.scaleY, -restX / t.scaleX, -restY / t.scaleY};
}

struct Footprint // of a screen pixel, in texels of a level
{
    Affine toTexel;
    double reachX, reachY;
    int taps;
};

// One texel is enough where texels lie on pixels, one on one.
bool onPixels(double scale, double offset)
{
    const double low = offset + scale / 2 - 0.5;
    return std::abs(std::abs(scale) - 1) < 1e-7 && std::abs(low - std::round(low)) < 1e-3;
}

Footprint footprintOf(const ViewTransform& transform, std::size_t level)
{
    const double halving = std::exp2(-static_cast<double>(level)); // a level's pixels are 2^n stored pixels wide
    const Affine a = toStored(transform).times(halving, halving);
    const double reachX = std::clamp(std::abs(a.scaleX), 1.0, 3.0), reachY = std::clamp(std::abs(a.scaleY), 1.0, 3.0);
    const bool alone = onPixels(a.scaleX, a.offsetX) && onPixels(a.scaleY, a.offsetY);
    return {a, reachX, reachY, alone ? 1 : static_cast<int>(std::ceil(std::max(reachX, reachY) - 1e-6)) + 1};
}

// A change that is no whole number of pixels; the anchors of a pan are whole ones.
std::optional<int> wholePixels(double before, double now)
{
    const double shift = now - before, whole = std::round(shift);
    if (!(std::abs(shift - whole) < 1e-6) || std::abs(whole) > 1e6)
        return {};
    return static_cast<int>(whole);
}

} // namespace

PixelRect imageArea(const ScenePane& pane)
{
    const Point a = pane.transform.toScreen({0, 0});
    const Point b =
        pane.transform.toScreen({static_cast<double>(pane.image->columns()), static_cast<double>(pane.image->rows())});
    const auto clampInt = [](double v) { return static_cast<int>(std::clamp(v, -1e6, 1e6)); };
    const int x0 = clampInt(std::floor(std::min(a.x, b.x) + 1e-6)), x1 = clampInt(std::ceil(std::max(a.x, b.x) - 1e-6));
    const int y0 = clampInt(std::floor(std::min(a.y, b.y) + 1e-6)), y1 = clampInt(std::ceil(std::max(a.y, b.y) - 1e-6));
    return intersected(pane.area, {x0, y0, x1 - x0, y1 - y0});
}

bool ScreenBuffers::covers(const ImageLayer& layer, const MapLayer* map, const OverlayStyle& style)
{
    return layer.image().isColour() || (map && style.visible);
}

bool ScreenBuffers::Key::sameWay(const Key& o) const
{
    return transform.scaleX == o.transform.scaleX && transform.scaleY == o.transform.scaleY &&
           transform.lying == o.transform.lying;
}

bool ScreenBuffers::Key::sameValues(const Key& o) const
{
    return o.made.values && image && image == o.image && area == o.area && sameWay(o) && level == o.level &&
           blackAir == o.blackAir;
}

bool ScreenBuffers::Key::sameOverlay(const Key& o) const
{
    if (!o.made.overlay || !image || image != o.image || area != o.area || covered != o.covered)
        return false;
    return !covered ||
           (sameWay(o) && overlay == o.overlay && style == o.style && (!image->isColour() || level == o.level));
}

ScreenBuffers::Step ScreenBuffers::stepFrom(const Key& before, const Key& now)
{
    const auto x = wholePixels(before.transform.originX, now.transform.originX),
               y = wholePixels(before.transform.originY, now.transform.originY);
    if (!x || !y || std::abs(*x) >= now.area.width || std::abs(*y) >= now.area.height)
        return {};
    return {false, *x, *y};
}

ScreenBuffers::Step ScreenBuffers::valuesStep(const Key& before, const Key& now)
{
    return now.sameValues(before) ? stepFrom(before, now) : Step();
}

ScreenBuffers::Step ScreenBuffers::overlayStep(const Key& before, const Key& now)
{
    if (!now.sameOverlay(before))
        return {};
    return now.covered ? stepFrom(before, now) : Step{false, 0, 0};
}

ScreenBuffers::Key ScreenBuffers::keyOf(const SceneFrame& frame, const Source& source)
{
    const ScenePane& pane = source.pane;
    return {pane.image,
            pane.overlay,
            pane.area,
            pane.transform,
            source.level,
            pane.inverted,
            covers(source.layer, source.map, frame.style),
            frame.style,
            {}};
}

std::vector<ScreenBuffers::Parts> ScreenBuffers::changed(const SceneFrame& frame, const std::vector<Source>& sources,
                                                         const PixelRect& area) const
{
    std::vector<Parts> out(sources.size(), {false, false});
    if (!(area == m_area) || m_screenHeight != frame.height)
        return out;
    for (std::size_t i = 0; i < std::min(sources.size(), m_keys.size()); ++i) {
        const Key &before = m_keys[i], now = keyOf(frame, sources[i]);
        if (now.image != before.image || !(now.area == before.area))
            continue;
        const bool resized = !now.sameWay(before);
        out[i].values = resized && valuesStep(before, now).draw;
        out[i].overlay = before.covered && now.covered && now.overlay == before.overlay &&
                         (resized || !(now.style == before.style)) && overlayStep(before, now).draw;
    }
    return out;
}

void ScreenBuffers::size(const PixelRect& area, int screenHeight)
{
    for (Buffer* buffer : {&m_values, &m_overlays})
        if (!buffer->now || m_area.width != area.width || m_area.height != area.height) {
            buffer->now =
                std::make_unique<GpuTarget>(m_window, buffer->type, std::max(1, area.width), std::max(1, area.height));
            buffer->spare.reset();
            m_keys.clear();
        }
    if (!(m_area == area) || m_screenHeight != screenHeight)
        m_keys.clear();
    m_area = area;
    m_screenHeight = screenHeight;
}

void ScreenBuffers::prepare(const SceneFrame& frame, const std::vector<Source>& sources, const PixelRect& area,
                            const std::vector<Parts>& parts)
{
    size(area, frame.height);
    m_keys.resize(sources.size());
    m_values.steps.clear();
    m_overlays.steps.clear();
    for (std::size_t i = 0; i < sources.size(); ++i) {
        Key key = keyOf(frame, sources[i]);
        key.made = parts[i];
        const Key before = std::exchange(m_keys[i], key);
        const Step none{false, 0, 0};
        m_values.steps.push_back(key.made.values ? valuesStep(before, key) : none);
        m_overlays.steps.push_back(key.made.overlay ? overlayStep(before, key) : none);
        if (m_values.steps.back().draw || m_values.steps.back().moves())
            ++m_resampled;
    }
    setBlending(m_window, false);
    update(m_values, sources, [&](const Source& source, const PixelRect& part) { drawValues(source, part); });
    update(m_overlays, sources, [&](const Source& source, const PixelRect& part) { drawOverlay(frame, source, part); });
}

// Where a picture moved, all parts go over to the spare target.
void ScreenBuffers::update(Buffer& buffer, const std::vector<Source>& sources, const Draw& draw)
{
    const bool moves = std::any_of(buffer.steps.begin(), buffer.steps.end(), [](const Step& s) { return s.moves(); });
    if (!moves && std::none_of(buffer.steps.begin(), buffer.steps.end(), [](const Step& s) { return s.draw; }))
        return;
    if (moves) {
        if (!buffer.spare)
            buffer.spare = std::make_unique<GpuTarget>(m_window, buffer.type, std::max(1, m_area.width),
                                                       std::max(1, m_area.height));
        std::swap(buffer.now, buffer.spare);
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const PixelRect& area = sources[i].pane.area;
        const Step& step = buffer.steps[i];
        if (step.draw) {
            buffer.now->fill([&] { draw(sources[i], area); });
            continue;
        }
        if (!moves)
            continue;
        const PixelRect kept = intersected(area, {area.x + step.x, area.y + step.y, area.width, area.height});
        const PixelRect to = local(kept), from = local({kept.x - step.x, kept.y - step.y, kept.width, kept.height});
        buffer.now->copy(*buffer.spare, from, to.x, to.y);
        const PixelRect rows{area.x, step.y > 0 ? area.y : kept.y + kept.height, area.width, area.height - kept.height};
        const PixelRect columns{step.x > 0 ? area.x : kept.x + kept.width, kept.y, area.width - kept.width,
                                kept.height};
        for (const PixelRect& part : {rows, columns})
            if (!part.empty())
                buffer.now->fill([&] { draw(sources[i], part); });
    }
}

PixelRect ScreenBuffers::local(const PixelRect& screen) const
{
    return lowerLeft({screen.x - m_area.x, screen.y - m_area.y, screen.width, screen.height}, m_area.height);
}

void ScreenBuffers::setCorner(GpuProgram& program, const ViewTransform& t) const
{
    const double x = std::clamp(std::floor(t.originX), -1e9, 1e9), y = std::clamp(std::floor(t.originY), -1e9, 1e9);
    program.setInts("corner", static_cast<int>(x) - m_area.x, m_area.height + m_area.y - static_cast<int>(y));
}

void ScreenBuffers::setFootprint(GpuProgram& program, const Source& source) const
{
    const Footprint f = footprintOf(source.pane.transform, source.level);
    const ViewLevel& level = source.pane.image->levels()[source.level];
    setCorner(program, source.pane.transform);
    program.bind("source", source.layer.level(source.level));
    program.setInts("size", level.columns, level.rows);
    program.set("toTexel", f.toTexel.scaleX, f.toTexel.scaleY, f.toTexel.offsetX, f.toTexel.offsetY);
    program.set("reach", f.reachX, f.reachY);
}

void ScreenBuffers::drawValues(const Source& source, const PixelRect& part) const
{
    const ScenePane& pane = source.pane;
    const PixelRect rect = imageArea(pane), clip = intersected(rect, part);
    clearTo(m_window, local(part), -3e38F, 0, 0, 1);
    if (pane.image->isColour() || clip.empty())
        return;
    const auto padding = pane.image->paddedCodes();
    GpuProgram& program = m_programs.used(shaders::resampleGrey(
        {footprintOf(pane.transform, source.level).taps, padding.has_value(), pane.inverted, pane.transform.lying}));
    setFootprint(program, source);
    const bool wide = !pane.image->levels()[source.level].wide.empty();
    program.set("codes", wide ? 1.0F : 65535.0F);
    if (padding)
        program.set("padded", std::max(padding->first, -3.2e38), std::min(padding->second, 3.2e38));
    program.set("modality", pane.image->offset(), pane.image->step());
    if (pane.inverted) {
        const GpuTexture& breast = source.layer.breast();
        const double texel = std::exp2(static_cast<double>(source.level)) / 8;
        program.bind("breast", breast);
        program.set("toBreast", texel / breast.columns(), texel / breast.rows());
    }
    program.draw(local(rect), local(clip));
}

void ScreenBuffers::drawOverlay(const SceneFrame& frame, const Source& source, const PixelRect& part)
{
    const PixelRect rect = imageArea(source.pane), clip = intersected(rect, part);
    clearTo(m_window, local(part), 0, 0, 0, 0);
    if (clip.empty())
        return;
    if (source.pane.image->isColour()) {
        GpuProgram& program = m_programs.used(shaders::resampleColour(
            footprintOf(source.pane.transform, source.level).taps, source.pane.transform.lying));
        setFootprint(program, source);
        program.draw(local(rect), local(clip));
    }
    if (!source.map || !frame.style.visible)
        return;
    setBlending(m_window, true);
    drawMap(frame, source, part);
    setBlending(m_window, false);
}

void ScreenBuffers::drawMap(const SceneFrame& frame, const Source& source, const PixelRect& part)
{
    const OverlayStyle& style = frame.style;
    const ViewImage& image = *source.pane.image;
    const MapOverlay& overlay = source.map->overlay();
    const Geometry& geometry = overlay.geometry;
    const Affine stored = toStored(source.pane.transform);
    // Geometry is affine on each axis: two points give it exactly.
    const auto& patch = geometry.chain().patch;
    const Point o = geometry.toInput({0, 0}),
                e = geometry.toInput({static_cast<double>(image.columns()), static_cast<double>(image.rows())});
    const double gx = (e.x - o.x) / image.columns() / patch.columns, gy = (e.y - o.y) / image.rows() / patch.rows;
    const auto [leftTop, rightBottom] = geometry.seen();
    const GpuTexture *brought = source.map->breast(image.breast().rows, image.breast().columns),
                     &breast = brought ? *brought : source.layer.breast();
    GpuProgram& program =
        m_programs.used(shaders::overlay({style.cells, style.isolines && style.isolineStep > 0, style.outline,
                                          style.hideAir, style.hatchUnseen, source.pane.transform.lying}));
    setCorner(program, source.pane.transform);
    program.set("toStored", stored.scaleX, stored.scaleY, stored.offsetX, stored.offsetY);
    program.set("toGrid", stored.scaleX * gx, stored.scaleY * gy, stored.offsetX * gx + o.x / patch.columns,
                stored.offsetY * gy + o.y / patch.rows);
    program.set("storedSize", image.columns(), image.rows());
    program.set("seen", leftTop.x, leftTop.y, rightBottom.x, rightBottom.y);
    program.setInts("grid", overlay.values.columns, overlay.values.rows);
    program.bind("map", source.map->map());
    program.bind("colours", coloursOf(style.map));
    program.bind("breast", breast);
    program.set("breastSize", breast.columns(), breast.rows());
    program.set("range", style.low, style.high);
    program.set("threshold", static_cast<float>(style.threshold));
    program.set("opacity", std::clamp(style.opacity, 0.0, 1.0), style.opacityByValue ? 1 : 0);
    std::vector<double> levels = outlineLevels(style);
    program.set("levelCount", static_cast<int>(levels.size()));
    levels.resize(4, 0);
    program.set("levels", levels[0], levels[1], levels[2], levels[3]);
    program.set("isolineStep", static_cast<float>(std::max(style.isolineStep, 1e-6)));
    program.set("unit", static_cast<float>(frame.unit));
    program.draw(local(imageArea(source.pane)), local(intersected(imageArea(source.pane), part)));
}

const GpuTexture& ScreenBuffers::coloursOf(ColourMap map)
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

} // namespace mama::viewer
