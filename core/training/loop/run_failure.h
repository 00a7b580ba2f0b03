#pragma once
#include "core/base/error.h"

#include <exception>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mama {

// What ended a run, in one line that says what to change: an Error as it is; of what LibTorch or the standard library
// throws the kind of fault alone, their own words are for the log. where: "step 7"; config: the run's, which may be
// null.
Error failureOf(const std::exception& error, const std::string& where, const nlohmann::json& config);

// The first line of what was thrown, for the log.
std::string technicalText(const std::exception& error);

} // namespace mama
