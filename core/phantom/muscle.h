#pragma once
#include "core/phantom/render.h"

namespace mama::phantom {

// The pectoral muscle behind the breast in one view, and the skin fold that the axilla at times lays over it.
class Muscle
{
public:
    // topMm: the image's upper edge, mm above the nipple's level; seed: of its texture.
    Muscle(const Breast& breast, View view, double topMm, std::uint64_t seed)
        : m_muscle(breast.pectoral), m_view(view), m_top(topMm), m_seed(seed), m_half(breast.halfWidthMm)
    {}

    // What depends on the height alone.
    struct Row
    {
        double edge = 0;   // mm from the chest wall; 0 or below: none
        double across = 1; // how far a step in depth is from the edge, 0 to 1
        double full = 0;   // of its thickness, 0 to 1: it thins out below
    };
    Row row(double y) const;

    // The light where the tissue in front has `value`, shares of the display range; skin: mm from the chest wall at the
    // top.
    double over(const PlanePoint& at, double value, const Row& row) const;
    double fold(const PlanePoint& at, double skin) const;

private:
    double edge(double y) const;

    const Pectoral& m_muscle;
    View m_view;
    double m_top;
    std::uint64_t m_seed;
    double m_half;
};

} // namespace mama::phantom
