#pragma once
#include "core/training/data/training_index.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace mama {

// Which patient is in which split, as a run keeps it: split.json with the seed, the number of patients and images of
// each split, every patient under the SHA-256 of a salt and his identifier (never the identifier itself), the salt,
// which is another one in each run, and the SHA-256 of all that (mama.md 7: seeded splits, written to a file with its
// hash). Files of older programs have no salt and are compared without one.
//
// Writes the file if there is none, else compares: Error(Data) names the file and how many patients are elsewhere now;
// Error(Format) if the file does not match its own hash. Gives the hash.
std::string keepSplit(const TrainingIndex& index, std::int64_t seed, const std::filesystem::path& file);

} // namespace mama
