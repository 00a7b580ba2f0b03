#pragma once
#include "core/training/data/training_index.h"

#include <filesystem>
#include <string>

namespace mama {

// A path for logs, states and messages: data sets name folders and files after their patients, and that name is no
// business of a run folder. A part that is the patient's name, or has it inside where it is five characters or longer,
// has * instead, which a shell finds again.
std::string withoutPatient(const std::filesystem::path& path, const std::string& patient);

// The same of the file of an image of the index; as it is if it is none.
std::string withoutPatient(const std::filesystem::path& path, const TrainingIndex& index);

} // namespace mama
