#pragma once
#include "core/phantom/anatomy.h"

namespace mama::phantom {

// The nipple in one view: a rounded knob that grows out of the areola, or, when it is not in profile, a faint disc.
// Places are mm outwards from the skin at their height (x) and down from the nipple's level (y).
class NippleShape
{
public:
    NippleShape(const Nipple& nipple, View view);

    double cover(const PlanePoint& at) const; // 0 to 1: whether tissue is there
    double depth(const PlanePoint& at) const; // by which it lies further under the skin than the breast alone would, mm
    double light(const PlanePoint& at) const; // what it adds, share of the display range

private:
    bool near(const PlanePoint& at) const;
    double round(const PlanePoint& at) const; // 0 in its middle, 1 at its edge

    double m_height, m_halfWidth, m_lean, m_beside, m_behind;
};

} // namespace mama::phantom
