#include "core/phantom/anatomy.h"

#include <algorithm>
#include <cmath>

namespace mama::phantom {
namespace {

double lattice(std::int64_t x, std::int64_t y, std::int64_t z, std::uint64_t seed)
{
    const auto key = static_cast<std::uint64_t>(x) * 0x8da6b343u + static_cast<std::uint64_t>(y) * 0xd8163841u +
                     static_cast<std::uint64_t>(z) * 0xcb1ab31fu;
    return static_cast<double>(mix(key ^ seed) >> 11) * 0x1p-52 - 1;
}

double smooth(double t) { return t * t * (3 - 2 * t); }

double octaves(const Place& p, double frequency, std::uint64_t seed, int count)
{
    double sum = 0, weight = 1;
    for (int octave = 0; octave < count; ++octave, frequency *= 2, weight *= 0.6)
        sum += weight *
               noise(p.a * frequency, p.b * frequency, p.c * frequency, seed + static_cast<std::uint64_t>(octave));
    return sum;
}

Place cellPlace(int i, int j, int k)
{
    return {(i + 0.5) / Breast::depthCells, 2 * (j + 0.5) / Breast::sideCells - 1,
            2 * (k + 0.5) / Breast::sideCells - 1};
}

bool inside(const Place& p) { return p.a * p.a + p.b * p.b + p.c * p.c < 0.92; }

// Where glandular tissue likes to be: a cone that opens from the nipple, with fat in front of the chest wall and under
// the skin, more of it above and laterally; lobes of two sizes.
double affinity(const Place& p, std::uint64_t study, std::uint64_t own)
{
    const double across = std::sqrt(p.b * p.b + p.c * p.c), r = std::sqrt(across * across + p.a * p.a) +
                                                                0.13 * octaves(p, 1.7, study + 50, 2) -
                                                                0.10 * std::max(0.0, p.c);
    const double opening = std::min(0.14 + 1.05 * (1 - p.a), 0.95 * std::sqrt(std::max(0.0, 1 - p.a * p.a)));
    const double cone = 1.3 - 1.5 * (across / opening) * (across / opening);
    const double fat = 2.5 * std::max(0.0, 0.22 - p.a) + 4.0 * std::max(0.0, r - 0.74);
    return std::max(-4.0, cone) - fat + 0.3 * p.c + 0.2 * p.b + 0.75 * octaves(p, 2.6, study, 3) +
           0.65 * octaves(p, 5.5, own, 3);
}

// Cells become glandular from the most likely down until the class's share of the volume is reached.
void fillGland(Breast& breast, const BreastPlan& plan, double share)
{
    constexpr int n = Breast::sideCells;
    std::vector<float> wish(static_cast<std::size_t>(Breast::depthCells) * n * n);
    std::vector<float> ranked;
    std::size_t cell = 0;
    for (int i = 0; i < Breast::depthCells; ++i)
        for (int j = 0; j < n; ++j)
            for (int k = 0; k < n; ++k, ++cell) {
                const Place p = cellPlace(i, j, k);
                wish[cell] = inside(p) ? static_cast<float>(affinity(p, plan.study, plan.own)) : -9.0f;
                if (wish[cell] > -9)
                    ranked.push_back(wish[cell]);
            }
    const auto place = ranked.begin() + static_cast<std::ptrdiff_t>((1 - share) * static_cast<double>(ranked.size()));
    std::nth_element(ranked.begin(), place, ranked.end());
    double sum = 0;
    const double limit = *place;
    for (float& value : wish) {
        value = static_cast<float>(smoothStep((value - limit) / 0.4 + 0.5));
        sum += value;
    }
    breast.glandular = std::move(wish);
    breast.glandularFraction = sum / static_cast<double>(ranked.size());
}

Place somewhere(Random& random, double radius)
{
    for (;;) {
        const Place p{random.uniform(), random.uniform(-1, 1), random.uniform(-1, 1)};
        if (p.a * p.a + p.b * p.b + p.c * p.c < radius * radius)
            return p;
    }
}

Place between(const Place& a, const Place& b, double t)
{
    return {std::lerp(a.a, b.a, t), std::lerp(a.b, b.b, t), std::lerp(a.c, b.c, t)};
}

// Ducts fan out from the nipple, short ligaments cross the fat, a few vessels wind through the whole breast.
void addStrands(Breast& breast, Random& random)
{
    const auto add = [&](const Place& from, const Place& to, double bend, const Strand& look) {
        Place middle = between(from, to, 0.5);
        middle.a += random.uniform(-bend, bend);
        middle.b += random.uniform(-bend, bend);
        middle.c += random.uniform(-bend, bend);
        breast.strands.push_back({{from, middle, to}, look.widthMm, look.strength, look.waveMm});
    };
    for (int i = 0; i < 14; ++i)
        add({0.97, 0, 0}, somewhere(random, 0.85), 0.10,
            {{}, random.uniform(0.5, 1.2), random.uniform(0.02, 0.05), 0.6});
    for (int i = 0; i < 60; ++i) {
        const Place from = somewhere(random, 0.97);
        add(from, between(from, somewhere(random, 0.97), 0.35), 0.10,
            {{}, random.uniform(0.4, 0.9), random.uniform(0.02, 0.045), 0.8});
    }
    const int vessels = 2 + random.below(4);
    for (int i = 0; i < vessels; ++i)
        add({0.05, random.uniform(-0.8, 0.8), random.uniform(-0.5, 0.8)},
            {random.uniform(0.6, 0.9), random.uniform(-0.4, 0.4), random.uniform(-0.4, 0.4)}, 0.18,
            {{}, random.uniform(1.6, 3.0), random.uniform(0.04, 0.07), random.uniform(1.5, 3)});
}

// Outline, nipple and muscle. From streams of their own: the gland and its density stay what the seed gave them.
void addForm(Breast& breast, const BreastPlan& plan)
{
    Random shared(plan.study, 4), own(plan.own, 5);
    const double blunt = shared.uniform(1.6, 2.5), wall = shared.uniform(1.6, 2.4);
    breast.medial.width = 2 - breast.lateral.width;
    for (Flank* flank : {&breast.lateral, &breast.medial}) {
        flank->width += own.uniform(-0.04, 0.04);
        flank->blunt = blunt + own.uniform(-0.25, 0.25);
        flank->wall = wall + own.uniform(-0.2, 0.2);
    }
    breast.apex = shared.uniform(-0.15, 0.1) + own.uniform(-0.04, 0.04);
    for (int view = 0; view < 2; ++view) {
        breast.nipple.halfWidthMm[view] = own.uniform(3.0, 4.6);
        breast.nipple.lean[view] = own.uniform(-0.35, 0.35);
        breast.nipple.besideMm[view] = own.uniform(-7, 7);
        breast.nipple.behindMm[view] = own.uniform(6, 15);
    }
    breast.nipple.areolaMm = shared.uniform(0.8, 2.8);
    Pectoral& muscle = breast.pectoral;
    muscle.bellyMm = shared.uniform(-2.5, 7) + own.uniform(-1, 1);
    muscle.softMm = shared.uniform(6, 13);
    muscle.light = shared.uniform(0.33, 0.41);
    muscle.fibres = shared.uniform(0.006, 0.013);
    muscle.fatStrip = shared.uniform(0, 0.14);
    muscle.aboveAtMm = own.uniform(-0.2, 0.2) * breast.halfWidthMm;
    muscle.foldMm = own.uniform() < 0.3 ? own.uniform(22, 50) : 0;
    muscle.foldAt = own.uniform(0.72, 0.92);
}

} // namespace

double smoothStep(double t) { return smooth(std::clamp(t, 0.0, 1.0)); }

double noise(double x, double y, double z, std::uint64_t seed)
{
    const double fx = std::floor(x), fy = std::floor(y), fz = std::floor(z);
    const double u = smooth(x - fx), v = smooth(y - fy), w = smooth(z - fz);
    const auto i = static_cast<std::int64_t>(fx), j = static_cast<std::int64_t>(fy), k = static_cast<std::int64_t>(fz);
    const auto plane = [&](std::int64_t layer) {
        const double low = std::lerp(lattice(i, j, layer, seed), lattice(i + 1, j, layer, seed), u);
        return std::lerp(low, std::lerp(lattice(i, j + 1, layer, seed), lattice(i + 1, j + 1, layer, seed), u), v);
    };
    return std::lerp(plane(k), plane(k + 1), w);
}

double noise(double x, double y, std::uint64_t seed)
{
    const double fx = std::floor(x), fy = std::floor(y);
    const double u = smooth(x - fx), v = smooth(y - fy);
    const auto i = static_cast<std::int64_t>(fx), j = static_cast<std::int64_t>(fy);
    return std::lerp(std::lerp(lattice(i, j, 0, seed), lattice(i + 1, j, 0, seed), u),
                     std::lerp(lattice(i, j + 1, 0, seed), lattice(i + 1, j + 1, 0, seed), u), v);
}

double Breast::gland(const Place& p) const
{
    const double x = std::clamp(p.a * depthCells - 0.5, 0.0, depthCells - 1.001),
                 y = std::clamp((p.b + 1) * sideCells / 2 - 0.5, 0.0, sideCells - 1.001),
                 z = std::clamp((p.c + 1) * sideCells / 2 - 0.5, 0.0, sideCells - 1.001);
    const auto i = static_cast<std::size_t>(x), j = static_cast<std::size_t>(y), k = static_cast<std::size_t>(z);
    const double u = x - static_cast<double>(i), v = y - static_cast<double>(j), w = z - static_cast<double>(k);
    constexpr std::size_t n = sideCells;
    const auto line = [&](std::size_t at) {
        return std::lerp(static_cast<double>(glandular[at]), static_cast<double>(glandular[at + 1]), w);
    };
    const auto plane = [&](std::size_t at) { return std::lerp(line(at), line(at + n), v); };
    return std::lerp(plane((i * n + j) * n + k), plane(((i + 1) * n + j) * n + k), u);
}

PlanePoint Breast::project(const Place& p, View view) const
{
    if (view == View::CC)
        return {p.a * depthMm, -p.b * halfWidthMm};
    const double up = p.c * std::cos(obliqueAngle) + p.b * std::sin(obliqueAngle);
    return {p.a * depthMm, -up * halfHeightMm * (up > 0 ? upper : 1)};
}

Breast makeBreast(const BreastPlan& plan)
{
    Random shared(plan.study, 1), own(plan.own, 2);
    Breast breast;
    const double size = shared.uniform(0.75, 1.2);
    breast.depthMm = 92 * size * shared.uniform(0.9, 1.1) * own.uniform(0.97, 1.03);
    breast.halfWidthMm = 88 * size * own.uniform(0.97, 1.03);
    breast.halfHeightMm = 78 * size * own.uniform(0.97, 1.03);
    breast.obliqueAngle = shared.uniform(0.7, 0.95);
    breast.seed = mix(plan.own);
    breast.flatness = shared.uniform(2.0, 2.5);
    breast.lateral.width = shared.uniform(0.98, 1.12);
    breast.low = shared.uniform(0.92, 1.1);
    breast.droop = shared.uniform(0, 0.12);
    breast.foldMm = shared.uniform() < 0.6 ? shared.uniform(2, 9) : 0;
    breast.axilla = shared.uniform(0.55, 0.85);
    for (double& height : breast.nipple.heightMm)
        height = own.uniform() < 0.75 ? own.uniform(3, 7) : 0;
    breast.pectoral.widthMm = shared.uniform(0.6, 0.85) * breast.axilla * breast.depthMm;
    breast.pectoral.share = shared.uniform(0.75, 1.15) * own.uniform(0.96, 1.04);
    breast.pectoral.bow = shared.uniform(0.75, 1.15);
    breast.pectoral.aboveMm = own.uniform() < 0.3 ? own.uniform(4, 11) : 0;
    constexpr std::array low = {0.06, 0.22, 0.42, 0.66}, high = {0.15, 0.36, 0.58, 0.84};
    const auto row = static_cast<std::size_t>(plan.density - 1);
    fillGland(breast, plan, shared.uniform(low[row], high[row]));
    addStrands(breast, own);
    addForm(breast, plan);
    return breast;
}

} // namespace mama::phantom
