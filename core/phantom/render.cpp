#include "core/phantom/render.h"

#include <algorithm>
#include <cmath>

namespace mama::phantom {
namespace {

double step(double t)
{
    t = std::clamp(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

// Scaled place in the view's plane: p depth, q up.
struct Scaled
{
    double p, q;
};

Scaled scaled(const Breast& breast, MammogramView view, const PlanePoint& at)
{
    const double up = -at.y;
    const double half = view == MammogramView::Cc ? breast.halfWidthMm : breast.halfHeightMm * (up > 0 ? breast.axilla : 1);
    return {at.x / breast.depthMm, up / half};
}

Place unproject(const Breast& breast, MammogramView view, const Scaled& s, double through)
{
    if (view == MammogramView::Cc)
        return {s.p, s.q, through};
    const double c = std::cos(breast.obliqueAngle), n = std::sin(breast.obliqueAngle);
    return {s.p, s.q * n + through * c, s.q * c - through * n};
}

// Mean gland along the ray, on a grid of about 2 mm; [q, p] over -1 to 1 and 0 to 1.
Raster<float> projectGland(const Breast& breast, MammogramView view)
{
    Raster<float> map(96, 56);
    constexpr int samples = 20;
    for (int row = 0; row < map.rows; ++row)
        for (int column = 0; column < map.columns; ++column) {
            const Scaled s{column / 55.0, 1 - 2 * row / 95.0};
            const double reach = std::sqrt(std::max(0.0, 1 - s.p * s.p - s.q * s.q));
            double sum = 0;
            for (int i = 0; i < samples && reach > 0; ++i)
                sum += breast.gland(unproject(breast, view, s, reach * (2 * (i + 0.5) / samples - 1)));
            map.at(row, column) = static_cast<float>(sum / samples);
        }
    return map;
}

// Smooth between the grid's points, so that no grid shows.
double sample(const Raster<float>& map, const Scaled& s)
{
    const double x = std::clamp(s.p * 55, 0.0, 54.999), y = std::clamp((1 - s.q) * 47.5, 0.0, 94.999);
    const int i = static_cast<int>(x), j = static_cast<int>(y);
    const double u = x - i, v = y - j;
    return std::lerp(std::lerp(static_cast<double>(map.at(j, i)), static_cast<double>(map.at(j, i + 1)), u),
                     std::lerp(static_cast<double>(map.at(j + 1, i)), static_cast<double>(map.at(j + 1, i + 1)), u), v);
}

// Power-law texture from 12 mm down to the pixel.
double texture(const PlanePoint& at, double mm, std::uint64_t seed)
{
    double sum = 0, weight = 1;
    for (double period = 12; period > 1.5 * mm; period /= 2, weight *= 0.62, ++seed)
        sum += weight * noise(at.x / period + 0.37 * at.y / period, at.y / period - 0.37 * at.x / period, 0.5, seed);
    return sum;
}

double pectoral(const Breast& breast, const PlanePoint& at)
{
    const double top = -breast.halfHeightMm * breast.axilla; // the muscle narrows from here down
    const double edge = breast.pectoralWidthMm * (1 - (at.y - top) / breast.pectoralLengthMm);
    return step((edge - at.x) / 4 + 0.5);
}

double tissueAt(const Breast& breast, const Slot& slot, const Raster<float>& gland, const PlanePoint& at, double mm)
{
    const Scaled s = scaled(breast, slot.view, at);
    const double wobble = 0.012 * std::sin(3 * s.q + static_cast<double>(slot.seed % 7));
    const double radius = std::sqrt(s.p * s.p + s.q * s.q) + wobble;
    if (radius > 1)
        return 0;
    const double depth = (1 - radius) * breast.depthMm; // from the skin, about
    const double thick = step(depth / 14), skin = std::exp(-(depth - 1.2) * (depth - 1.2) / 1.2) * 0.10;
    const double g = sample(gland, s), t = texture(at, mm, slot.seed * 64);
    double value = thick * (0.17 + 0.25 * g + t * (0.022 + 0.055 * g)) + 0.05 * step(depth / 2) + skin;
    if (slot.view == MammogramView::Mlo) {
        const double muscle = pectoral(breast, at);
        value = std::lerp(value, 0.46 + 0.02 * t, 0.85 * muscle);
    }
    return value;
}

PlanePoint curve(const Breast& breast, const Strand& strand, double t, MammogramView view)
{
    const double u = (1 - t) * (1 - t), v = 2 * t * (1 - t), w = t * t;
    const auto& [f, m, l] = strand.points;
    return breast.project({u * f.a + v * m.a + w * l.a, u * f.b + v * m.b + w * l.b, u * f.c + v * m.c + w * l.c}, view);
}

void addStrands(Raster<float>& image, const Breast& breast, const Slot& slot, const Frame& frame)
{
    const auto pixel = [&](const PlanePoint& p) { return PlanePoint{frame.column(p.x), frame.row(p.y)}; };
    for (const Strand& strand : breast.strands) {
        const double wanted = strand.widthMm / frame.mm / 2, sigma = std::max(0.6, wanted);
        constexpr int pieces = 10;
        for (int i = 0; i < pieces; ++i)
            addLine(image, {pixel(curve(breast, strand, i / double{pieces}, slot.view)), pixel(curve(breast, strand, (i + 1) / double{pieces}, slot.view)),
                            sigma, strand.strength * wanted / sigma});
    }
}

void addNipple(Raster<float>& image, const Breast& breast, const Frame& frame)
{
    const double x = frame.column(breast.depthMm - 1), y = frame.row(0), radius = 5 / frame.mm;
    for (int r = std::max(0, static_cast<int>(y - radius)); r < std::min(image.rows, static_cast<int>(y + radius)); ++r)
        for (int c = std::max(0, static_cast<int>(x - radius)); c < std::min(image.columns, static_cast<int>(x + radius)); ++c) {
            const double d = std::hypot(r + 0.5 - y, c + 0.5 - x) / radius;
            image.at(r, c) += static_cast<float>(0.22 * step((1 - d) * 2.5));
        }
}

} // namespace

Frame frameOf(const Breast& breast, const Slot& slot, int rows, int columns)
{
    Frame frame{rows, columns, std::max(245.0 / rows, 150.0 / columns), rows / 2.0, slot.side == MammogramSide::Right};
    if (slot.view == MammogramView::Mlo) // centred between the axilla and the fold below
        frame.middleRow += breast.halfHeightMm * (breast.axilla - 1) / 2 / frame.mm;
    return frame;
}

Raster<float> renderTissue(const Breast& breast, const Slot& slot, const Frame& frame)
{
    Raster<float> image(frame.rows, frame.columns);
    const Raster<float> gland = projectGland(breast, slot.view);
    addStrands(image, breast, slot, frame);
    for (int row = 0; row < frame.rows; ++row)
        for (int column = 0; column < frame.columns; ++column) {
            const double value = tissueAt(breast, slot, gland, frame.plane(row, column), frame.mm);
            float& pixel = image.at(row, column);
            pixel = value > 0 ? static_cast<float>(value + pixel) : 0.0f;
        }
    addNipple(image, breast, frame);
    return image;
}

void addLine(Raster<float>& image, const Line& line)
{
    const double reach = 2.5 * line.sigma, dx = line.to.x - line.from.x, dy = line.to.y - line.from.y, length = std::max(1e-9, dx * dx + dy * dy);
    const int top = std::max(0, static_cast<int>(std::min(line.from.y, line.to.y) - reach)), left = std::max(0, static_cast<int>(std::min(line.from.x, line.to.x) - reach));
    const int bottom = std::min(image.rows - 1, static_cast<int>(std::max(line.from.y, line.to.y) + reach));
    const int right = std::min(image.columns - 1, static_cast<int>(std::max(line.from.x, line.to.x) + reach));
    for (int r = top; r <= bottom; ++r)
        for (int c = left; c <= right; ++c) {
            const double x = c + 0.5 - line.from.x, y = r + 0.5 - line.from.y, t = std::clamp((x * dx + y * dy) / length, 0.0, 1.0);
            const double d = (x - t * dx) * (x - t * dx) + (y - t * dy) * (y - t * dy);
            if (d < reach * reach) // the brightest wins, so that joints do not shine
                image.at(r, c) = std::max(image.at(r, c), static_cast<float>(line.strength * std::exp(-d / (2 * line.sigma * line.sigma))));
        }
}

} // namespace mama::phantom
