#include "core/training/loop/health_log.h"

namespace mama {

void HealthLog::look(const RunFolder& folder, const RunState& state)
{
    std::set<std::string> now;
    for (const HealthFinding& one : m_health.findings(state))
        if (now.insert(one.rule).second && !m_said.contains(one.rule))
            folder.log("health: " + one.text.english() + " (" + one.rule + ")");
    for (const std::string& rule : m_said)
        if (!now.contains(rule))
            folder.log("health: " + rule + " no longer holds");
    m_said = std::move(now);
}

} // namespace mama
