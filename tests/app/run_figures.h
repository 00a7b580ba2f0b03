#pragma once
#include "core/protocol/run_folder.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mama::test {

// Figures of each evaluation of a run, the losses of the validation images among them.
inline std::vector<std::pair<std::int64_t, std::map<std::string, double>>> figuresOf(const std::filesystem::path& run)
{
    std::vector<std::pair<std::int64_t, std::map<std::string, double>>> all;
    for (const RunRecord& record : MetricsReader(run / "metrics.jsonl").poll().records)
        if (const auto* one = std::get_if<EvalRecord>(&record)) {
            all.emplace_back(one->step, std::map<std::string, double>{});
            for (const auto& [name, value] : one->metrics)
                all.back().second[name] = value.value;
        }
    return all;
}

} // namespace mama::test
