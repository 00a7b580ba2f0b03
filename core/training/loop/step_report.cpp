#include "core/training/loop/step_report.h"

#include "core/training/loop/not_finite.h"

#include <cmath>

namespace mama {

void StepReport::add(const StepReport& other)
{
    for (const auto& [name, value] : other.terms)
        terms[name] += value;
}

void StepReport::scale(double factor)
{
    for (auto& [name, value] : terms)
        value *= factor;
}

void StepReport::checkFinite() const
{
    const auto check = [](const std::string& name, double value) {
        if (!std::isfinite(value))
            throw NotFinite("loss term " + name, value);
    };
    for (const auto& [name, value] : terms)
        if (name != "total")
            check(name, value);
    if (const auto total = terms.find("total"); total != terms.end())
        check(total->first, total->second);
}

} // namespace mama
