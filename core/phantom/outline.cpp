#include "core/phantom/outline.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mama::phantom {
namespace {

using std::numbers::pi;

// A quarter of a superellipse: 1 at t = 0, 0 at t = 1; negative beyond.
double quarter(double t, double blunt, double wall)
{
    return t < 1 ? std::pow(1 - std::pow(t, blunt), 1 / wall) : 1 - t;
}

} // namespace

double Outline::craniocaudal(double y) const
{
    const double half = m_breast.halfWidthMm, apex = m_breast.apex * half;
    const Flank& flank = y < apex ? m_breast.lateral : m_breast.medial;
    const double t = std::abs(y - apex) / (flank.width * half + (y < apex ? apex : -apex));
    return m_breast.depthMm * quarter(t, flank.blunt, flank.wall);
}

double Outline::oblique(double y) const
{
    const double depth = m_breast.depthMm;
    if (y <= 0) {
        // From the nipple in a wide arc, then nearly straight, a little hollow, to the axilla at the image's edge.
        const double t = -y / std::max(1.0, m_top), arc = quarter(std::min(0.999, t / 1.3), 2.0, 2.0);
        const double line =
            std::lerp(1.12, m_breast.axilla, t) - 0.05 * std::sin(pi * std::clamp(t * 1.25 - 0.25, 0.0, 1.0));
        return depth * std::lerp(arc, std::min(1.0, line), smoothStep((t - 0.05) / 0.75));
    }
    const double low = m_breast.halfHeightMm * m_breast.low, t = y / low;
    const double body =
        depth * (quarter(t, m_breast.flatness, m_breast.flatness) + m_breast.droop * std::sin(pi * std::min(1.0, t)));
    if (m_breast.foldMm <= 0)
        return body;
    const double fold = m_breast.foldMm + 0.3 * std::max(0.0, y - low),
                 rounded = 6; // the skin turns into the abdomen's in a small arc
    const double gap = (body - fold) / rounded;
    return std::abs(gap) > 30 ? std::max(body, fold) : fold + rounded * std::log1p(std::exp(gap));
}

double Outline::skin(double y) const
{
    const double base = m_view == View::CC ? craniocaudal(y) : oblique(y);
    if (base <= 0)
        return base;
    const double layer = m_view == View::CC ? 0.5 : 7.5;
    const double wave = 4.2 * noise(y / 62, 5.5, layer, m_breast.seed) +
                        1.5 * noise(y / 34, 0.5, layer, m_breast.seed) + 0.4 * noise(y / 15, 3.5, 0.5, m_breast.seed);
    const double areola = m_breast.nipple.areolaMm * std::exp(-y * y / 120);
    return base + areola + 1.3 * wave * std::min(1.0, base / 20);
}

double Outline::slope(double y) const { return (skin(y + 1) - skin(y - 1)) / 2; }

} // namespace mama::phantom
