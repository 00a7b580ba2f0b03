#include "core/phantom/muscle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mama::phantom {

double Muscle::edge(double y) const
{
    const double wave = 1.6 * noise(y / 45, 0.5, m_seed) + 0.6 * noise(y / 17, 2.5, m_seed);
    if (m_view == View::CC) {
        const double t = (y - m_muscle.aboveAtMm) / (0.5 * m_half);
        return m_muscle.aboveMm > 0 ? m_muscle.aboveMm * (1 - t * t) + 0.4 * wave : 0;
    }
    const double t = std::clamp((y + m_top) / (m_top * m_muscle.share), 0.0, 1.0);
    return m_muscle.widthMm * std::pow(1 - t, m_muscle.bow) + m_muscle.bellyMm * std::sin(std::numbers::pi * t) +
           wave * std::min(1.0, 3 * (1 - t));
}

Muscle::Row Muscle::row(double y) const
{
    const double slope = (edge(y + 1) - edge(y - 1)) / 2,
                 left = m_view == View::CC ? 1 : 1 - (y + m_top) / (m_top * m_muscle.share);
    return {edge(y), 1 / std::sqrt(1 + slope * slope),
            (0.55 + 0.45 * smoothStep(left / 0.5)) * smoothStep(left / 0.06)};
}

double Muscle::over(const PlanePoint& at, double value, const Row& row) const
{
    const double deep = (row.edge - at.x) * row.across;
    if (row.edge <= 0 || deep < -14)
        return value;
    const double ahead = (deep + 4.5) / 3.5; // a layer of fat before the muscle
    value *= 1 - m_muscle.fatStrip * row.full * std::exp(-ahead * ahead);
    // The edge rises softly, then the muscle goes on growing thicker towards the chest wall.
    const double thick =
        row.full * (0.74 * smoothStep(deep / m_muscle.softMm + 0.2) + 0.26 * (1 - std::exp(-std::max(0.0, deep) / 24)));
    if (thick <= 0)
        return value;
    // Bundles of fibres run along the edge, a little bent and of no even width.
    const double bend = 1.4 * noise(at.x / 24, at.y / 24, m_seed + 3), beside = deep / 4.6 + bend,
                 along = at.y / 34 + 0.3 * bend;
    const double fibres = noise(beside, along, m_seed + 1) + 0.6 * noise(2.7 * beside, 1.6 * along, m_seed + 2);
    return std::lerp(value, m_muscle.light + 0.05 * thick + m_muscle.fibres * fibres + 0.42 * (value - 0.2), thick);
}

double Muscle::fold(const PlanePoint& at, double skin) const
{
    const double down = (at.y + m_top) / m_muscle.foldMm;
    if (m_view == View::CC || m_muscle.foldMm <= 0 || down > 1)
        return 0;
    // Two layers of skin: a sharp lower edge, soft towards the axilla, fading out along its length.
    const double from = m_muscle.foldAt * skin - m_muscle.foldMm * (0.45 * down - 0.2 * down * down),
                 deep = at.x - from;
    return 0.055 * smoothStep(deep / 1.6 + 0.5) * std::exp(-std::max(0.0, deep) / 7) * smoothStep((1 - down) / 0.7);
}

} // namespace mama::phantom
