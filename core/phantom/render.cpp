#include "core/phantom/render.h"

#include "core/phantom/muscle.h"
#include "core/phantom/nipple.h"
#include "core/phantom/outline.h"

#include <algorithm>
#include <cmath>

namespace mama::phantom {
namespace {

constexpr int gridRows = 128, gridColumns = 76;

// Scaled place in the view's plane: p depth, q up.
struct Scaled
{
    double p, q;
};

Scaled scaled(const Breast& breast, View view, const PlanePoint& at)
{
    const double up = -at.y;
    const double half = view == View::CC ? breast.halfWidthMm : breast.halfHeightMm * (up > 0 ? breast.upper : 1);
    return {at.x / breast.depthMm, up / half};
}

Place unproject(const Breast& breast, View view, const Scaled& s, double through)
{
    if (view == View::CC)
        return {s.p, s.q, through};
    const double c = std::cos(breast.obliqueAngle), n = std::sin(breast.obliqueAngle);
    return {s.p, s.q * n + through * c, s.q * c - through * n};
}

// Mean gland along the ray, on a grid of about 1.5 mm; [q, p] over -1 to 1 and 0 to 1.
Raster<float> projectGland(const Breast& breast, View view)
{
    Raster<float> map(gridRows, gridColumns);
    constexpr int samples = 18;
    for (int row = 0; row < map.rows; ++row)
        for (int column = 0; column < map.columns; ++column) {
            const Scaled s{column / (gridColumns - 1.0), 1 - 2 * row / (gridRows - 1.0)};
            const double reach = std::sqrt(std::max(0.0, 1 - s.p * s.p - s.q * s.q));
            double sum = 0;
            for (int i = 0; i < samples && reach > 0; ++i)
                sum += breast.gland(unproject(breast, view, s, reach * (2 * (i + 0.5) / samples - 1)));
            map.at(row, column) = static_cast<float>(sum / samples * smoothStep(reach / 0.55)); // thin at the edge
        }
    return map;
}

// Smooth between the grid's points, so that no grid shows.
double sample(const Raster<float>& map, const Scaled& s)
{
    const double x = std::clamp(s.p * (gridColumns - 1), 0.0, gridColumns - 1.001),
                 y = std::clamp((1 - s.q) * (gridRows - 1) / 2, 0.0, gridRows - 1.001);
    const int i = static_cast<int>(x), j = static_cast<int>(y);
    const double u = x - i, v = y - j;
    return std::lerp(std::lerp(static_cast<double>(map.at(j, i)), static_cast<double>(map.at(j, i + 1)), u),
                     std::lerp(static_cast<double>(map.at(j + 1, i)), static_cast<double>(map.at(j + 1, i + 1)), u), v);
}

// Power-law texture, spectrum near f^-3: an octave's amplitude falls with the root of its frequency.
double texture(const PlanePoint& at, double mm, std::uint64_t seed)
{
    double sum = 0, weight = 1;
    for (double period = 22; period > 2 * mm; period /= 2, weight *= 0.71, ++seed)
        sum += weight * noise(at.x / period + 0.37 * at.y / period, at.y / period - 0.37 * at.x / period, seed);
    return sum;
}

// 1 on the ridges of a smooth noise, which are thin curved lines, near 0 between them.
double ridge(double x, double y, std::uint64_t seed)
{
    const double high = 1 - std::abs(noise(x, y, seed)), square = high * high, fourth = square * square;
    return fourth * fourth;
}

// The pixel loop's state for one view.
class Tissue
{
public:
    Tissue(const Breast& breast, const Slot& slot, const Frame& frame)
        : m_breast(breast), m_slot(slot), m_frame(frame), m_outline(breast, slot.view, frame.axillaMm),
          m_nipple(breast.nipple, slot.view), m_muscle(breast, slot.view, frame.axillaMm, slot.seed * 64 + 30),
          m_gland(projectGland(breast, slot.view)), m_seed(slot.seed * 64), m_topSkin(m_outline.skin(-frame.axillaMm))
    {}

    // What depends on the height alone, mm from the chest wall.
    struct Row
    {
        double skin, across; // across: how far a step in depth is from the skin, 0 to 1
        Muscle::Row muscle;
    };
    Row row(double y) const
    {
        const double slope = m_outline.slope(y);
        return {m_outline.skin(y), 1 / std::sqrt(1 + slope * slope), m_muscle.row(y)};
    }

