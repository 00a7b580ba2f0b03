#include "core/phantom/study.h"

#include <algorithm>
#include <cstdio>

namespace mama::phantom {
namespace {

int densityOf(Random& random, const PhantomOptions& options, std::uint64_t seed)
{
    const double share = random.uniform();
    if (options.balanced)
        return 1 + static_cast<int>(seed % 4);
    return share < 0.1 ? 1 : share < 0.5 ? 2 : share < 0.9 ? 3 : 4;
}

} // namespace

char assess(const BreastRecord& breast)
{
    char gravest = 'N';
    for (const Lesion& lesion : breast.lesions)
        gravest = graver(gravest, lesion.assessment);
    return gravest;
}

std::string dateText(std::chrono::sys_days date, const char* separator)
{
    const std::chrono::year_month_day parts(date);
    char text[32];
    std::snprintf(text, sizeof text, "%04d%s%02u%s%02u", static_cast<int>(parts.year()), separator,
                  static_cast<unsigned>(parts.month()), separator, static_cast<unsigned>(parts.day()));
    return text;
}

StudyRecord planStudy(const PhantomOptions& options, std::uint64_t seed)
{
    Random random(seed, 20);
    StudyRecord study;
    study.seed = seed;
    study.patient = std::to_string(70000000 + seed);
    study.accession = std::to_string(8000000000 + seed);
    study.density = densityOf(random, options, seed);
    study.age = std::clamp(static_cast<int>(57 + 11 * random.normal()), 40, 85);
    const int day = 10 + random.below(10), month = 1 + random.below(9), year = 2013 + random.below(8);
    study.date = std::chrono::year(year) / month / day;
    constexpr const char* races[] = {"Caucasian or White", "African American  or Black", "Asian"};
    study.race = races[random.below(3)];
    study.ethnicity = random.uniform() < 0.1 ? "Hispanic or Latino" : "Non-Hispanic or Latino";
    if (random.uniform() < 0.55) {
        const int side = random.below(2);
        study.breasts[side].lesions.push_back(makeLesion(mix(seed) + 1));
        if (random.uniform() < 0.15)
            study.breasts[1 - side].lesions.push_back(makeLesion(mix(seed) + 2));
    }
    for (BreastRecord& breast : study.breasts)
        breast.assessment = assess(breast);
    return study;
}

} // namespace mama::phantom
