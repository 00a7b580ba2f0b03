#pragma once
#include <string>

namespace mama {

// One item of a code sequence.
struct Code
{
    std::string value, scheme, meaning;
};

} // namespace mama
