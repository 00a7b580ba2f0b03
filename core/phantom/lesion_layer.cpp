#include "core/phantom/spicules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mama::phantom {
namespace {

constexpr double turn = 2 * std::numbers::pi;

// What a lump of tissue adds in projection: its thickness along the ray, cut or blurred at the edge as its margin says.
void addMass(const Box& box, const Lesion& lesion, Random& random)
{
    const double ragged = lesion.shape == 'X' ? 0.42 : 0.07, lobes = lesion.margin == 'M' ? 0.07 : 0,
                 squeeze = lesion.shape == 'O' ? random.uniform(0.6, 0.78) : random.uniform(0.88, 1);
    const double tilt = random.uniform(0, turn), radius = lesion.sizeMm / 2 / box.mm / std::sqrt(squeeze);
    const double soft = lesion.margin == 'I' ? 0.75 : lesion.margin == 'D' ? 0.16 : 0.35;
    const double phase = random.uniform(0, turn), shift = random.uniform(0, 50);
    for (int r = 0; r < box.image.rows; ++r)
        for (int c = 0; c < box.image.columns; ++c) {
            const double x = c + 0.5 - box.centre.x, y = r + 0.5 - box.centre.y;
            const double u = x * std::cos(tilt) + y * std::sin(tilt),
                         v = (y * std::cos(tilt) - x * std::sin(tilt)) / squeeze, angle = std::atan2(v, u);
            const double wave = noise(1.3 * std::cos(angle) + shift, 1.3 * std::sin(angle), lesion.seed) +
                                0.5 * noise(3 * std::cos(angle) + shift, 3 * std::sin(angle), lesion.seed + 1);
            const double limit = radius * (1 + ragged * wave + lobes * std::cos(7 * angle + phase));
            const double d = std::hypot(u, v) / limit, thick = std::sqrt(std::max(0.0, 1 - 0.9 * d * d));
            const double grain = 1 + 0.16 * noise(x * box.mm / 2.6, y * box.mm / 2.6, lesion.seed + 2);
            box.image.at(r, c) = static_cast<float>(lesion.contrast * grain * smoothStep((1.0 + soft / 2 - d) / soft) *
                                                    (0.45 + 0.55 * thick));
        }
    if (lesion.margin == 'S')
        addSpicules(box, lesion, random, {18, 0.3, 1.75, 0.6, 0.12});
}

void addBlob(const Box& box, const Lesion& lesion)
{
    const double sigma = lesion.sizeMm / box.mm / 3.2;
    for (int r = 0; r < box.image.rows; ++r)
        for (int c = 0; c < box.image.columns; ++c) {
            const double x = c + 0.5 - box.centre.x, y = r + 0.5 - box.centre.y;
            const double cloud = 1 + 0.35 * noise(x * box.mm / 6, y * box.mm / 6, lesion.seed) +
                                 0.2 * noise(x * box.mm / 2.5, y * box.mm / 2.5, lesion.seed + 1);
            box.image.at(r, c) =
                static_cast<float>(lesion.contrast * cloud * std::exp(-(x * x + y * y) / (2 * sigma * sigma)));
        }
}

// Tissue drawn together: rays without a mass in their middle.
void addDistortion(const Box& box, const Lesion& lesion, Random& random)
{
    addSpicules(box, lesion, random, {12, 0.1, 1.5, 0.8, 0.2});
    addSpicules(box, lesion, random, {9, 0.3, 1.8, 0.6, 0.2});
}

// The mask is the group, not the spots.
void addParticles(const Scene& scene, LesionLayer& layer, const Lesion& lesion)
{
    const auto pixel = [&](double depth, double side, double up) {
        const Place& centre = lesion.place;
        const Breast& breast = scene.breast;
        const PlanePoint at = breast.project({centre.a + depth / breast.depthMm, centre.b + side / breast.halfWidthMm,
                                              centre.c + up / breast.halfHeightMm},
                                             scene.slot.view);
        return PlanePoint{scene.frame.column(at.x) - layer.left, scene.frame.row(at.y) - layer.top};
    };
    const double reach = 2.2 / scene.frame.mm;
    for (const Particle& one : particlesOf(lesion)) {
        const PlanePoint at = pixel(one.depthMm, one.sideMm, one.upMm);
        const PlanePoint to =
            pixel(one.depthMm + one.lengthMm * one.direction[0], one.sideMm + one.lengthMm * one.direction[1],
                  one.upMm + one.lengthMm * one.direction[2]);
        addLine(layer.added, {at, to, std::max(0.6, one.sigmaMm / scene.frame.mm), one.strength * lesion.contrast});
        for (int r = std::max(0, static_cast<int>(at.y - reach));
             r < std::min(layer.mask.rows, static_cast<int>(at.y + reach) + 1); ++r)
            for (int c = std::max(0, static_cast<int>(at.x - reach));
                 c < std::min(layer.mask.columns, static_cast<int>(at.x + reach) + 1); ++c)
                if (std::hypot(r + 0.5 - at.y, c + 0.5 - at.x) < reach)
                    layer.mask.at(r, c) = 255;
    }
}

} // namespace

LesionLayer renderLesion(const Lesion& lesion, const Breast& breast, const Slot& slot, const Frame& frame)
{
    const PlanePoint at = breast.project(lesion.place, slot.view);
    const double x = frame.column(at.x), y = frame.row(at.y),
                 reach = lesion.sizeMm / frame.mm + 3; // the longest rays end within it
    LesionLayer layer;
    layer.top = std::max(0, static_cast<int>(y - reach));
    layer.left = std::max(0, static_cast<int>(x - reach));
    const int rows = std::min(frame.rows, static_cast<int>(y + reach)) - layer.top,
              columns = std::min(frame.columns, static_cast<int>(x + reach)) - layer.left;
    layer.added = Raster<float>(std::max(0, rows), std::max(0, columns));
    layer.mask = Raster<std::uint8_t>(layer.added.rows, layer.added.columns);
    const Box box{layer.added, {x - layer.left, y - layer.top}, frame.mm};
    Random random(lesion.seed, slot.view == View::CC ? 12 : 13);
    switch (lesion.kind) {
    case LesionKind::Mass: addMass(box, lesion, random); break;
    case LesionKind::Calcification: addParticles({breast, slot, frame}, layer, lesion); return layer;
    case LesionKind::Asymmetry: addBlob(box, lesion); break;
    case LesionKind::Distortion: addDistortion(box, lesion, random); break;
    }
    for (std::size_t i = 0; i < layer.mask.values.size(); ++i)
        layer.mask.values[i] = layer.added.values[i] > 0.3 * lesion.contrast ? 255 : 0;
    return layer;
}

} // namespace mama::phantom
