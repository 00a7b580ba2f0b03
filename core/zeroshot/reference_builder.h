#pragma once
#include "core/zeroshot/reference_set.h"

#include <random>

namespace mama {

struct EncodedStudy;

// Gathers encoded studies into a reference. The patches are a sample of all patches in the breast in which each has the
// same chance (reservoir sampling), the same for one seed and one order of studies.
class ReferenceBuilder
{
public:
    ReferenceBuilder(std::string name, std::string modelHash, std::size_t patches, std::uint64_t seed);

    // The images that take part in the study's scores; a study without any is left out. Error(Model) if its vectors
    // have another length than those before.
    void add(const EncodedStudy& study);
    const ReferenceSet& set() const { return m_set; }

private:
    void offer(std::span<const float> patch);

    ReferenceSet m_set;
    std::size_t m_wanted;
    std::uint64_t m_offered = 0;
    std::mt19937_64 m_random;
};

} // namespace mama
