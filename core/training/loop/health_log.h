#pragma once
#include "core/protocol/run_folder.h"
#include "core/protocol/run_health.h"

#include <set>
#include <string>

namespace mama {

// The health of a run at work, for its log: a line when a rule begins to say something, and one when it no longer does.
class HealthLog
{
public:
    explicit HealthLog(const nlohmann::json& config) : m_health(config) {}

    RunHealth& health() { return m_health; }
    void look(const RunFolder& folder, const RunState& state);

private:
    RunHealth m_health;
    std::set<std::string> m_said; // rules
};

} // namespace mama
