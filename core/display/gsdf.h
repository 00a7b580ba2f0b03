#pragma once
#include <cstddef>
#include <vector>

namespace mama {

// The Grayscale Standard Display Function, DICOM PS3.14 7.1: luminance in cd/m² at a just-noticeable-difference index
// of 1 to 1023 (clamped), which need not be whole.
double gsdfLuminance(double index);
// The index at a luminance of 0.05 to 3993 cd/m² (clamped): the inverse of the above, found on it, as PS3.14's own
// inverse formula is only near it.
double gsdfIndex(double luminance);

// A screen as its owner describes it. Its own curve is taken as a power law: nothing here measures a screen.
struct Screen
{
    double darkest = 0.5, brightest = 350; // cd/m² of driving levels 0 and 1, in a dark room
    double roomLight = 0;                  // cd/m² that the screen reflects
    double gamma = 2.2;
    bool operator==(const Screen&) const = default;

    // Error(Data) says what cannot be: darkest < brightest, all within what the function is defined for.
    void check() const;
    double luminance(double level) const; // cd/m² with the room's light, of a driving level of 0..1
    double level(double luminance) const; // the driving level of that, 0..1
    double lowIndex() const;              // of driving level 0
    double highIndex() const;             // of driving level 1
};

// Driving levels, 0..1, that show evenly spaced grey values (P-values) 0..1 in steps that look alike on the screen.
// entries: at least 2. Error(Data) as Screen::check.
std::vector<float> gsdfTable(const Screen& screen, std::size_t entries);

} // namespace mama
