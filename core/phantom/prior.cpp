#include "core/phantom/prior.h"

#include <cmath>

namespace mama::phantom {
namespace {

constexpr double smallestMm = 5; // below it nothing would have been seen

std::optional<Lesion> earlier(Lesion lesion, Random& random)
{
    const bool there = random.uniform() < 0.5;
    lesion.sizeMm *= random.uniform(0.45, 0.85);
    if (!there || lesion.sizeMm < smallestMm)
        return {};
    lesion.assessment = assess(lesion);
    return lesion;
}

} // namespace

std::optional<StudyRecord> planPrior(const StudyRecord& current, double share)
{
    Random random(current.seed, 40);
    if (random.uniform() >= share)
        return {};
    StudyRecord prior = current;
    prior.prior = true;
    prior.accession = std::to_string(8100000000 + current.seed);
    const std::chrono::days before(350 + random.below(390));
    prior.date -= before;
    prior.age -= static_cast<int>(std::lround(static_cast<double>(before.count()) / 365.25));
    for (BreastRecord& breast : prior.breasts) {
        std::vector<Lesion> lesions;
        for (const Lesion& lesion : breast.lesions)
            if (const auto smaller = earlier(lesion, random))
                lesions.push_back(*smaller);
        breast.lesions = std::move(lesions);
        breast.assessment = assess(breast);
    }
    return prior;
}

void compressAnew(Breast& breast, std::uint64_t seed)
{
    Random random(seed, 41);
    for (double* size : {&breast.depthMm, &breast.halfWidthMm, &breast.halfHeightMm})
        *size *= random.uniform(0.97, 1.03);
    breast.obliqueAngle += random.uniform(-0.03, 0.03);
    breast.pectoral.widthMm *= random.uniform(0.9, 1.1);
    breast.pectoral.share *= random.uniform(0.95, 1.05);
    breast.pectoral.aboveMm = random.uniform() < 0.3 ? random.uniform(4, 11) : 0;
    breast.pectoral.foldMm = random.uniform() < 0.3 ? random.uniform(22, 50) : 0;
    for (double& height : breast.nipple.heightMm)
        height = random.uniform() < 0.85 ? height * random.uniform(0.8, 1.2) : 0;
}

void positionAnew(Frame& frame, std::uint64_t seed)
{
    Random random(seed, 42);
    frame.middleRow += random.uniform(-5, 5) / frame.mm;
    frame.hiddenMm = random.uniform(-2, 5);
}

} // namespace mama::phantom
