#pragma once
#include <string>

namespace mama {

// What a network computes in. Auto: the fastest of this machine that keeps fp32's results.
enum class Precision { Auto, Fp32, Bf16, Int8 };
const char* name(Precision precision);             // "auto", "fp32", "bf16", "int8"
Precision parsePrecision(const std::string& text); // Error(Usage)

} // namespace mama
