#pragma once
#include "core/weights/files/pickle_machine.h"

#include <nlohmann/json_fwd.hpp>

namespace mama::weights {

// Plain values of a pickle for reports. Tensors become {"tensor": shape}; objects of skipped classes
// {"skipped class": name, "state": values}. Depth and number are bounded: what is beyond is "…".
nlohmann::json toJson(const Pickle& pickle, const PickleNode& node);

} // namespace mama::weights
