#pragma once
#include "core/dicom/write/write_mammogram.h"
#include "core/phantom/random.h"

#include <array>
#include <vector>

namespace mama::phantom {

// Place in a breast, scaled so that the breast is the unit half-ball: a depth from the chest wall (0 to 1, nipple at
// 1), b from one side to the other, c from foot to head (both -1 to 1).
struct Place
{
    double a = 0, b = 0, c = 0;
};

struct Strand
{
    std::array<Place, 3> points;                       // of a quadratic curve
    double widthMm = 0.8, strength = 0.05, waveMm = 0; // how far it winds about the curve
};

// Millimetres in a view's plane: x from the chest wall, y down from the nipple's level.
struct PlanePoint
{
    double x = 0, y = 0;
};

// One side of the outline seen from above: how far it reaches along the chest wall and how it gets there from the
// nipple.
struct Flank
{
    double width = 1; // share of the breast's half-width
    double blunt = 2; // exponent near the nipple: below 2 pointed, above 2 broad
    double wall = 2;  // exponent near the chest wall: below 2 a slope, above 2 square
};

struct Nipple
{
    double heightMm[2] = {6, 6}; // in profile in CC and MLO; 0: not in profile
    double halfWidthMm[2] = {5, 5};
    double lean[2] = {0, 0};     // sideways, mm a mm of height
    double besideMm[2] = {0, 0}; // of one not in profile: from the axis, and
    double behindMm[2] = {9, 9}; // from the skin
    double areolaMm = 1.5;       // by which the skin about it rises
};

// The muscle behind the breast, seen from the side and now and then from above.
struct Pectoral
{
    double widthMm = 45, share = 1,
           bow = 1;     // at the image's upper edge; length as a share of the way to the nipple; below 1 convex
    double bellyMm = 0; // by which the middle of its edge stands out; below 0: hollow
    double softMm = 8;  // over which the edge comes up
    double light = 0.39, fibres = 0.01; // of the full muscle and of its fibres, shares of the display range
    double fatStrip = 0;                // share of the light that the fat in front of the edge lacks
    double aboveMm = 0, aboveAtMm = 0;  // of what CC shows: thickness (0: none) and middle
    double foldMm = 0,
           foldAt = 0.8; // length of the skin fold at the axilla (0: none); place as a share of the skin's distance
};

// One breast: its size and the three-dimensional field of glandular tissue that both views see.
struct Breast
{
    static constexpr int depthCells = 40, sideCells = 64;

    double depthMm = 90, halfWidthMm = 80, halfHeightMm = 75; // halfHeight in the oblique view
    double obliqueAngle = 0.8, upper = 1.25;                  // the upper half of the oblique view is longer
    double flatness = 2.3;                                    // exponent of the oblique outline below the nipple
    Flank lateral, medial;                                    // of the craniocaudal outline
    double apex = 0;                       // its furthest point, share of the half-width from the nipple
    double low = 1, droop = 0, foldMm = 0; // of the oblique outline below the nipple; fold 0: none seen
    double axilla = 0.4;                   // skin at the image's upper edge, as a share of the depth
    Nipple nipple;
    Pectoral pectoral;
    std::uint64_t seed = 0;
    double glandularFraction = 0; // of the breast's volume
    std::vector<float> glandular; // [depth, side, side], 0 fat to 1 gland
    std::vector<Strand> strands;

    double gland(const Place& place) const; // trilinear
    PlanePoint project(const Place& place, View view) const;
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
