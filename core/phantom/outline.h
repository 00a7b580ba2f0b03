#pragma once
#include "core/phantom/anatomy.h"

namespace mama::phantom {

// The breast's edge in a view, as the skin's distance from the chest wall at each height. In the oblique view it does
// not close above: it runs up to the axilla, and below it may end in the fold above the abdomen.
class Outline
{
public:
    // topMm: the image's upper edge, mm above the nipple's level.
    Outline(const Breast& breast, View view, double topMm) : m_breast(breast), m_view(view), m_top(topMm) {}

    double skin(double y)
        const; // mm from the chest wall, with the areola, without the nipple; below 0: no breast at this height
    double slope(double y) const; // of skin()

private:
    double craniocaudal(double y) const;
    double oblique(double y) const;

    const Breast& m_breast;
    View m_view;
    double m_top;
};

} // namespace mama::phantom
