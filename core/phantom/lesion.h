#pragma once
#include "core/phantom/anatomy.h"

#include <string>
#include <vector>

namespace mama::phantom {

enum class LesionKind { Mass, Calcification, Asymmetry, Distortion };
enum class Conspicuity { Obvious, Moderate, Subtle };

const char* name(LesionKind kind);
const char* name(Conspicuity conspicuity);

// A lesion and its words; the codes are EMBED's, empty where a kind has none.
struct Lesion
{
    LesionKind kind = LesionKind::Mass;
    Conspicuity conspicuity = Conspicuity::Obvious;
    Place place;
    double sizeMm = 15;    // across
    double contrast = 0.5; // added to the display range
    char shape = 0, margin = 0, density = 0, morphology = 0, distribution = 0;
    char assessment = 'N';
    std::uint64_t seed = 0;
};

// Assessments follow one rule: spiculated masses and fine linear branching calcifications M; irregular, microlobulated
// or indistinct masses, amorphous and pleomorphic calcifications and distortions S; circumscribed masses of 15 mm or
// more and punctate calcifications P; other circumscribed masses and coarse calcifications B; asymmetries A.
char assess(const Lesion& lesion);
Lesion makeLesion(std::uint64_t seed);

// One calcification of a group: its place in the breast, in mm from the group's centre (depth, to the side, up), the
// same for both views.
struct Particle
{
    double depthMm = 0, sideMm = 0, upMm = 0;
    double sigmaMm = 0.5, strength = 1;     // of its Gaussian spot; share of the group's contrast
    double lengthMm = 0, direction[3] = {}; // of a linear one
};
std::vector<Particle> particlesOf(const Lesion& lesion);

// The graver of two assessments, in the order N B P A S M.
char graver(char one, char other);

} // namespace mama::phantom
