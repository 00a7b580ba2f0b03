#pragma once
#include "core/dicom/write_mammogram.h"
#include "core/phantom/random.h"

#include <array>
#include <vector>

namespace mama::phantom {

// Place in a breast, scaled so that the breast is the unit half-ball: a depth from the chest wall (0 to 1, nipple at 1),
// b from one side to the other, c from foot to head (both -1 to 1).
struct Place
{
    double a = 0, b = 0, c = 0;
};

struct Strand
{
    std::array<Place, 3> points; // of a quadratic curve
    double widthMm = 0.8, strength = 0.05, waveMm = 0; // how far it winds about the curve
};

// Millimetres in a view's plane: x from the chest wall, y down from the nipple's level.
struct PlanePoint
{
    double x = 0, y = 0;
};

// One breast: its size and the three-dimensional field of glandular tissue that both views see.
struct Breast
{
    static constexpr int depthCells = 40, sideCells = 64;

    double depthMm = 90, halfWidthMm = 80, halfHeightMm = 75; // halfHeight in the oblique view
    double obliqueAngle = 0.8, upper = 1.25;                  // the upper half of the oblique view is longer
    double flatness = 2.3, lateral = 1;                       // exponent of the outline; share of the lateral half in the width
    double low = 1, droop = 0, foldMm = 0;                    // of the oblique outline below the nipple; fold 0: none seen
    double axilla = 0.4;                                      // skin at the image's upper edge, as a share of the depth
    double nippleMm[2] = {6, 6};                              // height in profile in CC and MLO; 0: not in profile
    double pectoralWidthMm = 45, pectoralShare = 1, pectoralBow = 1; // at the upper edge; length as a share of the way to the nipple
    double ccMuscleMm = 0;                                    // of the muscle seen in CC; 0: none
    std::uint64_t seed = 0;
    double glandularFraction = 0;                             // of the breast's volume
    std::vector<float> glandular;                             // [depth, side, side], 0 fat to 1 gland
    std::vector<Strand> strands;

    double gland(const Place& place) const;                   // trilinear
    PlanePoint project(const Place& place, MammogramView view) const;
};

struct BreastPlan
{
    std::uint64_t study = 0, own = 0; // seeds of what both breasts share and of what is this one's own
    int density = 2;                  // 1 to 4
};

Breast makeBreast(const BreastPlan& plan);

// 0 below 0, 1 above 1, without a corner between.
double smoothStep(double t);

// Smooth noise of one octave, -1 to 1, period of about 1.
double noise(double x, double y, double z, std::uint64_t seed);
double noise(double x, double y, std::uint64_t seed);

} // namespace mama::phantom
