#include "core/phantom/spicules.h"

#include <cmath>
#include <numbers>

namespace mama::phantom {
namespace {

constexpr double turn = 2 * std::numbers::pi;

// One line, in the box's pixels: from a point on, with a heading that turns evenly.
struct Spicule
{
    PlanePoint from;
    double heading = 0, bend = 0, length = 10; // bend: over the whole length
    double sigma = 0.6, strength = 1;
};

PlanePoint draw(Raster<float>& image, const Spicule& line, double share)
{
    constexpr int pieces = 7;
    PlanePoint at = line.from;
    for (int piece = 0; piece < pieces * share; ++piece) {
        const double heading = line.heading + line.bend * (piece + 0.5) / pieces, step = line.length / pieces,
                     left = 1 - piece / double{pieces};
        const PlanePoint next{at.x + step * std::cos(heading), at.y + step * std::sin(heading)};
        addLine(image, {at, next, line.sigma, line.strength * (piece == 0 ? 0.6 : 0.15 + 0.85 * left)});
        at = next;
    }
    return at;
}

} // namespace

void addSpicules(const Box& box, const Lesion& lesion, Random& random, const Rays& rays)
{
    const double radius = lesion.sizeMm / 2 / box.mm, thin = 0.38 / box.mm;
    const int count = static_cast<int>(rays.count * random.uniform(0.65, 1.45));
    const double crowd = random.uniform(0, turn),
                 uneven = random.uniform(0.25, 0.6); // more lines towards one side and its opposite
    for (int i = 0; i < count; ++i) {
        const double even = turn * (i + random.uniform(-0.9, 0.9)) / count,
                     angle = even - uneven * 0.5 * std::sin(2 * (even - crowd));
        const double reach = random.uniform(), near = rays.from + random.uniform(-0.2, 0.25),
                     far = std::lerp(0.5, 1.05, reach * std::sqrt(reach)) * rays.to;
        const double aside = rays.astray * random.normal() * radius;
        Spicule line{{box.centre.x + near * radius * std::cos(angle) - aside * std::sin(angle),
                      box.centre.y + near * radius * std::sin(angle) + aside * std::cos(angle)}};
        line.heading = angle + random.uniform(-0.2, 0.2);
        line.bend = 0.3 * random.normal();
        line.length = radius * std::max(0.15, far - near);
        line.sigma = std::max(0.55, thin * random.uniform(0.6, 1.5));
        line.strength = rays.strength * lesion.contrast * random.uniform(0.45, 1.4);
        draw(box.image, line, 1);
        if (random.uniform() < 0.25) { // a fork beyond its middle
            const PlanePoint fork = draw(box.image, line, 0.5);
            draw(box.image,
                 {fork, line.heading + line.bend / 2 + (random.uniform() < 0.5 ? -1 : 1) * random.uniform(0.3, 0.6),
                  line.bend / 2, 0.4 * line.length, line.sigma, 0.55 * line.strength},
                 1);
        }
    }
}

} // namespace mama::phantom
