#pragma once
#include "core/zeroshot/reference_set.h"

#include <random>

namespace mama {

struct EncodedStudy;

struct ScoredImage;

// Gathers encoded studies into a reference. The patches are a sample of all patches in the breast in which each has the
// same chance (reservoir sampling), the same for one seed and one order of studies; the mean maps are of all of them.
class ReferenceBuilder
{
public:
    ReferenceBuilder(std::string name, std::string modelHash, std::size_t patches, std::uint64_t seed);

    // The images that take part in the study's scores; a study without any is left out. Error(Model) if its vectors
    // have another length than those before, or its grid another size.
    void add(const EncodedStudy& study);
    ReferenceSet set() const; // of what was added so far

private:
    void begin(const ScoredImage& image);
    void add(const ScoredImage& image);
    void offer(std::span<const float> patch, std::int32_t place);

    ReferenceSet m_set;
    std::size_t m_wanted;
    std::uint64_t m_offered = 0;
    std::mt19937_64 m_random;
    std::vector<double> m_sums; // of m_set.means
};

} // namespace mama