    double at(const PlanePoint& at, const Row& row) const
    {
        const PlanePoint outwards{at.x - row.skin, at.y};
        const double knob = m_nipple.cover(outwards);
        if (row.skin <= 0 || (at.x >= row.skin && knob <= 0))
            return 0;
        const double depth = std::max(0.0, (row.skin - at.x) * row.across), under = depth + m_nipple.depth(outwards);
        const double rim = std::clamp(under / 17, 0.0, 1.0), thick = 0.35 + 0.65 * std::sqrt(1 - (1 - rim) * (1 - rim));
        const double skin = std::exp(-(under - 0.9) * (under - 0.9) / 0.9) * 0.085;
        const double value = thick * parenchyma(at) + skin + m_nipple.light(outwards) + m_muscle.fold(at, m_topSkin);
        return m_muscle.over(at, value, row.muscle) *
               std::max(at.x < row.skin ? smoothStep(depth / 0.8 + 0.35) : 0, knob); // no edge where the nipple begins
    }

private:
    double parenchyma(const PlanePoint& at) const
    {
        const double g = sample(m_gland, scaled(m_breast, m_slot.view, at)), t = texture(at, m_frame.mm, m_seed);
        // Strands towards the nipple, which the tissue follows, and ligaments between the lobules of fat.
        const double far = std::hypot(m_breast.depthMm + 8 - at.x, at.y),
                     angle = std::atan2(at.y, m_breast.depthMm + 8 - at.x);
        const double warp = 2.2 * noise(at.x / 19, at.y / 19, m_seed + 20);
        const double fibres = ridge(angle * 7 + 0.6 * warp, far / 26 + 0.3 * warp, m_seed + 21);
        const double septa = ridge(at.x / 15 + 0.5 * warp, at.y / 15 - 0.5 * warp, m_seed + 22) +
                             0.6 * ridge(at.x / 8 - warp * 0.4, at.y / 8 + warp * 0.5, m_seed + 23);
        const double lobules = noise(at.x / 6.5 + 0.5 * warp, at.y / 6.5, m_seed + 24);
        const double dense = g * std::clamp(0.92 + 0.26 * lobules + 0.30 * (fibres - 0.3) + 0.10 * t, 0.0, 1.4);
        return 0.165 + 0.27 * dense + (0.030 + 0.020 * g) * septa + t * (0.013 + 0.026 * g);
    }

    const Breast& m_breast;
    const Slot& m_slot;
    const Frame& m_frame;
    Outline m_outline;
    NippleShape m_nipple;
    Muscle m_muscle;
    Raster<float> m_gland;
    std::uint64_t m_seed;
    double m_topSkin;
};

PlanePoint curve(const Breast& breast, const Strand& strand, double t, View view)
{
    const double u = (1 - t) * (1 - t), v = 2 * t * (1 - t), w = t * t;
    const auto& [f, m, l] = strand.points;
    PlanePoint at =
        breast.project({u * f.a + v * m.a + w * l.a, u * f.b + v * m.b + w * l.b, u * f.c + v * m.c + w * l.c}, view);
    const double phase = 40 * (f.a + l.b);
    at.y += strand.waveMm * std::sin(9 * t + phase);
    at.x += 0.6 * strand.waveMm * std::sin(13 * t - phase);
    return at;
}

void addStrands(Raster<float>& image, const Breast& breast, const Slot& slot, const Frame& frame)
{
    const auto pixel = [&](const PlanePoint& p) { return PlanePoint{frame.column(p.x), frame.row(p.y)}; };
    for (const Strand& strand : breast.strands) {
        const double wanted = strand.widthMm / frame.mm / 2, sigma = std::max(0.6, wanted);
        const int pieces = strand.waveMm > 1 ? 24 : 10;
        for (int i = 0; i < pieces; ++i)
            addLine(image, {pixel(curve(breast, strand, i / static_cast<double>(pieces), slot.view)),
                            pixel(curve(breast, strand, (i + 1) / static_cast<double>(pieces), slot.view)), sigma,
                            strand.strength * wanted / sigma});
    }
}

} // namespace

Frame frameOf(const Breast& breast, const Slot& slot, int rows, int columns)
{
    Frame frame;
    frame.rows = rows;
    frame.columns = columns;
    frame.mm = std::max(245.0 / rows, 150.0 / columns);
    frame.middleRow = rows / 2.0;
    frame.mirrored = slot.side == Side::Right;
    if (slot.view == View::MLO) // the axilla above takes more room than the fold below
        frame.middleRow += breast.halfHeightMm * (breast.upper - 1) / 2 / frame.mm;
    frame.axillaMm = frame.middleRow * frame.mm;
    return frame;
}

Raster<float> renderTissue(const Breast& breast, const Slot& slot, const Frame& frame)
{
    Raster<float> image(frame.rows, frame.columns);
    const Tissue tissue(breast, slot, frame);
    addStrands(image, breast, slot, frame);
    for (int row = 0; row < frame.rows; ++row) {
        const Tissue::Row height = tissue.row(frame.plane(row, 0).y);
        for (int column = 0; column < frame.columns; ++column) {
            const PlanePoint at = frame.plane(row, column);
            const double value = tissue.at(at, height);
            float& pixel = image.at(row, column);
            pixel = value > 0 ? static_cast<float>(value + pixel * std::min(1.0, value / 0.12)) : 0.0f;
        }
    }
    return image;
}

void addLine(Raster<float>& image, const Line& line)
{
    const double reach = 2.5 * line.sigma, dx = line.to.x - line.from.x, dy = line.to.y - line.from.y,
                 length = std::max(1e-9, dx * dx + dy * dy);
    const int top = std::max(0, static_cast<int>(std::min(line.from.y, line.to.y) - reach)),
              left = std::max(0, static_cast<int>(std::min(line.from.x, line.to.x) - reach));
    const int bottom = std::min(image.rows - 1, static_cast<int>(std::max(line.from.y, line.to.y) + reach));
    const int right = std::min(image.columns - 1, static_cast<int>(std::max(line.from.x, line.to.x) + reach));
    for (int r = top; r <= bottom; ++r)
        for (int c = left; c <= right; ++c) {
            const double x = c + 0.5 - line.from.x, y = r + 0.5 - line.from.y,
                         t = std::clamp((x * dx + y * dy) / length, 0.0, 1.0);
            const double d = (x - t * dx) * (x - t * dx) + (y - t * dy) * (y - t * dy);
            if (d < reach * reach) // the brightest wins, so that joints do not shine
                image.at(r, c) = std::max(
                    image.at(r, c), static_cast<float>(line.strength * std::exp(-d / (2 * line.sigma * line.sigma))));
        }
}

} // namespace mama::phantom
