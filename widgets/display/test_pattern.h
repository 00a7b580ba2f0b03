#pragma once
#include <QImage>
#include <vector>

namespace mama {

// What is shown to look at, or to measure, a screen: after AAPM TG18's QC and LN patterns. Page 0: steps of grey, dark
// and bright pairs, line pairs, ramps and a frame; the others: one grey in a tenth of the area, on a background of a
// fifth, from black to white, for a luminance meter.
inline constexpr int testPatternLevels = 18, testPatternPages = 1 + testPatternLevels;
// Of page 1 on: the measured grey, 0..255 in even steps.
int testPatternLevel(int page);

struct PatternPatch
{
    QRect place; // device pixels
    int level;   // 0..255, inside the place but for what stands in it
};
// Page 0's steps of grey, from black to white, each with four small marks in its corners that are a little off; then
// the small squares of 5 % in black and of 95 % in white.
std::vector<PatternPatch> testPatternPatches(QSize pixels);
// Page 0's line pairs of one and of two pixels, across and along: at each corner and in the middle.
struct PatternLines
{
    QRect place;
    int width;     // device pixels a line
    bool vertical; // lines from top to bottom
};
std::vector<PatternLines> testPatternLines(QSize pixels);

// Device pixels, 8 bits grey. greys: driving level 0..1 of 256 grey values (core/display/gsdf.h); empty: as they are.
QImage testPattern(QSize pixels, int page, const std::vector<float>& greys = {});

} // namespace mama
