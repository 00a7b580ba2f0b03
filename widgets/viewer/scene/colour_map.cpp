#include "widgets/viewer/scene/colour_map.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace mama::viewer {
namespace {

using Lab = std::array<double, 3>;

Lab fromPolar(double lightness, double chroma, double hueDegrees)
{
    const double h = hueDegrees * std::numbers::pi / 180;
    return {lightness, chroma * std::cos(h), chroma * std::sin(h)};
}

// CIE 15 (L*a*b*, D65) to linear sRGB (IEC 61966-2-1); may lie outside 0..1.
std::array<double, 3> linearRgb(const Lab& lab)
{
    const auto inverse = [](double t) {
        return t > 6.0 / 29 ? t * t * t : 3 * (6.0 / 29) * (6.0 / 29) * (t - 4.0 / 29);
    };
    const double fy = (lab[0] + 16) / 116;
    const double x = 0.95047 * inverse(fy + lab[1] / 500), y = inverse(fy), z = 1.08883 * inverse(fy - lab[2] / 200);
    return {3.2404542 * x - 1.5371385 * y - 0.4985314 * z, -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
            0.0556434 * x - 0.2040259 * y + 1.0572252 * z};
}

// Chroma is lowered until the colour exists in sRGB; lightness and hue stay.
Lab inGamut(const Lab& lab)
{
    const auto exists = [&](double share) {
        const auto rgb = linearRgb({lab[0], lab[1] * share, lab[2] * share});
        return std::all_of(rgb.begin(), rgb.end(), [](double v) { return v >= -1e-6 && v <= 1.000001; });
    };
    double low = 0, high = 1;
    for (int i = 0; i < 40 && !exists(1); ++i) {
        const double middle = (low + high) / 2;
        (exists(middle) ? low : high) = middle;
    }
    const double share = exists(1) ? 1 : low;
    return {lab[0], lab[1] * share, lab[2] * share};
}

std::array<std::uint8_t, 3> toBytes(const Lab& lab)
{
    std::array<std::uint8_t, 3> bytes{};
    const auto rgb = linearRgb(lab);
    for (std::size_t i = 0; i < 3; ++i) {
        const double v = std::clamp(rgb[i], 0.0, 1.0);
        bytes[i] = static_cast<std::uint8_t>(
            std::lround(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055)));
    }
    return bytes;
}

// n colours along a path in CIELAB, at equal distances (CIE 1976) from one to the next.
void walk(const std::function<Lab(double)>& path, int n, std::vector<std::array<std::uint8_t, 3>>& out)
{
    constexpr int fine = 4096;
    std::vector<Lab> points;
    std::vector<double> length{0};
    for (int i = 0; i <= fine; ++i) {
        points.push_back(inGamut(path(static_cast<double>(i) / fine)));
        if (i > 0) {
            const auto &a = points[points.size() - 2], &b = points.back();
            length.push_back(length.back() + std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
        }
    }
    for (int i = 0; i < n; ++i) {
        const double wanted = length.back() * i / (n - 1);
        const auto found = std::lower_bound(length.begin(), length.end(), wanted);
        out.push_back(toBytes(
            points[std::min<std::size_t>(static_cast<std::size_t>(found - length.begin()), points.size() - 1)]));
    }
}

std::vector<std::array<std::uint8_t, 3>> make(ColourMap map)
{
    std::vector<std::array<std::uint8_t, 3>> out;
    if (map == ColourMap::Even)
        walk([](double t) { return fromPolar(25 + 65 * t, 40 + 25 * t * t * t, 300 - 200 * t); }, 256, out);
    else if (map == ColourMap::Heat)
        walk([](double t) { return fromPolar(22 + 72 * t, 50 - 22 * t * t, 30 + 70 * t); }, 256, out);
    else {
        walk([](double t) { return fromPolar(45 + 37 * t, 50 * (1 - t), 265); }, 128, out);
        walk([](double t) { return fromPolar(82 - 37 * t, 60 * t, 35); }, 128, out);
    }
    return out;
}

} // namespace

const char* name(ColourMap map)
{
    return map == ColourMap::Even ? "even" : map == ColourMap::Heat ? "heat" : "diverging";
}

const std::vector<std::array<std::uint8_t, 3>>& colours(ColourMap map)
{
    static const std::array<std::vector<std::array<std::uint8_t, 3>>, 3> all{
        make(ColourMap::Even), make(ColourMap::Heat), make(ColourMap::Diverging)};
    return all[static_cast<std::size_t>(map)];
}

} // namespace mama::viewer
