#pragma once
#include "core/library/collection/library.h"

#include <span>

namespace mama {

// A data set that some studies come from, with its terms.
struct DataTerms
{
    std::string name, licence;
    bool restricted = true; // may not be passed on
    std::int64_t studies = 0;
};

std::vector<DataTerms> termsOf(Library& library, std::span<const std::int64_t> studies); // by name

} // namespace mama
