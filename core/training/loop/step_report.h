#pragma once
#include <map>
#include <string>

namespace mama {

// What one micro-batch or one step gave, by name. Loss terms are not yet divided by the accumulation count: "total"
// is what was minimised, the others are its parts ("clip", "clip_second_view", "ntxent", "local_t2i", "local_i2t", …).
struct StepReport
{
    std::map<std::string, double> terms;

    // Sums term by term, for the mean over the micro-batches of a step.
    void add(const StepReport& other);
    void scale(double factor);
    // NotFinite names the first term that is no number, "total" last.
    void checkFinite() const;
};

} // namespace mama
