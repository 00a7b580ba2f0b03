#pragma once
#include <string>

namespace mama {

// "2026-11-29T08:05:30.250Z"
std::string utcNow();

} // namespace mama
