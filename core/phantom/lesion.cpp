#include "core/phantom/lesion.h"

#include <cmath>
#include <string_view>

namespace mama::phantom {
namespace {

char pick(Random& random, std::string_view codes)
{
    return codes[static_cast<std::size_t>(random.below(static_cast<int>(codes.size())))];
}

void describeMass(Lesion& lesion, Random& random)
{
    lesion.sizeMm = random.uniform(8, 30);
    lesion.shape = pick(random, "ROX");
    lesion.margin = lesion.shape == 'X' ? pick(random, "SSIM") : pick(random, "DDDMI");
    lesion.density = lesion.conspicuity == Conspicuity::Subtle ? '=' : '+';
    lesion.contrast = lesion.conspicuity == Conspicuity::Obvious    ? 0.27
                      : lesion.conspicuity == Conspicuity::Moderate ? 0.155
                                                                    : 0.095;
}

void describeCalcification(Lesion& lesion, Random& random)
{
    lesion.sizeMm = random.uniform(8, 22);
    lesion.morphology = pick(random, "APIBQ");
    lesion.distribution = pick(random, "GGLS");
    lesion.contrast = lesion.conspicuity == Conspicuity::Obvious    ? 0.42
                      : lesion.conspicuity == Conspicuity::Moderate ? 0.24
                                                                    : 0.13;
}

} // namespace

const char* name(LesionKind kind)
{
    switch (kind) {
    case LesionKind::Mass: return "mass";
    case LesionKind::Calcification: return "calcification";
    case LesionKind::Asymmetry: return "asymmetry";
    case LesionKind::Distortion: return "distortion";
    }
    return "";
}

const char* name(Conspicuity conspicuity)
{
    return conspicuity == Conspicuity::Obvious    ? "obvious"
           : conspicuity == Conspicuity::Moderate ? "moderate"
                                                  : "subtle";
}

char assess(const Lesion& lesion)
{
    const char margin = lesion.margin, m = lesion.morphology;
    switch (lesion.kind) {
    case LesionKind::Mass: return margin == 'S' ? 'M' : margin != 'D' ? 'S' : lesion.sizeMm >= 15 ? 'P' : 'B';
    case LesionKind::Calcification: return m == 'B' ? 'M' : m == 'A' || m == 'I' ? 'S' : m == 'P' ? 'P' : 'B';
    case LesionKind::Asymmetry: return 'A';
    case LesionKind::Distortion: return 'S';
    }
    return 'N';
}

Lesion makeLesion(std::uint64_t seed)
{
    Random random(seed, 3);
    Lesion lesion;
    lesion.seed = seed;
    const double kind = random.uniform(), seen = random.uniform();
    lesion.conspicuity = seen < 0.3 ? Conspicuity::Obvious : seen < 0.7 ? Conspicuity::Moderate : Conspicuity::Subtle;
    do
        lesion.place = {random.uniform(0.25, 0.75), random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.45)};
    while (lesion.place.a * lesion.place.a + lesion.place.b * lesion.place.b + lesion.place.c * lesion.place.c > 0.6);
    if (kind < 0.45) {
        describeMass(lesion, random);
    } else if (kind < 0.8) {
        lesion.kind = LesionKind::Calcification;
        describeCalcification(lesion, random);
    } else {
        const bool asymmetry = kind < 0.9;
        lesion.kind = asymmetry ? LesionKind::Asymmetry : LesionKind::Distortion;
        lesion.sizeMm = random.uniform(18, 34);
        lesion.shape = asymmetry ? 'F' : 'A';
        lesion.contrast = lesion.conspicuity == Conspicuity::Obvious    ? 0.2
                          : lesion.conspicuity == Conspicuity::Moderate ? 0.13
                                                                        : 0.08;
    }
    lesion.assessment = assess(lesion);
    return lesion;
}

std::vector<Particle> particlesOf(const Lesion& lesion)
{
    Random random(lesion.seed, 11);
    const bool coarse = lesion.morphology == 'Q', fine = lesion.morphology == 'B', amorphous = lesion.morphology == 'A';
    const double half = lesion.sizeMm / 2;
    // Linear and segmental groups lie along a duct: mostly in depth, towards the nipple.
    const double tilt[3] = {random.uniform(0.6, 1), random.uniform(-0.7, 0.7), random.uniform(-0.7, 0.7)};
    const double norm = std::hypot(tilt[0], tilt[1], tilt[2]);
    const int count = coarse ? 4 + random.below(5) : 14 + random.below(16);
    std::vector<Particle> particles;
    for (int i = 0; i < count; ++i) {
        double offset[3];
        do
            for (double& one : offset)
                one = random.uniform(-1, 1);
        while (std::hypot(offset[0], offset[1], offset[2]) > 1);
        const double along = 2.0 * (i + 0.5) / count - 1;
        for (int axis = 0; axis < 3; ++axis) {
            const double duct = along * tilt[axis] / norm;
            offset[axis] = half * (lesion.distribution == 'L'   ? duct + 0.08 * offset[axis]
                                   : lesion.distribution == 'S' ? 0.8 * duct + (0.18 + 0.2 * (1 - along)) * offset[axis]
                                                                : 0.85 * offset[axis]);
        }
        Particle one{offset[0], offset[1], offset[2]};
        one.sigmaMm = coarse      ? random.uniform(0.8, 1.5)
                      : fine      ? random.uniform(0.22, 0.35)
                      : amorphous ? random.uniform(0.45, 0.7)
                                  : random.uniform(0.3, 0.6);
        one.strength = amorphous                  ? random.uniform(0.5, 0.8)
                       : lesion.morphology == 'I' ? random.uniform(0.5, 1.15)
                                                  : random.uniform(0.8, 1.1);
        one.lengthMm = fine ? random.uniform(1.2, 3) : lesion.morphology == 'I' ? random.uniform(0, 0.8) : 0;
        for (int axis = 0; axis < 3; ++axis)
            one.direction[axis] = tilt[axis] / norm + random.uniform(-1, 1);
        particles.push_back(one);
    }
    return particles;
}

char graver(char one, char other)
{
    constexpr std::string_view order = "NBPASM";
    return order.find(one) < order.find(other) ? other : one;
}

} // namespace mama::phantom
