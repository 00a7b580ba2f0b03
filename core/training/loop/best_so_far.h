#pragma once
#include "core/protocol/run_records.h"

#include <cstdint>
#include <optional>
#include <string>

namespace mama {

// The best evaluation of a run by the metric that its configuration names, and how long ago it was.
class BestSoFar
{
public:
    // metric: "-NAME": the lower the better; empty: none is chosen. earlyStop: evaluations without a better value after
    // which a run has enough; 0: never.
    BestSoFar(std::string metric, std::int64_t earlyStop) : m_metric(std::move(metric)), m_earlyStop(earlyStop) {}

    // Unknown: the evaluation does not give the metric (such as an AUC of one class alone), and picks nothing.
    enum class Judged { Nothing, Unknown, Better, NotBetter, Enough };
    Judged take(const EvalRecord& record);

    const std::string& metric() const { return m_metric; }
    const std::optional<BestCheckpoint>& best() const { return m_best; }
    std::int64_t sinceBest() const { return m_sinceBest; } // evaluations

    // In a checkpoint's trainer.json.
    void addTo(nlohmann::json& state) const;
    void restore(const nlohmann::json& state);

private:
    std::string m_metric;
    std::int64_t m_earlyStop, m_sinceBest = 0;
    std::optional<BestCheckpoint> m_best;
};

} // namespace mama
