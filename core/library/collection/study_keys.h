#pragma once
#include "core/library/collection/library.h"

#include <span>

namespace mama {

std::vector<std::int64_t> allStudies(Library& library);
// By their data sets' keys, in their order. Error(Usage) names one that is not there, or that two data sets have.
std::vector<std::int64_t> studiesNamed(Library& library, std::span<const std::string> keys);

} // namespace mama
