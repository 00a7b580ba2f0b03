#pragma once
#include <string>

namespace mama {

// What reports of measurements name.
struct Processor
{
    std::string name;                      // "Intel(R) Xeon(R) Processor"
    int cores = 1;                         // usable by this process
    bool avx2F16c = false, avx512 = false; // vectors of 8 and 16, both with conversions of float16
    bool avx512Bf16 = false, avx512Vnni = false, amxBf16 = false, amxInt8 = false;
};

Processor processor();

// Whether it has instructions for products of bfloat16.
inline bool multipliesBf16(const Processor& processor) { return processor.avx512Bf16 || processor.amxBf16; }

} // namespace mama
