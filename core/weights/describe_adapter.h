#pragma once
#include "core/weights/describe.h"

namespace mama::weights {

// "lora" of a tower's section: rank and targets from the weights under the prefix, scale from the adapter's or MaMA's
// configuration; null without adapter.
nlohmann::json describeAdapter(const DescribeInput& input, TowerReader& tower, const std::string& prefix);

} // namespace mama::weights
