#pragma once
#include <string>

namespace mama {

// Fp32: all of it. Mixed: weights, moments, buffers and losses in float32, matrix products in bfloat16. Bf16True:
// weights, buffers, gradients and moments in bfloat16, as the reference (mama.md 7 tells what that does to the
// training).
enum class TrainingPrecision { Fp32, Mixed, Bf16True };
// "fp32", "mixed", "bf16-true". Error(Usage) otherwise.
TrainingPrecision trainingPrecisionOf(const std::string& name);
// What this machine's processor makes of it: Mixed becomes Fp32 where it multiplies no bfloat16.
TrainingPrecision onThisProcessor(TrainingPrecision asked);

// Where a task computes, and how exactly.
struct Placement
{
    std::string device = "cpu"; // cpu, auto, cuda, cuda:N; auto: the first GPU if driver and plug-in are there
    TrainingPrecision precision = TrainingPrecision::Fp32;
};

} // namespace mama
