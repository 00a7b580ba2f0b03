#include "core/phantom/render.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mama::phantom {
namespace {

constexpr double turn = 2 * std::numbers::pi;

// Draws in a box around the lesion; the centre in the box's pixels.
struct Box
{
    Raster<float>& image;
    PlanePoint centre;
    double mm;
};

double edge(double t)
{
    t = std::clamp(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

void addSpicules(const Box& box, const Lesion& lesion, Random& random, int count)
{
    for (int i = 0; i < count; ++i) {
        const double angle = turn * (i + random.uniform(-0.3, 0.3)) / count, far = lesion.sizeMm / box.mm * random.uniform(0.65, 0.85);
        const PlanePoint tip{box.centre.x + far * std::cos(angle), box.centre.y + far * std::sin(angle)};
        addLine(box.image, {box.centre, tip, std::max(0.6, 0.5 / box.mm), 0.7 * lesion.contrast});
    }
}

void addMass(const Box& box, const Lesion& lesion, Random& random)
{
    const double ragged = lesion.shape == 'X' ? 0.14 : 0.03, lobes = lesion.margin == 'M' ? 0.08 : 0, squeeze = lesion.shape == 'O' ? 0.7 : 0.95;
    const double tilt = random.uniform(0, turn), radius = lesion.sizeMm / 2 / box.mm / std::sqrt(squeeze);
    const double softMm = lesion.margin == 'I' ? 0.6 : lesion.margin == 'D' ? 0.2 : 0.35;
    const double phases[3] = {random.uniform(0, turn), random.uniform(0, turn), random.uniform(0, turn)};
    for (int r = 0; r < box.image.rows; ++r)
        for (int c = 0; c < box.image.columns; ++c) {
            const double x = c + 0.5 - box.centre.x, y = r + 0.5 - box.centre.y;
            const double u = x * std::cos(tilt) + y * std::sin(tilt), v = (y * std::cos(tilt) - x * std::sin(tilt)) / squeeze, angle = std::atan2(v, u);
            const double limit = radius * (1 + ragged * (std::cos(3 * angle + phases[0]) + 0.7 * std::cos(5 * angle + phases[1])) + lobes * std::cos(8 * angle + phases[2]));
            const double d = std::hypot(u, v) / limit;
            box.image.at(r, c) = static_cast<float>(lesion.contrast * edge((1.0 + softMm / 2 - d) / softMm) * (1 - 0.25 * std::min(1.0, d * d)));
        }
    if (lesion.margin == 'S')
        addSpicules(box, lesion, random, 14);
}

void addBlob(const Box& box, const Lesion& lesion)
{
    const double sigma = lesion.sizeMm / box.mm / 3.2;
    for (int r = 0; r < box.image.rows; ++r)
        for (int c = 0; c < box.image.columns; ++c) {
            const double x = c + 0.5 - box.centre.x, y = r + 0.5 - box.centre.y;
            const double cloud = 1 + 0.25 * noise(x * box.mm / 5, y * box.mm / 5, 0.5, lesion.seed);
            box.image.at(r, c) = static_cast<float>(lesion.contrast * cloud * std::exp(-(x * x + y * y) / (2 * sigma * sigma)));
        }
}

// The mask is the cluster, not the dots.
void addDots(const Box& box, LesionLayer& layer, const Lesion& lesion, Random& random)
{
    const bool coarse = lesion.morphology == 'Q', line = lesion.distribution == 'L', fine = lesion.morphology == 'B';
    const int count = coarse ? 5 + random.below(4) : 12 + random.below(14);
    const double half = lesion.sizeMm / 2 / box.mm, tilt = random.uniform(0, turn);
    for (int i = 0; i < count; ++i) {
        const double far = half * (line ? 2.0 * (i + 0.5) / count - 1 : std::sqrt((i + 0.5) / count)), angle = line ? tilt : tilt + 2.399963 * i;
        const double stray = (line ? 0.1 : 0.15) * half;
        const PlanePoint at{box.centre.x + far * std::cos(angle) + stray * random.normal(), box.centre.y + far * std::sin(angle) + stray * random.normal()};
        const double sigma = std::max(0.6, (coarse ? random.uniform(0.8, 1.3) : random.uniform(0.4, 0.65)) / box.mm), length = fine ? 2.0 / box.mm : 0;
        const double way = tilt + random.uniform(-0.6, 0.6), strength = lesion.contrast * (lesion.morphology == 'A' ? 0.8 : random.uniform(0.8, 1.1));
        const PlanePoint to{at.x + length * std::cos(way), at.y + length * std::sin(way)};
        addLine(box.image, {at, to, sigma, strength});
        const double reach = 2.2 / box.mm;
        for (int r = std::max(0, static_cast<int>(at.y - reach)); r < std::min(layer.mask.rows, static_cast<int>(at.y + reach) + 1); ++r)
            for (int c = std::max(0, static_cast<int>(at.x - reach)); c < std::min(layer.mask.columns, static_cast<int>(at.x + reach) + 1); ++c)
                if (std::hypot(r + 0.5 - at.y, c + 0.5 - at.x) < reach)
                    layer.mask.at(r, c) = 255;
    }
}

} // namespace

LesionLayer renderLesion(const Lesion& lesion, const Breast& breast, const Slot& slot, const Frame& frame)
{
    const PlanePoint at = breast.project(lesion.place, slot.view);
    const double x = frame.column(at.x), y = frame.row(at.y), reach = lesion.sizeMm / frame.mm + 3;
    LesionLayer layer;
    layer.top = std::max(0, static_cast<int>(y - reach));
    layer.left = std::max(0, static_cast<int>(x - reach));
    const int rows = std::min(frame.rows, static_cast<int>(y + reach)) - layer.top, columns = std::min(frame.columns, static_cast<int>(x + reach)) - layer.left;
    layer.added = Raster<float>(std::max(0, rows), std::max(0, columns));
    layer.mask = Raster<std::uint8_t>(layer.added.rows, layer.added.columns);
    const Box box{layer.added, {x - layer.left, y - layer.top}, frame.mm};
    Random random(lesion.seed, slot.view == MammogramView::Cc ? 11 : 12);
    switch (lesion.kind) {
    case LesionKind::Mass: addMass(box, lesion, random); break;
    case LesionKind::Calcification: addDots(box, layer, lesion, random); return layer;
    case LesionKind::Asymmetry: addBlob(box, lesion); break;
    case LesionKind::Distortion: addSpicules(box, lesion, random, 18); break;
    }
    for (std::size_t i = 0; i < layer.mask.values.size(); ++i)
        layer.mask.values[i] = layer.added.values[i] > 0.3 * lesion.contrast ? 255 : 0;
    return layer;
}

} // namespace mama::phantom
