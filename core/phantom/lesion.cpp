#include "core/phantom/lesion.h"

#include <string_view>

namespace mama::phantom {
namespace {

char pick(Random& random, std::string_view codes) { return codes[static_cast<std::size_t>(random.below(static_cast<int>(codes.size())))]; }

void describeMass(Lesion& lesion, Random& random)
{
    lesion.sizeMm = random.uniform(8, 30);
    lesion.shape = pick(random, "ROX");
    lesion.margin = lesion.shape == 'X' ? pick(random, "SSIM") : pick(random, "DDDMI");
    lesion.density = lesion.conspicuity == Conspicuity::Subtle ? '=' : '+';
    const char m = lesion.margin;
    lesion.assessment = m == 'S' ? 'M' : m != 'D' ? 'S' : lesion.sizeMm >= 15 ? 'P' : 'B';
    lesion.contrast = lesion.conspicuity == Conspicuity::Obvious ? 0.24 : lesion.conspicuity == Conspicuity::Moderate ? 0.12 : 0.065;
}

void describeCalcification(Lesion& lesion, Random& random)
{
    lesion.sizeMm = random.uniform(8, 22);
    lesion.morphology = pick(random, "APIBQ");
    lesion.distribution = pick(random, "GGLS");
    const char m = lesion.morphology;
    lesion.assessment = m == 'B' ? 'M' : m == 'A' || m == 'I' ? 'S' : m == 'P' ? 'P' : 'B';
    lesion.contrast = lesion.conspicuity == Conspicuity::Obvious ? 0.4 : lesion.conspicuity == Conspicuity::Moderate ? 0.24 : 0.14;
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
    return conspicuity == Conspicuity::Obvious ? "obvious" : conspicuity == Conspicuity::Moderate ? "moderate" : "subtle";
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
        lesion.assessment = asymmetry ? 'A' : 'S';
        lesion.contrast = lesion.conspicuity == Conspicuity::Obvious ? 0.2 : lesion.conspicuity == Conspicuity::Moderate ? 0.13 : 0.08;
    }
    return lesion;
}

char graver(char one, char other)
{
    constexpr std::string_view order = "NBPASM";
    return order.find(one) < order.find(other) ? other : one;
}

} // namespace mama::phantom
