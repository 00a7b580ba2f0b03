#include "core/training/loop/best_so_far.h"

#include <cmath>

namespace mama {

BestSoFar::Judged BestSoFar::take(const EvalRecord& record)
{
    if (m_metric.empty())
        return Judged::Nothing;
    const bool lower = m_metric.starts_with("-");
    const std::string name = m_metric.substr(lower ? 1 : 0);
    const auto found = record.metrics.find(name);
    if (found == record.metrics.end() || !std::isfinite(found->second.value))
        return Judged::Unknown;
    const double value = found->second.value;
    if (!m_best || (lower ? value < m_best->value : value > m_best->value)) {
        m_best = BestCheckpoint{record.step, name, value};
        m_sinceBest = 0;
        return Judged::Better;
    }
    ++m_sinceBest;
    return m_earlyStop > 0 && m_sinceBest >= m_earlyStop ? Judged::Enough : Judged::NotBetter;
}

void BestSoFar::addTo(nlohmann::json& state) const
{
    state["evaluations_since_best"] = m_sinceBest;
    if (m_best)
        state["best"] = {{"step", m_best->step}, {"metric", m_best->metric}, {"value", m_best->value}};
}

void BestSoFar::restore(const nlohmann::json& state)
{
    m_sinceBest = state.value("evaluations_since_best", std::int64_t{0});
    if (const auto best = state.find("best"); best != state.end())
        m_best = BestCheckpoint{best->at("step").get<std::int64_t>(), best->at("metric").get<std::string>(),
                                best->at("value").get<double>()};
}

} // namespace mama
