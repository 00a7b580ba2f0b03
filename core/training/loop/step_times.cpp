#include "core/training/loop/step_times.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace mama {

void StepTimes::add(double seconds)
{
    m_last.push_back(seconds);
    if (m_last.size() > 100)
        m_last.pop_front();
}

std::optional<std::pair<double, double>> StepTimes::toGo(std::int64_t steps, double between) const
{
    if (m_last.size() < 5)
        return {};
    std::vector<double> sorted(m_last.begin(), m_last.end());
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    const auto left = static_cast<double>(steps);
    return std::pair{left * (at(0.1) + between), left * (at(0.9) + between)};
}

std::string progressText(double loss, const std::optional<std::pair<double, double>>& toGo)
{
    char text[64];
    std::snprintf(text, sizeof text, ", loss %.3g", loss);
    std::string all = text;
    if (toGo) {
        const double seconds = (toGo->first + toGo->second) / 2;
        const bool hours = seconds >= 5400, minutes = seconds >= 90;
        std::snprintf(text, sizeof text, ", about %.*f %s to go", hours ? 1 : 0,
                      seconds / (hours     ? 3600
                                 : minutes ? 60
                                           : 1),
                      hours     ? "h"
                      : minutes ? "min"
                                : "s");
        all += text;
    }
    return all + ": step";
}

} // namespace mama
