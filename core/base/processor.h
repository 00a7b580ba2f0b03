#pragma once
#include <string>

namespace mama {

// What reports of measurements name.
struct Processor
{
    std::string name; // "Intel(R) Xeon(R) Processor"
    int cores = 1;    // usable by this process
    bool avx512Bf16 = false, avx512Vnni = false, amxBf16 = false, amxInt8 = false;
};

Processor processor();

} // namespace mama
