#pragma once
#include "core/base/user_text.h"

// What failing pieces of evaluations were doing.
namespace mama::action {

inline constexpr auto evaluateFindings = TextId("action.evaluate_findings", "evaluate findings");

} // namespace mama::action
