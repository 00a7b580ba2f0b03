#pragma once
#include "core/study/fusion.h"

#include <span>

namespace mama {

struct EncodedStudy;

// Where similarities of a sentence lie among those that neutral sentences have on the same image, breast or study
// (fused by the same rule): the share that is lower, 0 to 1.
class NeutralRanks
{
public:
    // neutral [K, D], L2-normalised, D as of the images.
    NeutralRanks(const EncodedStudy& study, std::span<const float> neutral, FusionRule rule);

    // Scores [images][texts] and those fused of them, in place.
    void rank(std::vector<std::vector<double>>& images, FusedScores& fused) const;

private:
    std::vector<std::vector<double>> m_images, m_breasts; // of each, ascending
    std::vector<double> m_study;
};

} // namespace mama
