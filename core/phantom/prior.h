#pragma once
#include "core/phantom/render.h"
#include "core/phantom/study.h"

#include <optional>

// An earlier exam of a patient: the same anatomy, compressed, positioned and exposed anew; lesions were smaller or not
// there yet.
namespace mama::phantom {

// For a share of the patients, one to two years before. From a stream of its own: the current exam does not depend on
// it.
std::optional<StudyRecord> planPrior(const StudyRecord& current, double share);

void compressAnew(Breast& breast, std::uint64_t seed); // sizes by a few per cent; the tissue stays what it is
void positionAnew(Frame& frame, std::uint64_t seed);   // by some millimetres

} // namespace mama::phantom
