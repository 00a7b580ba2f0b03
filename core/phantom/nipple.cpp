#include "core/phantom/nipple.h"

#include <algorithm>
#include <cmath>

namespace mama::phantom {
namespace {

constexpr double rootMm = 9; // how far it is seen behind the skin

} // namespace

NippleShape::NippleShape(const Nipple& nipple, View view)
{
    const int i = view == View::CC ? 0 : 1;
    m_height = nipple.heightMm[i];
    m_halfWidth = nipple.halfWidthMm[i];
    m_lean = nipple.lean[i];
    m_beside = nipple.besideMm[i];
    m_behind = nipple.behindMm[i];
}

bool NippleShape::near(const PlanePoint& at) const
{
    return m_height > 0 && at.x > -rootMm && at.x < m_height && std::abs(at.y) < 14;
}

double NippleShape::round(const PlanePoint& at) const
{
    // An egg across the skin, which it leaves in a fillet; drawn out behind the areola.
    const double out = std::max(0.0, at.x), fillet = 3.2 * std::exp(-out / 1.8);
    const double u = at.x > 0 ? at.x / m_height : at.x / rootMm,
                 v = (at.y - m_lean * out) / (m_halfWidth + fillet + 0.3 * std::max(0.0, -at.x));
    return u * u * std::sqrt(std::abs(u)) + v * v; // a little blunter than an ellipse
}

double NippleShape::cover(const PlanePoint& at) const
{
    if (!near(at) || at.x < -3)
        return 0;
    const double inside = (1 - std::sqrt(round(at))) * std::min(m_height, m_halfWidth); // mm, near the edge
    return smoothStep(inside / 0.9 + 0.35);
}

double NippleShape::depth(const PlanePoint& at) const { return near(at) ? 7 * std::max(0.0, 1 - round(at)) : 0; }

double NippleShape::light(const PlanePoint& at) const
{
    if (m_height <= 0) {
        const double r = std::hypot(at.x + m_behind, at.y - m_beside) / m_halfWidth;
        return 0.05 * smoothStep((1.3 - r) / 0.7);
    }
    return near(at) ? 0.1 * std::pow(std::max(0.0, 1 - round(at)), 0.6 + 0.9 * smoothStep(-at.x / 5))
                    : 0; // a ball outside, no edge inside
}

} // namespace mama::phantom
